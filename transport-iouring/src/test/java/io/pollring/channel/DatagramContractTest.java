/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultAddressedEnvelope;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Errors;
import io.netty.util.ReferenceCountUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** What the differential fuzz has found own channels of datagrams to do otherwise than Netty's. */
class DatagramContractTest {

    @TempDir
    Path directory;

    private int names;

    private SocketAddress address(boolean unix) {
        return unix ? new DomainSocketAddress(directory.resolve("s" + names++).toString())
                : new InetSocketAddress("127.0.0.1", 0);
    }

    private Channel bind(TestGroup group, boolean own, boolean unix, ChannelInboundHandlerAdapter handler)
            throws Exception {
        return new Bootstrap().group(group.group)
                .channelFactory(() -> unix ? own ? new IoUringDomainDatagramChannel() : new EpollDomainDatagramChannel()
                        : own ? new IoUringDatagramChannel() : new EpollDatagramChannel())
                .handler(handler).bind(address(unix)).sync().channel();
    }

    @ParameterizedTest
    @CsvSource({"true, false", "true, true", "false, false", "false, true"})
    void aHandlerThatClosesIsToldThatReadingFoundTheChannelClosed(boolean own, boolean unix) throws Exception {
        List<Object> seen = new CopyOnWriteArrayList<>();
        try (TestGroup group = new TestGroup(Mode.RING, 1)) {
            Channel receiver = bind(group, own, unix, new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object msg) {
                    ReferenceCountUtil.release(msg);
                    ctx.close();
                    seen.add("closed");
                }

                @Override
                public void channelReadComplete(ChannelHandlerContext ctx) {
                    seen.add("complete");
                }

                @Override
                public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                    seen.add(cause);
                }
            });
            Channel sender = bind(group, own, unix, new ChannelInboundHandlerAdapter());
            sender.writeAndFlush(new DefaultAddressedEnvelope<>(Unpooled.directBuffer().writeByte(1),
                    receiver.localAddress())).sync();
            receiver.closeFuture().sync();
            Await.until("the channel is told", 5000, () -> seen.size() == 3);
            assertEquals(List.of("closed", "complete"), seen.subList(0, 2));
            assertInstanceOf(ClosedChannelException.class, seen.get(2));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anErrorOfMessagesThatAreSentTogetherIsTheKernels(boolean own) throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1); UnreachablePort nobody = new UnreachablePort()) {
            InetSocketAddress address = nobody.address();
            Channel channel = bind(group, own, false, new ChannelInboundHandlerAdapter());
            channel.connect(address).sync();
            assertInstanceOf(PortUnreachableException.class, errorOf(channel, new DatagramPacket(oneByte(), address)));
            assertInstanceOf(PortUnreachableException.class, errorOf(channel, oneByte()));
            assertInstanceOf(Errors.NativeIoException.class, errorOf(channel, oneByte(), oneByte()));
        }
    }

    private static ByteBuf oneByte() {
        return Unpooled.directBuffer().writeByte(1);
    }

    /** In one task, so that the refusal of a message before is told to the first of these, and no read takes it. */
    private static Throwable errorOf(Channel channel, Object... messages) throws Exception {
        ChannelFuture[] first = new ChannelFuture[1];
        TestGroup.run(channel.eventLoop(), () -> {
            channel.writeAndFlush(oneByte());
            first[0] = channel.write(messages[0]);
            for (int i = 1; i < messages.length; i++) {
                channel.write(messages[i]);
            }
            channel.flush();
        });
        return first[0].await().cause();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aUnixChannelThatIsDisconnectedHasNoAddresses(boolean own) throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1)) {
            Channel other = bind(group, own, true, new ChannelInboundHandlerAdapter());
            Channel channel = bind(group, own, true, new ChannelInboundHandlerAdapter());
            channel.connect(other.localAddress()).sync();
            assertNotNull(channel.remoteAddress());
            channel.disconnect().sync();
            assertNull(channel.localAddress());
            assertNull(channel.remoteAddress());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anInternetAddressIsUnsupportedForUnixResolvedOrNot(boolean own) throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1)) {
            Channel channel = bind(group, own, true, new ChannelInboundHandlerAdapter());
            ChannelFuture write = channel.writeAndFlush(new DefaultAddressedEnvelope<>(
                    Unpooled.directBuffer().writeByte(1), InetSocketAddress.createUnresolved("nowhere", 1))).await();
            assertInstanceOf(UnsupportedOperationException.class, write.cause());
        }
    }

    /** Netty's channels fail, and leak a copy of the content. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anEnvelopeWithoutARecipientGoesWhereTheChannelIsConnectedIfItsContentHasToBeCopied(boolean unix)
            throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1)) {
            Datagrams inbox = new Datagrams();
            Channel receiver = bind(group, true, unix, inbox);
            Channel sender = bind(group, true, unix, new ChannelInboundHandlerAdapter());
            sender.connect(receiver.localAddress()).sync();
            ByteBuf heap = Unpooled.buffer().writeByte(7);
            sender.writeAndFlush(new DefaultAddressedEnvelope<ByteBuf, SocketAddress>(heap, null,
                    sender.localAddress())).sync();
            assertEquals(7, inbox.take().bytes[0]);
            assertEquals(0, heap.refCnt());
        }
    }

    @Test
    void aCopyOfWhatCannotBeReadIsReleased() {
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
        ByteBuf released = Unpooled.buffer().writeByte(1);
        released.release();
        assertThrows(RuntimeException.class, () -> DirectBuffers.copy(allocator, released, released));
        assertEquals(0, allocator.metric().usedDirectMemory());
    }
}
