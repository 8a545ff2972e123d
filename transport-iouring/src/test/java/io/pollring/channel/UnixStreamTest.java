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
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.PeerCredentials;
import io.pollring.channel.Transport.Family;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What only UNIX streams have: names in the file system and abstract ones, credentials. */
class UnixStreamTest {

    @ParameterizedTest
    @EnumSource(Transport.class)
    void abstractNames(Transport transport) throws Exception {
        try (TestGroup group = transport.newGroup(1)) {
            DomainSocketAddress address = (DomainSocketAddress) Family.UNIX.anyAddress();
            EventLog log = new EventLog();
            Channel server = transport.server(group.group, Family.UNIX, log).bind(address).sync().channel();
            assertEquals(address, server.localAddress());
            Channel client = transport.client(group.group, Family.UNIX, TestGroup.IGNORE)
                    .connect(address).sync().channel();
            assertEquals(address, client.remoteAddress());
            client.writeAndFlush(Unpooled.wrappedBuffer(new byte[10])).sync();
            log.await("read 10");
            assertInstanceOf(IOException.class, transport.server(group.group, Family.UNIX, TestGroup.IGNORE)
                    .bind(address).await().cause(), "the name is taken");
            server.close().sync();
            // Nothing is left of the name.
            transport.server(group.group, Family.UNIX, TestGroup.IGNORE).bind(address).sync();
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void names(Transport transport, @TempDir Path folder) throws Exception {
        Path file = folder.resolve("socket");
        DomainSocketAddress address = new DomainSocketAddress(file.toFile());
        DomainSocketAddress clientAddress = new DomainSocketAddress(folder.resolve("client").toFile());
        try (TestGroup group = transport.newGroup(1)) {
            EventLog log = new EventLog();
            Channel server = transport.server(group.group, Family.UNIX, log).bind(address).sync().channel();
            assertEquals(address, server.localAddress());
            assertTrue(Files.exists(file));
            Channel client = transport.client(group.group, Family.UNIX, TestGroup.IGNORE)
                    .connect(address, clientAddress).sync().channel();
            assertEquals(clientAddress, client.localAddress());
            assertEquals(address, client.remoteAddress());
            client.close().sync();
            server.close().sync();
            assertFalse(Files.exists(file));
            assertTrue(Files.exists(folder.resolve("client")), "as Netty leaves it");
            DomainSocketAddress tooLong = new DomainSocketAddress(folder.resolve("x".repeat(200)).toFile());
            assertEquals(cause(Transport.NETTY, tooLong), cause(transport, tooLong));
        }
    }

    /** The server's name is what the accepted channel is called too; a client that has no name has an empty one. */
    @ParameterizedTest
    @EnumSource(Transport.class)
    void bothEndsOfAConnectionTellBothNames(Transport transport, @TempDir Path folder) throws Exception {
        DomainSocketAddress server = new DomainSocketAddress(folder.resolve("server").toFile());
        DomainSocketAddress named = new DomainSocketAddress(folder.resolve("client").toFile());
        DomainSocketAddress nameless = new DomainSocketAddress("");
        try (TestGroup group = transport.newGroup(1)) {
            BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
            Channel listener = transport.server(group.group, Family.UNIX, new ChannelInboundHandlerAdapter() {
                @Override
                public boolean isSharable() {
                    return true;
                }

                @Override
                public void channelActive(ChannelHandlerContext ctx) {
                    accepted.add(ctx.channel());
                }
            }).bind(server).sync().channel();
            assertEquals(server, listener.localAddress());
            assertNull(listener.remoteAddress());
            for (DomainSocketAddress local : Arrays.asList(null, named)) {
                Channel client = transport.client(group.group, Family.UNIX, TestGroup.IGNORE)
                        .connect(server, local).sync().channel();
                Channel child = accepted.poll(5, TimeUnit.SECONDS);
                assertEquals(server, client.remoteAddress());
                assertEquals(local == null ? nameless : local, client.localAddress());
                assertEquals(server, child.localAddress());
                assertEquals(local == null ? nameless : local, child.remoteAddress());
                assertEquals(listener, child.parent());
                client.close().sync();
                child.close().sync();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aNameThatIsTooLongIsNotCutShort(Transport transport, @TempDir Path folder) throws Exception {
        List<String> before = Resources.openFiles();
        String path = folder + "/";
        path += "x".repeat(109 - path.length());
        DomainSocketAddress tooLong = new DomainSocketAddress(path);
        // Whoever cuts the name finds this one.
        DomainSocketAddress cut = new DomainSocketAddress(path.substring(0, 107));
        try (TestGroup group = transport.newGroup(1)) {
            Channel server = transport.server(group.group, Family.UNIX, TestGroup.IGNORE).bind(cut).sync().channel();
            for (SocketAddress local : Arrays.asList(null, new DomainSocketAddress(folder + "/client"))) {
                ChannelFuture connect = transport.client(group.group, Family.UNIX, TestGroup.IGNORE)
                        .connect(tooLong, local).await();
                assertInstanceOf(IOException.class, connect.cause());
                assertFalse(connect.channel().isOpen());
            }
            ChannelFuture connect = transport.client(group.group, Family.UNIX, TestGroup.IGNORE)
                    .connect(cut, tooLong).await();
            assertInstanceOf(IOException.class, connect.cause());
            connect.channel().close().sync();
            server.close().sync();
        }
        assertEquals(List.of(), Resources.filesSince(before));
    }

    private static String cause(Transport transport, DomainSocketAddress address) throws Exception {
        try (TestGroup group = transport.newGroup(1)) {
            Throwable cause =
                    transport.server(group.group, Family.UNIX, TestGroup.IGNORE).bind(address).await().cause();
            return cause == null ? "bound" : cause.getClass().getName();
        }
    }

    /** {@code sun_path} has 108 bytes. Whether a path of 108 is taken differs from call to call in Netty. */
    @ParameterizedTest
    @EnumSource(Transport.class)
    void theLongestPathIsThatOfNetty(Transport transport, @TempDir Path folder) throws Exception {
        for (int length : new int[] { 106, 107, 109, 110 }) {
            String path = folder + "/";
            path += "x".repeat(length - path.length());
            String nettys = outcomeOfBind(Transport.NETTY, path);
            assertEquals(length <= 108, nettys.equals("null " + path), nettys);
            assertEquals(nettys, outcomeOfBind(transport, path));
        }
    }

    private static String outcomeOfBind(Transport transport, String path) throws Exception {
        try (TestGroup group = transport.newGroup(1)) {
            ChannelFuture bind = transport.server(group.group, Family.UNIX, TestGroup.IGNORE)
                    .bind(new DomainSocketAddress(path)).await();
            String outcome = bind.cause() + " " + bind.channel().localAddress();
            bind.channel().close().sync();
            assertFalse(Files.exists(Path.of(path)));
            return outcome;
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void credentials(Transport transport, @TempDir Path folder) throws Exception {
        int uid = (Integer) Files.getAttribute(folder, "unix:uid");
        try (TestGroup group = transport.newGroup(1);
             StreamPair pair = StreamPair.open(transport, group, Family.UNIX, TestGroup.IGNORE, TestGroup.IGNORE)) {
            for (Channel channel : Arrays.asList(pair.client, pair.child)) {
                PeerCredentials peer = credentials(channel);
                assertEquals(uid, peer.uid());
                assertEquals(ProcessHandle.current().pid(), peer.pid());
                assertArrayEquals(credentials(pair.client).gids(), peer.gids());
            }
            pair.client.close().sync();
            assertThrows(IOException.class, () -> credentials(pair.client));
        }
    }

    private static PeerCredentials credentials(Channel channel) throws IOException {
        return channel instanceof EpollDomainSocketChannel ? ((EpollDomainSocketChannel) channel).peerCredentials()
                : ((IoUringDomainSocketChannel) channel).peerCredentials();
    }

    @ParameterizedTest
    @MethodSource("io.pollring.channel.Transport#withFamilies")
    void closeForciblyLeavesNothing(Transport transport, Family family) throws Exception {
        List<String> before = Resources.openFiles();
        try (TestGroup group = transport.newGroup(1)) {
            List<String> withLoop = Resources.openFiles();
            EventLog child = new EventLog();
            StreamPair pair = StreamPair.open(transport, group, family, TestGroup.IGNORE, child);
            TestGroup.run(pair.client.eventLoop(), () -> pair.client.unsafe().closeForcibly());
            assertFalse(pair.client.isOpen());
            child.await("unregistered");
            Channel never = transport.socketClass(family).getConstructor().newInstance();
            never.unsafe().closeForcibly();
            Channel server = transport.serverClass(family).getConstructor().newInstance();
            server.unsafe().closeForcibly();
            assertFalse(never.isOpen() || server.isOpen());
            Await.until("all sockets are closed", 5000, () -> Resources.filesSince(withLoop).isEmpty());
        }
        assertEquals(List.of(), Resources.filesSince(before));
    }
}
