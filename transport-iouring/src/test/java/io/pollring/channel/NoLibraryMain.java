/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.EventLoop;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.PeerCredentials;
import io.pollring.ring.Native;

import java.io.File;
import java.nio.file.Files;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Started by {@link NoLibraryTest}. */
final class NoLibraryMain {
    static final String DONE = "all as it should be";
    private static final int WAIT_SECONDS = 10;

    private NoLibraryMain() { }

    public static void main(String[] args) throws Exception {
        assertNotNull(Native.loadFailure(), "the library is there");
        try (TestGroup group = new TestGroup(Mode.DEFAULT, Channels.OURS, 1)) {
            countsNothing(group.loop());
            sendsFiles(group);
            knowsItsPeer(group);
            hasNoDatagrams();
            staysOnEpoll(group.loop());
        }
        System.out.println(DONE);
        System.exit(0);
    }

    private static void countsNothing(EventLoop loop) {
        assertSame(IoUringBackend.EPOLL, IoUring.backend(loop));
        assertEquals(0, IoUring.metrics(loop).epollWaits());
    }

    private static void sendsFiles(TestGroup group) throws Exception {
        byte[] bytes = new byte[3 << 20];
        new Random(1).nextBytes(bytes);
        File file = File.createTempFile("region", null);
        try (Connection connection = Connection.open(group)) {
            Files.write(file.toPath(), bytes);
            connection.channel.writeAndFlush(new DefaultFileRegion(file, 0, bytes.length));
            assertArrayEquals(bytes, connection.peer.getInputStream().readNBytes(bytes.length));
        } finally {
            assertTrue(file.delete());
        }
    }

    private static void knowsItsPeer(TestGroup group) throws Exception {
        CompletableFuture<PeerCredentials> client = new CompletableFuture<>();
        Channel listener = new ServerBootstrap().group(group.group).channel(IoUringServerDomainSocketChannel.class)
                .childHandler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelActive(ChannelHandlerContext ctx) throws Exception {
                        client.complete(((IoUringDomainSocketChannel) ctx.channel()).peerCredentials());
                    }

                    @Override
                    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                        client.completeExceptionally(cause);
                    }
                }).bind(new DomainSocketAddress("\0pollring-no-library-" + ProcessHandle.current().pid())).sync().channel();
        new Bootstrap().group(group.group).channel(IoUringDomainSocketChannel.class).handler(TestGroup.IGNORE)
                .connect(listener.localAddress()).sync();
        assertEquals(ProcessHandle.current().pid(), client.get(WAIT_SECONDS, TimeUnit.SECONDS).pid());
    }

    private static void hasNoDatagrams() {
        int before = Resources.openFiles().size();
        for (Class<?> type : new Class<?>[] {IoUringDatagramChannel.class, IoUringDomainDatagramChannel.class}) {
            Throwable failure = assertThrows(Throwable.class, () -> type.getConstructor().newInstance()).getCause();
            assertTrue(failure instanceof UnsatisfiedLinkError
                    && failure.getMessage().contains("add the transport-iouring-native jar"), () -> "" + failure);
        }
        assertEquals(before, Resources.openFiles().size());
    }

    private static void staysOnEpoll(EventLoop loop) throws Exception {
        IoUring.useEpoll(loop).get(WAIT_SECONDS, TimeUnit.SECONDS);
        assertSame(Native.loadFailure(), IoUring.useRing(loop).await().cause());
    }
}
