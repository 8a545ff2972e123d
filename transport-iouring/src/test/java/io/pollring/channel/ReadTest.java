/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.pollring.channel.Transport.Family;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Collections;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** How a channel reads: how much at a time, when it stops, and what it does if it cannot. */
class ReadTest {

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void noMoreMessagesInARoundThanTheLimit(Transport transport, Family family) throws Exception {
        try (Reading reading = new Reading(transport, family, new EventLog(), false)) {
            reading.allocator.maxMessagesPerRead(4);
            reading.send(100);
            reading.pair.child.config().setAutoRead(true);
            Await.until("all is read", 5000, () -> reading.log.bytes() == 100);
            reading.finish();
            reading.log.assertEndsAs("registered active " + reads(4) + reads(4) + reads(2)
                    + "inactive unregistered");
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void theAllocatorIsAskedAsNettysChannelAsksIt(Transport transport, Family family) throws Exception {
        try (Reading reading = new Reading(transport, family, new EventLog(), true)) {
            reading.allocator.maxMessagesPerRead(2);
            reading.send(25);
            reading.pair.child.read();
            reading.log.await("readComplete");
            reading.pair.child.eventLoop().submit(() -> { }).sync();
            assertEquals("registered active reset allocate attempted:10 last:10 messages:1 read 10 more:false complete "
                    + "readComplete", reading.log.events());
            reading.pair.child.config().setAutoRead(true);
            Await.until("all is read", 5000,
                    () -> reading.log.bytes() == 25 && reading.log.events().endsWith("readComplete"));
            assertEquals("reset allocate attempted:10 last:10 messages:1 read 10 more:true "
                    + "allocate attempted:10 last:5 messages:1 read 5 more:false complete readComplete",
                    reading.log.events().substring(reading.log.events().lastIndexOf("reset")));
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void outOfMemoryIsTheEnd(Transport transport, Family family) throws Exception {
        try (Reading reading = new Reading(transport, family, new EventLog(), false)) {
            reading.allocator.failOnce(new OutOfMemoryError("as the test wants it"));
            reading.send(10);
            reading.pair.child.config().setAutoRead(true);
            reading.log.assertEndsAs("registered active readComplete OutOfMemoryError inactive unregistered");
            assertFalse(reading.pair.child.isOpen());
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void outOfMemoryIsTheEndOfTheInput(Transport transport, Family family) throws Exception {
        try (Reading reading = new Reading(transport, family, new EventLog(), false)) {
            reading.pair.child.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
            reading.allocator.failOnce(new OutOfMemoryError("as the test wants it"));
            reading.send(10);
            reading.pair.child.config().setAutoRead(true);
            reading.log.await("ChannelInputShutdownReadComplete");
            assertTrue(reading.pair.child.isActive());
            reading.finish();
            reading.log.assertEndsAs("registered active readComplete OutOfMemoryError ChannelInputShutdownEvent "
                    + "ChannelInputShutdownReadComplete inactive unregistered");
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void anAllocatorThatFailsOnce(Transport transport, Family family) throws Exception {
        try (Reading reading = new Reading(transport, family, new EventLog(), false)) {
            reading.allocator.failOnce(new IllegalStateException("as the test wants it"));
            reading.send(10);
            reading.pair.child.config().setAutoRead(true);
            // Nobody has to send anything for the next attempt.
            Await.until("the data is read", 5000, () -> reading.log.bytes() == 10);
            assertTrue(reading.pair.child.isActive());
            reading.finish();
            reading.log.assertEndsAs("registered active readComplete IllegalStateException " + reads(1)
                    + "inactive unregistered");
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void aHandlerThatFails(Transport transport, Family family) throws Exception {
        EventLog log = new EventLog() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
                super.channelRead(ctx, msg);
                throw new IllegalStateException("as the test wants it");
            }
        };
        try (Reading reading = new Reading(transport, family, log, false)) {
            reading.send(20);
            reading.pair.child.config().setAutoRead(true);
            Await.until("all is read", 5000, () -> log.bytes() == 20);
            reading.finish();
            log.assertEndsAs("registered active read 10 IllegalStateException read 10 IllegalStateException "
                    + "readComplete inactive unregistered");
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void autoReadSwitchedOffInChannelReadStopsAtOnce(Transport transport, Family family) throws Exception {
        EventLog log = new EventLog() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
                super.channelRead(ctx, msg);
                ctx.channel().config().setAutoRead(false);
            }
        };
        try (Reading reading = new Reading(transport, family, log, false)) {
            reading.send(30);
            for (int i = 1; i <= 3; i++) {
                int expected = 10 * i;
                reading.pair.child.config().setAutoRead(true);
                Await.until("a message is read", 5000, () -> log.bytes() == expected);
                reading.pair.child.eventLoop().submit(() -> { }).sync();
                assertEquals(expected, log.bytes());
            }
            reading.finish();
            log.assertEndsAs("registered active " + reads(1) + reads(1) + reads(1) + "inactive unregistered");
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void readInChannelReadComplete(Transport transport, Family family) throws Exception {
        EventLog log = new EventLog() {
            @Override
            public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
                super.channelReadComplete(ctx);
                ctx.read();
            }
        };
        readOn(transport, family, log);
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void readInChannelRead(Transport transport, Family family) throws Exception {
        EventLog log = new EventLog() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
                super.channelRead(ctx, msg);
                ctx.read();
            }
        };
        readOn(transport, family, log);
    }

    private static void readOn(Transport transport, Family family, EventLog log) throws Exception {
        try (Reading reading = new Reading(transport, family, log, false)) {
            reading.send(50);
            reading.pair.child.read();
            Await.until("all is read", 5000, () -> log.bytes() == 50);
            reading.send(5);
            Await.until("the rest is read", 5000, () -> log.bytes() == 55);
            // One message for each read, though there were more.
            String oneByOne = "registered active " + reads(1) + reads(1) + reads(1) + reads(1) + reads(1);
            assertTrue(log.events().startsWith(oneByOne), log.events());
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void manyReadsAreOne(Transport transport, Family family) throws Exception {
        try (Reading reading = new Reading(transport, family, new EventLog(), false)) {
            TestGroup.run(reading.pair.child.eventLoop(), () -> reading.pair.child.read().read().read());
            reading.send(30);
            reading.log.await("readComplete");
            reading.pair.child.eventLoop().submit(() -> { }).sync();
            assertEquals(10, reading.log.bytes());
        }
    }

    private static String reads(int count) {
        return String.join("", Collections.nCopies(count, "read 10 ")) + "readComplete ";
    }

    /** A child that reads ten bytes at a time, if it is told to. */
    private static final class Reading implements AutoCloseable {
        private final TestGroup group;
        private final StreamPair pair;
        private final EventLog log;
        private final LoggingAllocator allocator;

        @SuppressWarnings("deprecation") // There is no other option for it.
        Reading(Transport transport, Family family, EventLog log, boolean verbose) throws Exception {
            this.log = log;
            allocator = new LoggingAllocator(log, verbose);
            allocator.maxMessagesPerRead(16);
            group = transport.newGroup(2);
            pair = StreamPair.open(transport, group, family, TestGroup.IGNORE, log, bootstrap -> { },
                    server -> server.childOption(ChannelOption.AUTO_READ, false)
                            .childOption(ChannelOption.RCVBUF_ALLOCATOR, allocator));
        }

        /** In one piece: it is all there when this returns. */
        void send(int count) throws Exception {
            pair.client.writeAndFlush(Unpooled.wrappedBuffer(new byte[count])).sync();
        }

        void finish() throws Exception {
            pair.child.close().sync();
        }

        @Override
        public void close() throws Exception {
            pair.close();
            group.close();
            allocator.assertNothingKept();
        }
    }
}
