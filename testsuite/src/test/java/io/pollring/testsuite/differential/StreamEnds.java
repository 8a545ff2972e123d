/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.pollring.testsuite.harness.Network;

import java.io.File;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A listener for each kind of stream, whose channels are under test. */
final class StreamEnds implements Ends {
    private static final int SECONDS = 10;

    private final List<EventLoop> loops;
    private final Map<SocketKind, Channel> listeners = new EnumMap<>(SocketKind.class);
    private final BlockingQueue<Subject> accepted = new LinkedBlockingQueue<>();
    private volatile Function<DuplexChannel, Subject> next;

    StreamEnds(Transport transport, EventLoopGroup group, List<EventLoop> loops) throws Exception {
        this.loops = loops;
        for (SocketKind kind : List.of(SocketKind.TCP, SocketKind.UNIX)) {
            listeners.put(kind, new ServerBootstrap().group(group).channel(transport.serverType(kind))
                    .childHandler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            Subject subject = next.apply((DuplexChannel) channel);
                            channel.pipeline().addLast(subject);
                            accepted.add(subject);
                        }
                    })
                    .bind(kind == SocketKind.TCP ? Network.anyPort() : unixAddress())
                    .sync().channel());
        }
    }

    private static DomainSocketAddress unixAddress() throws Exception {
        File file = File.createTempFile("differential", ".sock");
        file.delete();
        file.deleteOnExit();
        return new DomainSocketAddress(file);
    }

    @Override
    public Pair open(Program program, Trace trace, Ledger ledger) throws Exception {
        next = channel -> {
            program.settings.apply(channel);
            return new StreamSubject(channel, loops, trace, ledger);
        };
        Peer peer = new StreamPeer(program.kind, listeners.get(program.kind).localAddress(), trace);
        Subject subject = accepted.poll(SECONDS, TimeUnit.SECONDS);
        if (subject == null || !subject.active.await(SECONDS, TimeUnit.SECONDS)) {
            peer.close();
            throw new IllegalStateException("no connection");
        }
        return new Pair(subject, peer);
    }

    @Override
    public void close() throws Exception {
        for (Channel listener : listeners.values()) {
            listener.close().sync();
        }
    }
}
