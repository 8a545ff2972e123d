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
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.EventExecutor;
import io.pollring.testsuite.harness.Network;

import java.io.File;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Two loops of one transport with a listener for each kind of socket; programs run there one after the other. */
final class Venue implements AutoCloseable {
    private static final int LOOPS = 2;
    private static final int SECONDS = 10;
    private static final int DESCRIPTOR_LOOKS = 100;

    private final IoEventLoopGroup group;
    private final List<EventLoop> loops = new ArrayList<>();
    private final Map<SocketKind, Channel> listeners = new EnumMap<>(SocketKind.class);
    private final BlockingQueue<Subject> accepted = new LinkedBlockingQueue<>();
    private final EpollFailures epollFailures;
    private final String name;
    private volatile Function<DuplexChannel, Subject> next;

    Venue(Transport transport, EpollFailures epollFailures) throws Exception {
        this.epollFailures = epollFailures;
        name = transport.name();
        group = transport.newGroup(LOOPS);
        for (EventExecutor loop : group) {
            loops.add((EventLoop) loop);
        }
        for (SocketKind kind : SocketKind.values()) {
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

    Trace run(Program program) {
        Trace trace = new Trace();
        int failures = epollFailures.count();
        try {
            run(program, trace);
        } catch (Exception e) {
            throw new IllegalStateException("on " + name + ", step " + trace.step() + ": " + e + "\nseen so far: "
                    + trace.events(), e);
        }
        if (epollFailures.count() != failures) {
            trace.noteEpollFailure();
        }
        return trace;
    }

    private void run(Program program, Trace trace) throws Exception {
        Ledger ledger = new Ledger();
        Set<String> before = Descriptors.open();
        next = channel -> {
            program.settings.apply(channel);
            return new Subject(channel, loops, trace, ledger);
        };
        trace.beginStep(-1);
        try (Peer peer = new Peer(program.kind, listeners.get(program.kind).localAddress(), trace)) {
            Subject subject = accepted.poll(SECONDS, TimeUnit.SECONDS);
            if (subject == null || !subject.active.await(SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("no connection");
            }
            try {
                Quiet quiet = new Quiet(loops, program.kind, subject, peer, trace);
                StepRunner runner = new StepRunner(subject, peer, trace);
                quiet.await();
                for (int i = 0; i < program.steps.size(); i++) {
                    trace.beginStep(i);
                    runner.run(program.steps.get(i));
                    peer.report(quiet.await());
                    subject.noteState();
                }
                trace.beginStep(program.steps.size());
                runner.drain();
                peer.report(quiet.await());
                trace.beginStep(program.steps.size() + 1);
                runner.close();
                peer.report(quiet.await());
                subject.noteState();
            } finally {
                subject.channel.close().await(SECONDS, TimeUnit.SECONDS);
            }
        }
        trace.add(Trace.Kind.COUNTS, ledger.unreleased() + " unreleased, files " + change(before));
    }

    /** What was opened since and is not closed, or the other way round. */
    private static String change(Set<String> before) throws InterruptedException {
        Set<String> after = Descriptors.open();
        for (int i = 0; i < DESCRIPTOR_LOOKS && !after.equals(before); i++) {
            // The file of a message may be closed on another thread.
            Thread.sleep(1);
            after = Descriptors.open();
        }
        Set<String> opened = new TreeSet<>(after);
        opened.removeAll(before);
        Set<String> closed = new TreeSet<>(before);
        closed.removeAll(after);
        return "opened " + opened + " closed " + closed;
    }

    @Override
    public void close() throws Exception {
        for (Channel listener : listeners.values()) {
            listener.close().sync();
        }
        group.shutdownGracefully(0, SECONDS, TimeUnit.SECONDS).sync();
    }
}
