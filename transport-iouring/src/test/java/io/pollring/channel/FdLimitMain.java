/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.unix.FileDescriptor;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs out of fds with the {@link Setup} that its argument names, and prints what came of it. */
final class FdLimitMain {
    static final String PREFIX = "result: ";
    private static final int ATTEMPTS = 20_000;
    private static final int CONNECTIONS = 20;

    private FdLimitMain() { }

    public static void main(String[] args) throws Exception {
        Setup setup = Setup.valueOf(args[0]);
        // Whatever the JVM and Netty open for good, they open now.
        setup.newGroup(1).close();
        try (TestGroup group = setup.newGroup(1)) {
            try (Connection connection = Connection.open(group)) {
                connection.send(1);
                Await.until("warmed up", 5000, () -> connection.recorder.byteCount() == 1);
            }
            openChannels(group);
            openGroups(setup.mode);
            accept(group);
            try (Connection connection = Connection.open(group)) {
                connection.send(1);
                Await.until("the loop is alive", 5000, () -> connection.recorder.byteCount() == 1);
            }
            print("loop alive", true);
            print("backend", setup.mode.isOurs() ? IoUring.backend(group.loop()) : "");
        }
        System.exit(0);
    }

    private static void openChannels(TestGroup group) throws Exception {
        List<String> before = Resources.openFiles();
        List<Channel> channels = new ArrayList<>();
        TreeSet<String> refusals = new TreeSet<>();
        for (int i = 0; i < ATTEMPTS; i++) {
            try {
                Channel channel = group.channels.socket.getConstructor().newInstance();
                channels.add(channel);
                group.loop().register(channel).sync();
            } catch (InvocationTargetException e) {
                refusals.add(types(e.getCause()));
            } catch (Exception e) {
                refusals.add(types(e));
            }
        }
        print("channels tried", ATTEMPTS);
        print("channels opened", channels.size());
        print("channels refused with", refusals);
        for (Channel channel : channels) {
            channel.close().sync();
        }
        print("fds leaked by channels", Resources.filesSince(before));
    }

    private static void openGroups(Mode mode) throws Exception {
        List<String> before = Resources.openFiles();
        int mappings = Resources.ringMappings();
        TreeSet<String> refusals = new TreeSet<>();
        int threads = Resources.kernelThreads();
        List<FileDescriptor> fillers = fill();
        // From none to more than a loop of any kind takes: the group fails at each step of its making.
        for (int free = 0; free < 24; free++) {
            EventLoopGroup group = null;
            try {
                group = mode.newGroup(2);
            } catch (Throwable t) {
                refusals.add(types(t));
            }
            if (group != null) {
                group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
            }
            fillers.remove(0).close();
        }
        for (FileDescriptor filler : fillers) {
            filler.close();
        }
        print("group refused with", refusals);
        print("fds leaked by groups", Resources.filesSince(before));
        print("ring mappings leaked by groups", Resources.ringMappings() - mappings);
        Await.until("the threads end", 5000, () -> Resources.kernelThreads() <= threads);
        print("threads leaked by groups", Resources.kernelThreads() > threads ? "some" : "0");
    }

    private static void accept(TestGroup group) throws Exception {
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        AtomicInteger accepted = new AtomicInteger();
        Channel listener = new ServerBootstrap()
                .group(group.group)
                .channel(group.channels.server)
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                        failure.complete(cause);
                        // Goes on to Netty's acceptor, which then pauses for a second.
                        ctx.fireExceptionCaught(cause);
                    }
                })
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel ch) {
                        accepted.incrementAndGet();
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0).sync().channel();
        List<Socket> peers = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            Socket peer = new Socket();
            // A socket has no fd before this.
            peer.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            peers.add(peer);
        }
        List<FileDescriptor> fillers = fill();
        long thread = TestGroup.threadId(group.loop());
        long cpu = TestGroup.cpuNanos(thread);
        long start = System.nanoTime();
        for (Socket peer : peers) {
            peer.connect(listener.localAddress());
        }
        print("accept failed with", types(failure.get(10, TimeUnit.SECONDS)));
        Thread.sleep(2000);
        print("CPU while out of fds", (double) (TestGroup.cpuNanos(thread) - cpu) / (System.nanoTime() - start));
        for (FileDescriptor filler : fillers) {
            filler.close();
        }
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (accepted.get() < CONNECTIONS && System.nanoTime() < deadline) {
            Thread.sleep(1);
        }
        print("accepted later", accepted.get() + " of " + CONNECTIONS);
        for (Socket peer : peers) {
            peer.close();
        }
        listener.close().sync();
    }

    /** Opens files until no more can be opened. */
    private static List<FileDescriptor> fill() {
        List<FileDescriptor> fillers = new ArrayList<>();
        File file = new File("/dev/null");
        for (;;) {
            try {
                fillers.add(FileDescriptor.from(file));
            } catch (IOException e) {
                return fillers;
            }
        }
    }

    private static String types(Throwable throwable) {
        return throwable.getClass().getName();
    }

    private static void print(String key, Object value) {
        System.out.println(PREFIX + key + ": " + value);
    }
}
