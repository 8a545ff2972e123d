/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Interest that changes in the very moment in which data arrives. */
class ReadRaceTest {

    @ParameterizedTest
    @EnumSource(Setup.class)
    void pausesAndResumesFromAnotherThreadLoseNothing(Setup setup) throws Exception {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try (TestGroup group = setup.newGroup(1); Connection connection = Connection.open(group)) {
            AtomicBoolean stop = new AtomicBoolean();
            Future<Integer> sent = executor.submit(() -> {
                int count = 0;
                while (!stop.get()) {
                    connection.send(100);
                    count += 100;
                    Thread.onSpinWait();
                }
                return count;
            });
            for (int i = 0; i < setup.rounds(2000); i++) {
                connection.channel.config().setAutoRead(i % 2 == 1);
                spin(3000);
            }
            connection.channel.config().setAutoRead(true);
            stop.set(true);
            int total = sent.get(10, TimeUnit.SECONDS);
            Await.until("all is read", 10_000, () -> connection.recorder.byteCount() == total);
        } finally {
            executor.shutdownNow();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HOSTED_RING, 5000", "HOSTED_REVERTED, 1000", "HOSTED_NO_RING, 1000", "HOSTED_NO_FEATURES, 2000",
        "OWN_RING, 1500", "OWN_DIRECT, 500", "OWN_REVERTED, 200", "OWN_NO_RING, 200", "OWN_NO_FEATURES, 500",
        "EPOLL, 500"
    })
    void dataAndDemandAtTheSameInstantMeet(Setup setup, int rounds) throws Exception {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        int count = Scale.of(rounds);
        try (TestGroup group = setup.newGroup(1);
             Connection connection = Connection.open(group,
                     bootstrap -> bootstrap.childOption(ChannelOption.AUTO_READ, false))) {
            CyclicBarrier barrier = new CyclicBarrier(2);
            Future<?> sender = executor.submit(() -> {
                for (int i = 0; i < count; i++) {
                    barrier.await(20, TimeUnit.SECONDS);
                    spin(200);
                    connection.send(1);
                }
                return null;
            });
            for (int i = 1; i <= count; i++) {
                barrier.await(20, TimeUnit.SECONDS);
                spin(200);
                if (i % 3 == 0) {
                    // Asked for and given up again before, in the same turn.
                    connection.channel.eventLoop().execute(() -> {
                        connection.channel.config().setAutoRead(true);
                        connection.channel.config().setAutoRead(false);
                        connection.channel.read();
                    });
                } else {
                    connection.channel.read();
                }
                int total = i;
                long deadline = System.nanoTime() + 5_000_000_000L;
                while (connection.recorder.byteCount() != total) {
                    assertTrue(System.nanoTime() < deadline, () -> "byte " + total + " was not read");
                    Thread.onSpinWait();
                }
            }
            sender.get(5, TimeUnit.SECONDS);
        } finally {
            executor.shutdownNow();
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void pausesFromAnotherThreadMeetAChannelThatComesAndGoes(Setup setup) throws Exception {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try (TestGroup group = setup.newGroup(1);
             ServerSocket listener = new ServerSocket(0, 16, InetAddress.getLoopbackAddress())) {
            for (int i = 0; i < setup.rounds(60); i++) {
                Channel channel = group.channels.socket.getConstructor().newInstance();
                Recorder recorder = new Recorder();
                channel.pipeline().addLast(recorder);
                CyclicBarrier barrier = new CyclicBarrier(2);
                Future<?> pause = executor.submit(() -> {
                    barrier.await(20, TimeUnit.SECONDS);
                    spin(3000);
                    channel.config().setAutoRead(false);
                    return null;
                });
                barrier.await(20, TimeUnit.SECONDS);
                group.loop().register(channel).sync();
                ChannelFuture connected = channel.connect(listener.getLocalSocketAddress());
                try (Socket peer = listener.accept()) {
                    connected.sync();
                    pause.get(5, TimeUnit.SECONDS);
                    TestGroup.run(group.loop(), () -> { });
                    // A read that was asked for before stands. No other is made.
                    for (int sent = 1; sent <= 2; sent++) {
                        peer.getOutputStream().write(new byte[100]);
                        TestGroup.run(group.loop(), () -> { });
                        Thread.sleep(1);
                    }
                    TestGroup.run(group.loop(), () -> { });
                    assertTrue(recorder.readCompletes.get() <= 1, recorder.readCompletes::toString);
                    Future<?> toggles = executor.submit(() -> {
                        barrier.await(20, TimeUnit.SECONDS);
                        for (int toggle = 0; channel.isOpen() || toggle % 20 != 0; toggle++) {
                            channel.config().setAutoRead(toggle % 2 == 0);
                            spin(3000);
                        }
                        return null;
                    });
                    barrier.await(20, TimeUnit.SECONDS);
                    Await.until("reading has gone on", 5000, () -> recorder.byteCount() == 200);
                    channel.close().sync();
                    toggles.get(5, TimeUnit.SECONDS);
                    assertEquals(-1, peer.getInputStream().read());
                }
                assertTrue(recorder.inactive.await(5, TimeUnit.SECONDS));
                assertEquals(List.of(), recorder.exceptions);
            }
        } finally {
            executor.shutdownNow();
        }
    }

    private static void spin(int max) {
        for (int i = ThreadLocalRandom.current().nextInt(max); i > 0; i--) {
            Thread.onSpinWait();
        }
    }
}
