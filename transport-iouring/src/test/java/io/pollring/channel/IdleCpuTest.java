/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.DomainSocketAddress;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A loop has nothing to do while its socket does nothing new, whatever state that is in. Each state of each kind of
 * channel has a loop of its own; all of them are watched at the same time.
 */
class IdleCpuTest {
    private static final long WATCH_MILLIS = 2000;
    private static final double MAX_CPU = 0.05;
    /** The JVM, and Netty's global threads, wake a loop now and then. A spinning one enters a million times. */
    private static final long MAX_TURNS = 20;

    private final List<AutoCloseable> open = new ArrayList<>();

    @ParameterizedTest
    @EnumSource(Mode.class)
    void inNoStateOfASocket(Mode mode) throws Exception {
        Map<String, TestGroup> groups = new LinkedHashMap<>();
        try {
            for (Channels channels : Channels.values()) {
                for (Map.Entry<String, State> state : states().entrySet()) {
                    TestGroup group = new TestGroup(mode, channels, 1);
                    groups.put(channels + ", " + state.getKey(), group);
                    state.getValue().enter(group);
                }
            }
            assertAll(watch(groups));
        } finally {
            for (AutoCloseable closeable : open) {
                closeable.close();
            }
            for (TestGroup group : groups.values()) {
                group.close();
            }
        }
    }

    private static List<Executable> watch(Map<String, TestGroup> groups) throws Exception {
        Map<String, Long> threads = new LinkedHashMap<>();
        for (Map.Entry<String, TestGroup> entry : groups.entrySet()) {
            threads.put(entry.getKey(), TestGroup.threadId(entry.getValue().loop()));
        }
        // What the last step of a state has set off is over by then.
        Thread.sleep(200);
        Map<String, Long> cpuBefore = new LinkedHashMap<>();
        Map<String, Long> turnsBefore = new LinkedHashMap<>();
        groups.forEach((name, group) -> {
            cpuBefore.put(name, TestGroup.cpuNanos(threads.get(name)));
            turnsBefore.put(name, group.turns());
        });
        Thread.sleep(WATCH_MILLIS);
        List<Executable> checks = new ArrayList<>();
        groups.forEach((name, group) -> {
            double cpu = (TestGroup.cpuNanos(threads.get(name)) - cpuBefore.get(name)) / (WATCH_MILLIS * 1e6);
            long turns = group.turns() - turnsBefore.get(name);
            checks.add(() -> assertTrue(cpu < MAX_CPU && turns <= MAX_TURNS,
                    () -> String.format("%s: %.1f %% of a CPU, %d turns", name, cpu * 100, turns)));
        });
        return checks;
    }

    private Map<String, State> states() {
        Map<String, State> states = new LinkedHashMap<>();
        states.put("idle connection", group -> connect(group, true, false));
        states.put("half-closed by the peer", group -> halfClosedByPeer(group, true));
        states.put("half-closed by the peer, paused", group -> halfClosedByPeer(group, false));
        states.put("half-closed by us", group -> connect(group, true, false).channel.shutdownOutput().sync());
        states.put("half-closed by us, paused", group -> connect(group, false, false).channel.shutdownOutput().sync());
        states.put("half-closed by the peer, waiting to write", this::halfClosedWithFullSendBuffer);
        states.put("reset by the peer", group -> connect(group, true, false).resetByPeer());
        states.put("reset by the peer, paused", group -> connect(group, false, false).resetByPeer());
        states.put("reset by the peer, paused, half closure allowed",
                group -> connect(group, false, true).resetByPeer());
        states.put("reset behind unread data, paused", group -> {
            Connection connection = connect(group, false, true);
            connection.send(100);
            Thread.sleep(10);
            connection.resetByPeer();
        });
        states.put("data waiting, paused", group -> connect(group, false, false).send(100));
        states.put("data and end waiting, paused", group -> {
            Connection connection = connect(group, false, false);
            connection.send(100);
            connection.peer.close();
        });
        states.put("output ended while waiting to write", this::outputEndedWithFullSendBuffer);
        states.put("data waiting, paused by the handler", this::pausedInChannelRead);
        states.put("connection refused", this::connectionRefused);
        states.put("full backlog, paused", this::fullBacklog);
        states.put("registered, nothing more", this::registered);
        states.put("unreachable UDP peer", this::unreachableDatagramPeer);
        states.put("UNIX peer closed, paused", this::domainPeerClosed);
        states.put("a timer that has expired",
                group -> group.loop().schedule(() -> { }, 10, TimeUnit.MILLISECONDS).sync());
        return states;
    }

