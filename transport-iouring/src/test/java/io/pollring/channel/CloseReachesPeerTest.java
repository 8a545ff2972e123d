/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * An armed poll holds the file, so that {@code close(2)} alone sends nothing. The peer must hear of a close at once, as
 * it does with epoll, whoever closes and whatever state the channel is in.
 */
class CloseReachesPeerTest {
    private static final int ROUNDS = Scale.of(20);
    private static final long LIMIT_MILLIS = 50;

    /** The receive and the poll for the end are over when the channel hears of the end. */
    @Test
    void nothingIsLeftToCancelWhenThePeerCloses() throws Exception {
        assumeTrue(Mode.RING.isBatched(), "this kernel has no batched I/O: the poll for data outlives the end");
        try (TestGroup group = new TestGroup(Mode.RING, Channels.OURS, 1)) {
            for (int i = 0; i < ROUNDS; i++) {
                try (Connection connection = Connection.open(group)) {
                    connection.send(1);
                    Await.until("the byte is read", 5000, () -> connection.recorder.byteCount() == 1);
                    long removes = group.metrics().pollRemoves();
                    connection.peer.close();
                    assertTrue(connection.recorder.inactive.await(5, TimeUnit.SECONDS));
                    assertEquals(removes, group.metrics().pollRemoves());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void finWhenClosedByTheLoop(Setup setup, TestReporter reporter) throws Exception {
        measure(setup, reporter, "FIN", connection -> { },
                connection -> connection.channel.eventLoop().execute(connection.channel::close));
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void finWhenClosedByAnotherThread(Setup setup, TestReporter reporter) throws Exception {
        measure(setup, reporter, "FIN", connection -> { }, connection -> connection.channel.close());
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void rstWhenClosedWithoutLinger(Setup setup, TestReporter reporter) throws Exception {
        measure(setup, reporter, "RST", connection -> connection.channel.config().setSoLinger(0),
                connection -> connection.channel.close());
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void finWhenClosedWithLinger(Setup setup, TestReporter reporter) throws Exception {
        // Netty then closes the fd on another thread, which can come before the loop cancels the poll.
        measure(setup, reporter, "FIN", connection -> connection.channel.config().setSoLinger(3),
                connection -> connection.channel.close());
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void finWhenClosedWhileReadsArePaused(Setup setup, TestReporter reporter) throws Exception {
        measurePaused(setup, reporter, "FIN", connection -> { });
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void rstWhenClosedWithDataUnread(Setup setup, TestReporter reporter) throws Exception {
        measurePaused(setup, reporter, "RST", connection -> {
            connection.send(1);
            connection.awaitArrival();
            // The loop has an event that nobody wants when this has run.
            connection.channel.eventLoop().submit(() -> { }).get();
        });
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void finWhenClosedAfterThePeerHasShutItsOutputDown(Setup setup, TestReporter reporter) throws Exception {
        measure(setup, reporter, "FIN", connection -> {
            connection.channel.config().setAllowHalfClosure(true);
            connection.peer.shutdownOutput();
            Await.until("the channel's input is shut down", 5000, connection.channel::isInputShutdown);
        }, connection -> connection.channel.close());
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void finWhenOnlyTheOutputIsShutDown(Setup setup, TestReporter reporter) throws Exception {
        measure(setup, reporter, "FIN", connection -> { }, connection -> connection.channel.shutdownOutput());
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void finWhenClosedBehindAWrite(Setup setup, TestReporter reporter) throws Exception {
        measure(setup, reporter, "FIN", connection -> { }, connection -> {
            connection.channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[1024]));
            connection.channel.close();
        });
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void finWhenDeregisteredAndThenClosed(Setup setup, TestReporter reporter) throws Exception {
        measure(setup, reporter, "FIN", connection -> connection.channel.deregister().sync(),
                connection -> connection.channel.close());
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void finWhileAChildProcessIsAlive(Setup setup, TestReporter reporter) throws Exception {
        // All fds that a loop opens must be closed on exec: a child that holds the ring holds the armed polls.
        try (TestGroup group = setup.newGroup(1)) {
            Connection early = Connection.open(group);
            Process child = new ProcessBuilder("sleep", "60").start();
            try {
                measure(group, true, reporter, "FIN", connection -> { }, connection -> connection.channel.close());
                early.channel.close();
                assertEquals("FIN", early.awaitEnd());
                assertTrue(child.isAlive());
            } finally {
                child.destroyForcibly().waitFor();
                early.close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void finWhenManyAreClosedInOneTurn(Setup setup) throws Exception {
        // One enter of a ring with deferred task work runs 20 work items.
        int count = 200;
        Connection[] connections = new Connection[count];
        try (TestGroup group = setup.newGroup(1)) {
            for (int i = 0; i < count; i++) {
                connections[i] = Connection.open(group);
            }
            TestGroup.run(group.loop(), () -> {
                for (Connection connection : connections) {
                    connection.send(1);
                    connection.awaitArrival();
                    connection.channel.close();
                    connection.peer.setSoTimeout((int) LIMIT_MILLIS);
                    // The loop runs this: nothing but the close itself can have sent it.
                    assertEquals("RST", connection.awaitEnd());
                }
            });
        } finally {
            for (Connection connection : connections) {
                if (connection != null) {
                    connection.close();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void finBeforeCloseReturnsToTheLoop(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(1); Connection connection = Connection.open(group)) {
            connection.peer.setSoTimeout((int) LIMIT_MILLIS);
            TestGroup.run(group.loop(), () -> {
                assertTrue(connection.channel.close().isDone());
                assertEquals("FIN", connection.awaitEnd());
            });
        }
    }

    // Netty's own loop can end without a look at its channels, if the shutdown begins while it runs its tasks.
    @ParameterizedTest
    @EnumSource(value = Setup.class, mode = EnumSource.Mode.EXCLUDE, names = "EPOLL")
    void finWhenTheGroupShutsDown(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(1); Connection connection = Connection.open(group)) {
            group.group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            assertEquals("FIN", connection.awaitEnd());
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void aClosedListenerRefusesAtOnce(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(1)) {
            for (int i = 0; i < ROUNDS; i++) {
                Channel listener = group.listen(TestGroup.IGNORE, bootstrap -> { });
                InetSocketAddress address = TestGroup.address(listener);
                listener.close().sync();
                try (Socket socket = new Socket()) {
                    assertThrows(ConnectException.class, () -> socket.connect(address, 1000));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void aClosedListenerResetsItsBacklog(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(1)) {
            Channel listener = group.listen(TestGroup.IGNORE,
                    bootstrap -> bootstrap.option(ChannelOption.AUTO_READ, false));
            try (Socket socket = new Socket()) {
                socket.setSoTimeout(5000);
                socket.connect(TestGroup.address(listener));
                listener.close().sync();
                assertThrows(SocketException.class, () -> socket.getInputStream().read());
            }
        }
    }

    private static void measurePaused(Setup setup, TestReporter reporter, String end, Step prepare) throws Exception {
        try (TestGroup group = setup.newGroup(1)) {
            measure(group, false, reporter, end, prepare, connection -> connection.channel.close());
        }
    }

    private static void measure(Setup setup, TestReporter reporter, String end, Step prepare, Step close)
            throws Exception {
        try (TestGroup group = setup.newGroup(1)) {
            measure(group, true, reporter, end, prepare, close);
        }
    }

    private static void measure(TestGroup group, boolean autoRead, TestReporter reporter, String end, Step prepare,
                                Step close) throws Exception {
        long[] micros = new long[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            try (Connection connection = Connection.open(group,
                    bootstrap -> bootstrap.childOption(ChannelOption.AUTO_READ, autoRead))) {
                prepare.run(connection);
                long start = System.nanoTime();
                close.run(connection);
                assertEquals(end, connection.awaitEnd());
                micros[i] = (System.nanoTime() - start) / 1000;
            }
        }
        Arrays.sort(micros);
        reporter.publishEntry("median / worst time to " + end, micros[ROUNDS / 2] + " / " + micros[ROUNDS - 1] + " us");
        // A close that the loop does not push is only seen when something else wakes the loop: in none of the rounds.
        assertTrue(micros[ROUNDS / 2] < LIMIT_MILLIS * 1000, () -> end + " came late: " + Arrays.toString(micros));
    }

    private interface Step {
        void run(Connection connection) throws Exception;
    }
}
