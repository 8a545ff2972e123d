/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.pollring.channel.Transport.Family;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.channels.ClosedChannelException;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The events of a channel's life, in their order. */
class LifeCycleTest {

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void fromConnectToTheEndOfBothSides(Transport transport, Family family) throws Exception {
        EventLog client = new EventLog();
        EventLog child = new EventLog();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, family, client, child)) {
            pair.client.writeAndFlush(Unpooled.wrappedBuffer(new byte[10])).sync();
            child.await("readComplete");
            pair.client.close().sync();
            client.assertEndsAs("registered active inactive unregistered");
            child.assertEndsAs("registered active read 10 readComplete readComplete inactive unregistered");
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void fromBindToClose(Transport transport, Family family) throws Exception {
        EventLog log = new EventLog();
        try (TestGroup group = transport.newGroup(1)) {
            Channel server = transport.server(group.group, family, TestGroup.IGNORE).handler(log)
                    .bind(family.anyAddress()).sync().channel();
            assertTrue(server.isActive());
            assertNotNull(server.localAddress());
            assertNull(server.remoteAddress());
            Channel client = transport.client(group.group, family, TestGroup.IGNORE)
                    .connect(server.localAddress()).sync().channel();
            log.await("readComplete");
            client.close().sync();
            server.close().sync();
            assertFalse(server.isActive());
            log.assertEndsAs("registered active accepted readComplete inactive unregistered");
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void halfClosureByThePeer(Transport transport, Family family) throws Exception {
        EventLog child = new EventLog();
        EventLog client = new EventLog();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, family, client, child, bootstrap -> { },
                     server -> server.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true))) {
            pair.client.writeAndFlush(Unpooled.wrappedBuffer(new byte[10])).sync();
            child.await("readComplete");
            ((DuplexChannel) pair.client).shutdownOutput().sync();
            child.await("ChannelInputShutdownReadComplete");
            assertTrue(((DuplexChannel) pair.child).isInputShutdown());
            assertFalse(((DuplexChannel) pair.child).isOutputShutdown());
            assertTrue(pair.child.isActive());
            // The other way still works.
            pair.child.writeAndFlush(Unpooled.wrappedBuffer(new byte[20])).sync();
            client.await("read 20");
            pair.child.close().sync();
            child.assertEndsAs("registered active read 10 readComplete readComplete ChannelInputShutdownEvent "
                    + "ChannelInputShutdownReadComplete inactive unregistered");
            client.assertEndsAs("registered active ChannelOutputShutdownEvent read 20 readComplete readComplete "
                    + "inactive unregistered");
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void halfClosureByBothSides(Transport transport, Family family) throws Exception {
        EventLog child = new EventLog();
        EventLog client = new EventLog();
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, family, client, child,
                     bootstrap -> bootstrap.option(ChannelOption.ALLOW_HALF_CLOSURE, true),
                     server -> server.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true))) {
            ((DuplexChannel) pair.client).shutdownOutput().sync();
            child.await("ChannelInputShutdownReadComplete");
            ((DuplexChannel) pair.child).shutdownOutput().sync();
            client.await("ChannelInputShutdownReadComplete");
            assertTrue(((DuplexChannel) pair.client).isShutdown());
            assertTrue(((DuplexChannel) pair.child).isShutdown());
            // It is the user's to close.
            assertTrue(pair.client.isOpen() && pair.child.isOpen());
            pair.client.close().sync();
            pair.child.close().sync();
            child.assertEndsAs("registered active readComplete ChannelInputShutdownEvent "
                    + "ChannelInputShutdownReadComplete ChannelOutputShutdownEvent inactive unregistered");
            client.assertEndsAs("registered active ChannelOutputShutdownEvent readComplete ChannelInputShutdownEvent "
                    + "ChannelInputShutdownReadComplete inactive unregistered");
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void resetByThePeer(Transport transport) throws Exception {
        for (boolean halfClosure : new boolean[] { false, true }) {
            EventLog child = new EventLog();
            try (TestGroup group = transport.newGroup(1);
                 StreamPair pair = StreamPair.open(transport, group, Family.TCP, TestGroup.IGNORE, child,
                         bootstrap -> bootstrap.option(ChannelOption.SO_LINGER, 0),
                         server -> server.childOption(ChannelOption.ALLOW_HALF_CLOSURE, halfClosure))) {
                pair.client.writeAndFlush(Unpooled.wrappedBuffer(new byte[10])).sync();
                child.await("readComplete");
                pair.client.close().sync();
                if (halfClosure) {
                    child.await("NativeIoException");
                    child.await("ChannelInputShutdownReadComplete");
                    pair.child.close();
                    child.assertEndsAs("registered active read 10 readComplete readComplete NativeIoException "
                            + "ChannelInputShutdownEvent ChannelInputShutdownReadComplete inactive unregistered");
                } else {
                    child.assertEndsAs("registered active read 10 readComplete readComplete NativeIoException "
                            + "inactive unregistered");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void closedWhileActive(Transport transport, Family family) throws Exception {
        EventLog client = new EventLog() {
            @Override
            public void channelActive(ChannelHandlerContext ctx) throws Exception {
                super.channelActive(ctx);
                ctx.close();
            }
        };
        try (TestGroup group = transport.newGroup(1)) {
            Channel server = transport.server(group.group, family, TestGroup.IGNORE).bind(family.anyAddress()).sync()
                    .channel();
            ChannelFuture connected = transport.client(group.group, family, client).connect(server.localAddress());
            client.assertEndsAs("registered active inactive unregistered");
            assertTrue(connected.sync().isSuccess());
            assertInstanceOf(ClosedChannelException.class,
                    connected.channel().writeAndFlush(Unpooled.EMPTY_BUFFER).await().cause());
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void closedWhileReading(Transport transport, Family family) throws Exception {
        EventLog child = new EventLog() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
                super.channelRead(ctx, msg);
                ctx.close();
            }
        };
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, family, TestGroup.IGNORE, child)) {
            pair.client.writeAndFlush(Unpooled.wrappedBuffer(new byte[10])).sync();
            child.assertEndsAs("registered active read 10 readComplete inactive unregistered");
        }
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void closedTwiceAndWithoutARegistration(Transport transport, Family family) throws Exception {
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, family, TestGroup.IGNORE, TestGroup.IGNORE)) {
            assertTrue(pair.client.close().sync().isSuccess());
            assertTrue(pair.client.close().sync().isSuccess());
            assertTrue(pair.client.closeFuture().isSuccess());
        }
        Channel never = transport.socketClass(family).getConstructor().newInstance();
        never.unsafe().closeForcibly();
        assertFalse(never.isOpen());
        assertFalse(never.isActive());
        assertEquals(false, never.isRegistered());
    }
}
