/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ResourceLeakDetector;
import io.pollring.channel.Transport.Family;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

/**
 * A handler that releases what it has written once too often: its channel sends its own bytes or none, and others send
 * theirs.
 */
class ReleasedBufferTest {
    private static final int BYTES = 10;
    private ResourceLeakDetector.Level level;

    /** What tracks buffers keeps their memory from being used again at once. */
    @BeforeEach
    void trackNothing() {
        level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void trackAgain() {
        ResourceLeakDetector.setLevel(level);
    }

    enum Memory {
        POOLED(new PooledByteBufAllocator(true)),
        ADAPTIVE(new AdaptiveByteBufAllocator(true)),
        UNPOOLED(new UnpooledByteBufAllocator(true));

        final ByteBufAllocator allocator;

        Memory(ByteBufAllocator allocator) {
            this.allocator = allocator;
        }
    }

    /** How a message comes from a buffer, whose reference goes with it. */
    enum Shape {
        PLAIN {
            @Override
            ByteBuf message(ByteBuf buffer) {
                return buffer;
            }
        },
        SLICE {
            @Override
            ByteBuf message(ByteBuf buffer) {
                return buffer.slice();
            }
        },
        RETAINED_SLICE {
            @Override
            ByteBuf message(ByteBuf buffer) {
                ByteBuf slice = buffer.retainedSlice();
                buffer.release();
                return slice;
            }
        },
        SLICE_OF_RETAINED_SLICE {
            @Override
            ByteBuf message(ByteBuf buffer) {
                ByteBuf outer = RETAINED_SLICE.message(buffer);
                ByteBuf inner = outer.retainedSlice();
                outer.release();
                return inner;
            }
        },
        DUPLICATE {
            @Override
            ByteBuf message(ByteBuf buffer) {
                return buffer.duplicate();
            }
        },
        READ_ONLY {
            @Override
            ByteBuf message(ByteBuf buffer) {
                return buffer.asReadOnly();
            }
        },
        WRAPPED {
            @Override
            ByteBuf message(ByteBuf buffer) {
                return Unpooled.wrappedBuffer(buffer);
            }
        },
        COMPOSITE {
            @Override
            ByteBuf message(ByteBuf buffer) {
                int half = BYTES / 2;
                CompositeByteBuf composite = buffer.alloc().compositeDirectBuffer();
                composite.addComponent(true, buffer.retainedSlice(0, half));
                composite.addComponent(true, buffer.slice(half, BYTES - half));
                return composite;
            }
        },
        COMPOSITE_OF_ONE {
            @Override
            ByteBuf message(ByteBuf buffer) {
                return buffer.alloc().compositeDirectBuffer().addComponent(true, buffer);
            }
        },
        SLICE_OF_COMPOSITE {
            @Override
            ByteBuf message(ByteBuf buffer) {
                return COMPOSITE_OF_ONE.message(buffer).slice();
            }
        };

        abstract ByteBuf message(ByteBuf buffer);
    }

    enum Releaser {
        HANDLER {
            @Override
            void release(ByteBuf buffer) {
                releaseOnceMore(buffer);
            }
        },
        OTHER_THREAD {
            @Override
            void release(ByteBuf buffer) throws Exception {
                Thread thread = new Thread(() -> releaseOnceMore(buffer));
                thread.start();
                thread.join();
            }
        };

        abstract void release(ByteBuf buffer) throws Exception;

        private static void releaseOnceMore(ByteBuf buffer) {
            try {
                buffer.release();
            } catch (IllegalReferenceCountException e) {
                // What was written at once is told so.
                return;
            }
        }
    }

    static Stream<Arguments> mistakes() {
        List<Arguments> mistakes = new ArrayList<>();
        for (Transport transport : new Transport[] {Transport.RING, Transport.NETTY}) {
            for (Memory memory : Memory.values()) {
                for (Shape shape : Shape.values()) {
                    for (Releaser releaser : Releaser.values()) {
                        mistakes.add(Arguments.of(transport, memory, shape, releaser));
                    }
                }
            }
        }
        return mistakes.stream();
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void everybodyGetsTheirOwnBytes(Transport transport, Memory memory, Shape shape, Releaser releaser)
            throws Exception {
        try (TestGroup group = transport.newGroup(1)) {
            Channel server = transport.server(group.group, Family.TCP, new Repeating(memory, shape, releaser))
                    .childOption(ChannelOption.ALLOCATOR, memory.allocator)
                    .bind(Family.TCP.anyAddress()).sync().channel();
            try (RawClient guilty = new RawClient(server); RawClient victim = new RawClient(server)) {
                guilty.send("a");
                assertEquals("aaaaaaaaaa", guilty.receive(BYTES));
                victim.send("b");
                assertEquals("bbbbbbbbbb", victim.receive(BYTES));
                RawClient.whileBusy(group.loop(), () -> {
                    guilty.send("G");
                    Thread.sleep(2);
                    victim.send("v");
                });
                assertEquals("GGGGGGGGGG", guilty.receive(BYTES));
                assertEquals("vvvvvvvvvv", victim.receive(BYTES));
                victim.send("b");
                assertEquals("bbbbbbbbbb", victim.receive(BYTES));
            }
        }
    }

    /** Each of several messages of one buffer's memory may be released once too often. */
    @ParameterizedTest
    @EnumSource
    void partsOfOneBufferArriveThoughEachIsReleasedOnceTooOften(Memory memory) throws Exception {
        int parts = 5;
        ChannelInboundHandlerAdapter handler = new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                char letter = (char) ((ByteBuf) message).readByte();
                ((ByteBuf) message).release();
                ByteBuf buffer = memory.allocator.directBuffer(BYTES);
                for (int i = 0; i < BYTES; i++) {
                    buffer.writeByte(letter);
                }
                for (int i = 0; i < parts; i++) {
                    ctx.writeAndFlush(buffer.retainedDuplicate());
                }
                buffer.release();
                for (int i = 0; i < parts && Character.isUpperCase(letter); i++) {
                    Releaser.releaseOnceMore(buffer);
                }
            }

            @Override
            public boolean isSharable() {
                return true;
            }
        };
        try (TestGroup group = Transport.RING.newGroup(1)) {
            Channel server = Transport.RING.server(group.group, Family.TCP, handler)
                    .childOption(ChannelOption.ALLOCATOR, memory.allocator)
                    .bind(Family.TCP.anyAddress()).sync().channel();
            try (RawClient guilty = new RawClient(server); RawClient victim = new RawClient(server)) {
                guilty.send("a");
                assertEquals("a".repeat(parts * BYTES), guilty.receive(parts * BYTES));
                victim.send("b");
                assertEquals("b".repeat(parts * BYTES), victim.receive(parts * BYTES));
                RawClient.whileBusy(group.loop(), () -> {
                    guilty.send("G");
                    Thread.sleep(2);
                    victim.send("v");
                });
                assertEquals("G".repeat(parts * BYTES), guilty.receive(parts * BYTES));
                assertEquals("v".repeat(parts * BYTES), victim.receive(parts * BYTES));
            }
        }
    }

