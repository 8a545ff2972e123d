/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.AutoScalingEventExecutorChooserFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A loop without channels may give its thread up, and goes on in another when there is work again. */
class SuspendedLoopTest {

    @ParameterizedTest
    @EnumSource(Setup.class)
    void servesChannelsOnItsNextThread(Setup setup) throws Exception {
        try (TestGroup group = setup.newGroup(1)) {
            long thread = TestGroup.threadId(group.loop());
            for (int i = 1; i <= 20; i++) {
                suspend(group);
                long next = TestGroup.threadId(group.loop());
                assertNotEquals(thread, next);
                thread = next;
                try (Connection connection = Connection.open(group)) {
                    connection.send(10);
                    Await.until("the data is read", 5000, () -> connection.recorder.byteCount() == 10);
                    assertTrue(group.loop().schedule(() -> { }, 1, TimeUnit.MILLISECONDS).await(5000));
                    if (setup.mode.isOurs()) {
                        assertEquals(setup.mode.channelBackend(), IoUring.backend(connection.channel));
                    }
                }
                if (setup.mode.isOurs()) {
                    // A ring belongs to its thread.
                    assertEquals(setup.mode == Mode.NO_RING ? 0 : i, group.metrics().ringsReplaced());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void endsWhenItIsShutDown(Mode mode) throws Exception {
        List<String> filesBefore = Resources.openFiles();
        int mappingsBefore = Resources.ringMappings();
        for (int i = 0; i < 10; i++) {
            TestGroup group = new TestGroup(mode, 1);
            TestGroup.threadId(group.loop());
            suspend(group);
            group.close();
        }
        assertEquals("[]", Resources.filesSince(filesBefore).toString());
        assertEquals(mappingsBefore, Resources.ringMappings());
    }

    @ParameterizedTest
    @EnumSource
    void isUsedAgainWhenTheGroupScalesUp(Channels channels) throws Exception {
        AutoScalingEventExecutorChooserFactory chooser = new AutoScalingEventExecutorChooserFactory(
                1, 3, 50, TimeUnit.MILLISECONDS, 0.05, 0.3, 2, 2, 1);
        IoUringEventLoopGroup loops = new IoUringEventLoopGroup(3, (Executor) null, chooser,
                DefaultSelectStrategyFactory.INSTANCE);
        try (TestGroup group = new TestGroup(Mode.RING, channels, loops)) {
            for (int i = 0; i < 3; i++) {
                TestGroup.threadId(group.loop(i));
            }
            Await.until("idle loops are suspended", 10_000, () -> loops.activeExecutorCount() == 1);
            Channel listener = group.listen(new BusyReader(), bootstrap -> { });
            List<Traffic> traffic = new ArrayList<>();
            try {
                // All of it on one loop at first, which is then busy in its handlers: that is for it to report.
                for (int i = 0; i < 4; i++) {
                    traffic.add(new Traffic(listener));
                }
                Await.until("a loop was added", 20_000, () -> loops.activeExecutorCount() > 1);
                for (int i = 0; i < 6; i++) {
                    traffic.add(new Traffic(listener));
                }
                for (Traffic one : traffic) {
                    long before = one.echoes();
                    Await.until("every connection is served", 10_000, () -> one.echoes() > before + 10);
                }
                long replaced = 0;
                for (int i = 0; i < 3; i++) {
                    replaced += IoUring.metrics(group.loop(i)).ringsReplaced();
                }
                assertTrue(replaced > 0, "no loop has changed its thread");
            } finally {
                for (Traffic one : traffic) {
                    one.close();
                }
            }
        }
    }

    private static void suspend(TestGroup group) throws Exception {
        SingleThreadIoEventLoop loop = (SingleThreadIoEventLoop) group.loop();
        Thread thread = loop.submit(Thread::currentThread).get();
        // Refused as long as a channel, or a task, is there.
        Await.until("the loop has given its thread up", 5000, () -> {
            loop.trySuspend();
            return !thread.isAlive();
        });
        assertTrue(loop.isSuspended());
    }
}
