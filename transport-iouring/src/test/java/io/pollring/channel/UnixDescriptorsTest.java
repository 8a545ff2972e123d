/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannelOption;
import io.pollring.channel.Transport.Family;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Descriptors that go over UNIX streams: each to whom it is for, and none left behind. */
class UnixDescriptorsTest {
    private List<String> filesBefore;

    /** Pipes are made by it. */
    @BeforeAll
    static void loadNettysLibrary() {
        Epoll.ensureAvailability();
    }

    @BeforeEach
    void rememberOpenFiles() {
        filesBefore = Resources.openFiles();
    }

    @AfterEach
    void noFileIsLeft() throws Exception {
        assertEquals(List.of(), Resources.filesSince(filesBefore));
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void descriptorsGoBothWays(Transport transport) throws Exception {
        Inbox client = new Inbox();
        Inbox child = new Inbox();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, Family.UNIX, client, child)) {
            // Bytes first: the mode may change at any time.
            pair.client.writeAndFlush(Unpooled.wrappedBuffer(new byte[10])).sync();
            assertEquals(10, child.takeSize());
            for (int i = 0; i < 3; i++) {
                passOver(pair.client, pair.child, child);
                passOver(pair.child, pair.client, client);
            }
            for (Channel channel : Arrays.asList(pair.client, pair.child)) {
                setMode(channel, DomainSocketReadMode.BYTES);
            }
            pair.child.writeAndFlush(Unpooled.wrappedBuffer(new byte[20])).sync();
            assertEquals(20, client.takeSize());
            pair.client.close().sync();
            assertEquals("inactive", child.take());
        }
    }

    private static Stream<Arguments> announcements() {
        return Stream.of(Transport.values()).flatMap(transport -> Stream.of(
                Arguments.of(transport, true, false), Arguments.of(transport, true, true),
                Arguments.of(transport, false, false), Arguments.of(transport, false, true)));
    }

    /**
     * The peer sends a descriptor when it is told that the bytes which announce it were read.
     *
     * @param late whether it is told before the reader asks for the descriptor, and without asking for anything else
     */
    @ParameterizedTest
    @MethodSource("announcements")
    void descriptorsAreReadInTheModeThatBytesAskFor(Transport transport, boolean autoRead, boolean late)
            throws Exception {
        FileDescriptor[] pipe = FileDescriptor.pipe();
        CountDownLatch descriptors = new CountDownLatch(Scale.of(late ? 100 : 1000));
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, Family.UNIX, new ChannelInboundHandlerAdapter() {
                 @Override
                 public void channelRead(ChannelHandlerContext context, Object message) {
                     boolean goOn = ((ByteBuf) message).readByte() == Announced.GO_ON;
                     ((ByteBuf) message).release();
                     if (!goOn) {
                         descriptors.countDown();
                     }
                     context.writeAndFlush(goOn ? pipe[1] : Unpooled.wrappedBuffer(new byte[10]));
                 }
             }, new Announced(autoRead, late), bootstrap -> { },
                     server -> server.childOption(ChannelOption.AUTO_READ, autoRead))) {
            pair.client.writeAndFlush(Unpooled.wrappedBuffer(new byte[10])).sync();
            if (!autoRead) {
                pair.child.read();
            }
            assertTrue(descriptors.await(30, TimeUnit.SECONDS), () -> descriptors.getCount() + " have not come");
            pair.client.close().sync();
            pair.child.close().sync();
        }
        pipe[0].close();
        pipe[1].close();
    }

    /** Reads bytes, then a descriptor, then bytes, and so on; tells the peer after each. */
    private static final class Announced extends ChannelInboundHandlerAdapter {
        static final byte GO_ON = 1;
        private static final byte DONE = 2;

        private final boolean autoRead;
        private final boolean late;

        Announced(boolean autoRead, boolean late) {
            this.autoRead = autoRead;
            this.late = late;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            if (message instanceof FileDescriptor) {
                ((FileDescriptor) message).close();
                next(context.channel(), DomainSocketReadMode.BYTES, DONE);
            } else {
                ((ByteBuf) message).release();
                next(context.channel(), DomainSocketReadMode.FILE_DESCRIPTORS, GO_ON);
            }
        }

        private void next(Channel channel, DomainSocketReadMode mode, byte answer) {
            ByteBuf reply = Unpooled.wrappedBuffer(new byte[] { answer });
            if (late) {
                channel.config().setAutoRead(false);
                // In a task, where it is sent at once.
                channel.eventLoop().execute(() -> channel.writeAndFlush(reply));
                channel.eventLoop().schedule(() -> ask(channel, mode), 1, TimeUnit.MILLISECONDS);
            } else {
                channel.config().setOption(UnixChannelOption.DOMAIN_SOCKET_READ_MODE, mode);
                channel.eventLoop().execute(() -> {
                    channel.writeAndFlush(reply);
                    ask(channel, mode);
                });
            }
        }

        private void ask(Channel channel, DomainSocketReadMode mode) {
            channel.config().setOption(UnixChannelOption.DOMAIN_SOCKET_READ_MODE, mode);
            if (autoRead) {
                channel.config().setAutoRead(true);
            } else {
                channel.read();
            }
        }
    }

    /** Sends the writing end of a pipe, and writes to what arrives. */
    private static void passOver(Channel from, Channel to, Inbox inbox) throws Exception {
        setMode(to, DomainSocketReadMode.FILE_DESCRIPTORS);
        FileDescriptor[] pipe = FileDescriptor.pipe();
        ByteBuf bytes = Unpooled.directBuffer(8);
        try {
            from.writeAndFlush(pipe[1]).sync();
            FileDescriptor received = (FileDescriptor) inbox.take();
            bytes.writeInt(42);
            assertFalse(pipe[1].intValue() == received.intValue());
            assertTrue(pipe[1].isOpen(), "the sender keeps its own");
            assertEquals(4, received.write(bytes.nioBuffer(0, 4), 0, 4));
            received.close();
            bytes.setInt(0, 0);
            assertEquals(4, pipe[0].read(bytes.nioBuffer(0, 4), 0, 4));
            assertEquals(42, bytes.getInt(0));
        } finally {
            bytes.release();
            pipe[0].close();
            pipe[1].close();
        }
    }

    /** Each comes alone, however they were sent; and the end comes behind them. */
    @ParameterizedTest
    @EnumSource(Transport.class)
    void descriptorsInOneFlushComeBeforeTheEnd(Transport transport) throws Exception {
        Inbox child = new Inbox();
        FileDescriptor[] pipe = FileDescriptor.pipe();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, Family.UNIX, TestGroup.IGNORE, child)) {
            setMode(pair.child, DomainSocketReadMode.FILE_DESCRIPTORS);
            TestGroup.run(pair.client.eventLoop(), () -> {
                for (int i = 0; i < 3; i++) {
                    pair.client.write(pipe[i % 2]);
                }
                pair.client.flush();
                pair.client.close();
            });
            for (int i = 0; i < 3; i++) {
                ((FileDescriptor) child.take()).close();
            }
            assertEquals("inactive", child.take());
        }
        pipe[0].close();
        pipe[1].close();
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void descriptorsThatNobodyReadsAreClosedWithTheChannel(Transport transport) throws Exception {
        Inbox child = new Inbox();
        FileDescriptor[] pipe = FileDescriptor.pipe();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, Family.UNIX, TestGroup.IGNORE, child,
                     bootstrap -> { }, server -> server.childOption(ChannelOption.AUTO_READ, false)
                             .childOption(ChannelOption.MAX_MESSAGES_PER_READ, 1))) {
            setMode(pair.child, DomainSocketReadMode.FILE_DESCRIPTORS);
            for (int i = 0; i < 10; i++) {
                pair.client.writeAndFlush(pipe[1]).sync();
            }
            pair.child.read();
            ((FileDescriptor) child.take()).close();
            pair.child.close().sync();
            assertEquals("inactive", child.take());
            pipe[1].close();
            // The writing end is closed everywhere only if those that nobody has read are.
            ByteBuf end = Unpooled.directBuffer(1);
            assertEquals(-1, pipe[0].read(end.nioBuffer(0, 1), 0, 1));
            end.release();
        }
        pipe[0].close();
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void noDescriptorIsLeftOfAThousandIfTheirReceiverClosesMeanwhile(Transport transport) throws Exception {
        AtomicInteger failed = new AtomicInteger();
        // Loops of their own: descriptors are on their way, and wait to be sent, when the receiver closes.
        try (TestGroup group = transport.newGroup(2)) {
            FileDescriptor[] pipe = FileDescriptor.pipe();
            for (int limit : new int[] { 1, 40, 300 }) {
                AtomicInteger received = new AtomicInteger();
                List<Throwable> exceptions = new CopyOnWriteArrayList<>();
                StreamPair pair = StreamPair.open(transport, group, Family.UNIX, TestGroup.IGNORE,
                        new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelRead(ChannelHandlerContext ctx, Object msg) throws IOException {
                                ((FileDescriptor) msg).close();
                                if (received.incrementAndGet() == limit) {
                                    ctx.close();
                                }
                            }

                            @Override
                            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                                exceptions.add(cause);
                            }
                        }, bootstrap -> { }, server -> server.childOption(
                                UnixChannelOption.DOMAIN_SOCKET_READ_MODE, DomainSocketReadMode.FILE_DESCRIPTORS));
                List<ChannelFuture> writes = new ArrayList<>();
                TestGroup.run(pair.client.eventLoop(), () -> {
                    for (int i = 0; i < 1000; i++) {
                        writes.add(pair.client.write(pipe[1]));
                        if (i % 50 == 0) {
                            pair.client.flush();
                        }
                    }
                    pair.client.flush();
                });
                assertTrue(pair.child.closeFuture().await(5000));
                assertTrue(pair.client.closeFuture().await(5000));
                if (transport != Transport.NETTY) {
                    // Netty's channels end a connection that is full of descriptors, and read a closed one.
                    assertEquals(limit, received.get());
                    assertEquals(List.of(), exceptions);
                }
                for (ChannelFuture write : writes) {
                    assertTrue(write.await(5000));
                    failed.addAndGet(write.isSuccess() ? 0 : 1);
                }
            }
            assertTrue(failed.get() > 0, "all were sent before the receiver closed");
            assertTrue(pipe[1].isOpen(), "the sender keeps its own");
            pipe[1].close();
            // The writing end is closed everywhere only if those that nobody has read are.
            assertEquals(-1, pipe[0].read(ByteBuffer.allocateDirect(1), 0, 1));
            pipe[0].close();
        }
    }

    private static void setMode(Channel channel, DomainSocketReadMode mode) throws Exception {
        TestGroup.run(channel.eventLoop(),
                () -> assertTrue(channel.config().setOption(UnixChannelOption.DOMAIN_SOCKET_READ_MODE, mode)));
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void theEndWhileDescriptorsAreRead(Transport transport) throws Exception {
        EventLog child = new EventLog();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, Family.UNIX, TestGroup.IGNORE, child)) {
            setMode(pair.child, DomainSocketReadMode.FILE_DESCRIPTORS);
            pair.client.close().sync();
            child.assertEndsAs("registered active inactive unregistered");
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aClosedDescriptorIsNotSent(Transport transport) throws Exception {
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, Family.UNIX, TestGroup.IGNORE, TestGroup.IGNORE)) {
            FileDescriptor closed = new FileDescriptor(Integer.MAX_VALUE);
            Throwable cause = pair.client.writeAndFlush(closed).await().cause();
            assertInstanceOf(IOException.class, cause);
            assertTrue(pair.client.closeFuture().await(5000));
        }
    }
}