    /** Answers with the letter that it gets; to a capital one by a buffer that it releases once too often. */
    @ChannelHandler.Sharable
    private static final class Repeating extends ChannelInboundHandlerAdapter {
        private final Memory memory;
        private final Shape shape;
        private final Releaser releaser;

        Repeating(Memory memory, Shape shape, Releaser releaser) {
            this.memory = memory;
            this.shape = shape;
            this.releaser = releaser;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
            char letter = (char) ((ByteBuf) message).readByte();
            ((ByteBuf) message).release();
            ByteBuf buffer = memory.allocator.directBuffer(BYTES);
            for (int i = 0; i < BYTES; i++) {
                buffer.writeByte(letter);
            }
            if (Character.isUpperCase(letter)) {
                ctx.writeAndFlush(shape.message(buffer));
                releaser.release(buffer);
            } else {
                ctx.writeAndFlush(buffer);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            throw new AssertionError(cause);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatWasReleasedBeforeItIsFlushedFailsAlone(Transport transport) throws Exception {
        CompletableFuture<List<ChannelFuture>> written = new CompletableFuture<>();
        try (TestGroup group = transport.newGroup(1)) {
            Channel server = transport.server(group.group, Family.TCP, new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) {
                    List<ChannelFuture> futures = new ArrayList<>();
                    futures.add(ctx.writeAndFlush(message));
                    ByteBuf released = Unpooled.directBuffer().writeZero(BYTES);
                    futures.add(ctx.write(released));
                    released.release();
                    ctx.flush();
                    futures.add(ctx.writeAndFlush(Unpooled.directBuffer().writeZero(1)));
                    written.complete(futures);
                }
            }).bind(Family.TCP.anyAddress()).sync().channel();
            try (RawClient client = new RawClient(server)) {
                client.send("good");
                assertEquals("good", client.receive(Integer.MAX_VALUE));
                List<ChannelFuture> futures = written.get(10, TimeUnit.SECONDS);
                futures.get(0).sync();
                for (ChannelFuture failed : futures.subList(1, 3)) {
                    assertFalse(failed.await().isSuccess());
                }
                assertEquals("ChannelOutputShutdownException by IllegalReferenceCountException",
                        kind(futures.get(1).cause()) + " by " + kind(futures.get(1).cause().getCause()));
            }
        }
    }

    private static String kind(Throwable cause) {
        return cause == null ? "nothing" : cause.getClass().getSimpleName();
    }
}