    private Connection connect(TestGroup group, boolean autoRead, boolean halfClosure) throws Exception {
        Connection connection = Connection.open(group, bootstrap -> bootstrap
                .childOption(ChannelOption.AUTO_READ, autoRead)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, halfClosure));
        open.add(connection);
        return connection;
    }

    private void halfClosedByPeer(TestGroup group, boolean autoRead) throws Exception {
        Connection connection = connect(group, autoRead, true);
        connection.peer.shutdownOutput();
        Await.until("the channel has seen the end", 5000, connection.channel::isInputShutdown);
    }

    private void halfClosedWithFullSendBuffer(TestGroup group) throws Exception {
        Connection connection = connect(group, true, true);
        connection.peer.shutdownOutput();
        Await.until("the channel has seen the end", 5000, connection.channel::isInputShutdown);
        ChannelFuture write = connection.channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[32 << 20]));
        connection.channel.eventLoop().submit(() -> { }).sync();
        // Netty's own epoll handler fails it: it forgets to add the fd again after a mask of 0.
        assertTrue(!write.isDone() || group.mode == Mode.EPOLL);
    }

    private void outputEndedWithFullSendBuffer(TestGroup group) throws Exception {
        if (group.channels == Channels.NETTYS) {
            // Netty's own channels go on waiting to write, which a socket whose output is over can always do; so they
            // keep every loop busy, Netty's own among them.
            return;
        }
        Connection connection = connect(group, true, true);
        ChannelFuture write = connection.channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[32 << 20]));
        assertFalse(write.await(20));
        connection.channel.shutdownOutput().sync();
        assertEquals("FIN", connection.awaitEnd());
    }

    private void pausedInChannelRead(TestGroup group) throws Exception {
        Connection connection = Connection.open(group, new Recorder() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
                ctx.channel().config().setAutoRead(false);
                super.channelRead(ctx, msg);
            }
        }, bootstrap -> { });
        open.add(connection);
        connection.send(1);
        Await.until("the first byte is read", 5000, () -> connection.recorder.byteCount() == 1);
        connection.send(1);
        Thread.sleep(20);
        assertEquals(1, connection.recorder.byteCount());
    }

    private void connectionRefused(TestGroup group) throws Exception {
        Channel listener = group.listen(TestGroup.IGNORE, bootstrap -> { });
        InetSocketAddress address = TestGroup.address(listener);
        listener.close().sync();
        ChannelFuture connect = new Bootstrap()
                .group(group.group)
                .channel(group.channels.socket)
                .handler(TestGroup.IGNORE)
                .connect(address);
        assertTrue(connect.await(5, TimeUnit.SECONDS));
        assertFalse(connect.isSuccess());
    }

    private void fullBacklog(TestGroup group) throws Exception {
        Channel listener = group.listen(TestGroup.IGNORE, bootstrap -> bootstrap
                .option(ChannelOption.SO_BACKLOG, 2)
                .option(ChannelOption.AUTO_READ, false));
        for (int i = 0; i < 8; i++) {
            SocketChannel client = SocketChannel.open();
            open.add(client);
            client.configureBlocking(false);
            client.connect(TestGroup.address(listener));
        }
        // One that cannot be accepted any more stays in its attempt to connect.
        Bootstrap bootstrap = new Bootstrap()
                .group(group.group)
                .channel(group.channels.socket)
                .handler(TestGroup.IGNORE);
        ChannelFuture connect = bootstrap.connect(listener.localAddress());
        Thread.sleep(20);
        assertFalse(connect.isDone());
    }

    private void registered(TestGroup group) throws Exception {
        for (Class<? extends Channel> type : List.of(group.channels.socket, group.channels.server,
                group.channels.datagram, group.channels.unix, group.channels.unixServer)) {
            group.loop().register(type.getConstructor().newInstance()).sync();
        }
    }

    private void unreachableDatagramPeer(TestGroup group) throws Exception {
        UnreachablePort nobody = new UnreachablePort();
        open.add(nobody);
        for (boolean autoRead : new boolean[] {true, false}) {
            Channel channel = new Bootstrap()
                    .group(group.group)
                    .channel(group.channels.datagram)
                    .option(ChannelOption.AUTO_READ, autoRead)
                    .handler(new Recorder())
                    .connect(nobody.address()).sync().channel();
            channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[10])).await();
        }
    }

    private void domainPeerClosed(TestGroup group) throws Exception {
        DomainSocketAddress address = new DomainSocketAddress("\0pollring-idle-" + System.nanoTime());
        Channel listener = new ServerBootstrap()
                .group(group.group)
                .channel(group.channels.unixServer)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel ch) {
                        ch.pipeline().addLast(new Recorder());
                    }
                })
                .bind(address).sync().channel();
        TestGroup clients = new TestGroup(Mode.EPOLL, 1);
        open.add(clients);
        Channel client = new Bootstrap()
                .group(clients.group)
                .channel(group.channels.unix)
                .handler(TestGroup.IGNORE)
                .connect(address).sync().channel();
        client.writeAndFlush(Unpooled.wrappedBuffer(new byte[10])).sync();
        client.close().sync();
        assertTrue(listener.isActive());
    }

    private interface State {
        void enter(TestGroup group) throws Exception;
    }
}
