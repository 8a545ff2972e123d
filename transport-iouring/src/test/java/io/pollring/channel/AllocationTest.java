/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import com.sun.management.ThreadMXBean;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.InputStream;
import java.lang.management.ManagementFactory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a loop's thread takes from the heap for each message, when all that it keeps is made. */
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int WINDOWS = 5;
    private static final int MESSAGES = 300;
    /** Less than half of the smallest object. */
    private static final double MAX_MORE_BYTES = 7;
    private static ResourceLeakDetector.Level levelBefore;

    /** That makes objects for each buffer. */
    @BeforeAll
    static void stopLookingForLeaks() {
        levelBefore = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterAll
    static void lookForLeaksAgain() {
        ResourceLeakDetector.setLevel(levelBefore);
    }

    @ParameterizedTest
    @CsvSource({
            "RING, NETTYS, true", "RING, OURS, true", "DIRECT, OURS, true", "NO_FEATURES, OURS, true",
            "RING, OURS, false", "DIRECT, OURS, false"})
    void anEchoTakesNoMoreFromTheHeapThanNettys(Mode mode, Channels channels, boolean autoRead) throws Exception {
        // The JVM compiles meanwhile, and compiled code allocates less: so ours is between two of Netty's.
        double before = bytesPerEcho(Mode.EPOLL, Channels.NETTYS, autoRead);
        double ours = bytesPerEcho(mode, channels, autoRead);
        double nettys = Math.max(before, bytesPerEcho(Mode.EPOLL, Channels.NETTYS, autoRead));
        assertTrue(ours < nettys + MAX_MORE_BYTES, () -> ours + " bytes for each message, Netty's epoll " + nettys);
    }

    private static double bytesPerEcho(Mode mode, Channels channels, boolean autoRead) throws Exception {
        try (TestGroup group = new TestGroup(mode, channels, 1);
             Connection connection = Connection.open(group, new Echo(),
                     server -> server.childOption(ChannelOption.AUTO_READ, autoRead))) {
            connection.channel.read();
            long thread = TestGroup.threadId(group.loop());
            echo(connection, 3 * MESSAGES);
            long fewest = Long.MAX_VALUE;
            // What is made once, such as a class that is loaded late, is not in all of them.
            for (int i = 0; i < WINDOWS; i++) {
                long before = THREADS.getThreadAllocatedBytes(thread);
                echo(connection, MESSAGES);
                fewest = Math.min(fewest, THREADS.getThreadAllocatedBytes(thread) - before);
            }
            return (double) fewest / MESSAGES;
        }
    }

    private static void echo(Connection connection, int count) throws Exception {
        byte[] message = new byte[64];
        InputStream in = connection.peer.getInputStream();
        for (int i = 0; i < count; i++) {
            connection.peer.getOutputStream().write(message);
            assertEquals(message.length, in.readNBytes(message, 0, message.length));
        }
    }

    private static final class Echo extends Recorder {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ctx.writeAndFlush(msg, ctx.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            if (!ctx.channel().config().isAutoRead()) {
                ctx.read();
            }
        }
    }
}
