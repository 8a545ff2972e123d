/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.channel.unix.UnixChannel;
import io.pollring.testsuite.harness.Network;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Waits until nothing moves any more: neither in the sockets' queues, nor on the loops, whose every look runs two empty
 * tasks through each; nor does anything new happen.
 */
final class Quiet {
    /** Looks that must see the same. */
    private static final int SAME_LOOKS = 2;
    /** For how long a channel may not do what it could: then it is stuck, and its trace shows that. */
    private static final long STUCK_NANOS = TimeUnit.MILLISECONDS.toNanos(60);
    /** How long a packet may be on its way. Of a reset nothing tells that it is: its socket is gone. */
    private static final long LATENESS_NANOS = TimeUnit.MILLISECONDS.toNanos(Network.latenessMillis());
    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final List<EventLoop> loops;
    private final SocketKind kind;
    private final Subject subject;
    private final Peer peer;
    private final Trace trace;

    Quiet(List<EventLoop> loops, SocketKind kind, Subject subject, Peer peer, Trace trace) {
        this.loops = loops;
        this.kind = kind;
        this.subject = subject;
        this.peer = peer;
        this.trace = trace;
    }

    /** @return whether something flushed is left in the channel, so that how much has left is up to the kernel */
    boolean await() throws Exception {
        long begin = System.nanoTime();
        long changed = begin;
        long before = 0;
        int same = -1;
        while (true) {
            runEmptyTasks();
            runEmptyTasks();
            Look look = new Look();
            long now = System.nanoTime();
            if (same < 0 || look.fingerprint() != before) {
                before = look.fingerprint();
                same = 0;
                changed = now;
            } else {
                same++;
            }
            // Only now: so how much the kernel takes before the peer reads does not depend on who is faster.
            if (same >= SAME_LOOKS && now - changed >= LATENESS_NANOS && !peer.pump() && !look.kernelMustMove()
                    && (!look.channelCouldMove() || now - changed > STUCK_NANOS)) {
                return look.open && look.flushed > 0;
            }
            if (now - begin > DEADLINE_NANOS) {
                throw new IllegalStateException("not quiet: " + look);
            }
        }
    }

    /**
     * One turn of each loop, and its handles are served before the next: a task that runs behind all others of a turn
     * is over before another can be queued for the same turn.
     */
    private void runEmptyTasks() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(loops.size());
        for (EventLoop loop : loops) {
            loop.execute(() -> ((SingleThreadEventLoop) loop).executeAfterEventLoopIteration(done::countDown));
        }
        if (!done.await(DEADLINE_NANOS, TimeUnit.NANOSECONDS)) {
            throw new IllegalStateException("a loop does not run");
        }
    }

    /** What can be seen from outside at one time. */
    private final class Look {
        private final boolean open = subject.channel.isOpen();
        private final boolean inputShut = subject.isInputShut();
        private final boolean outputShut = subject.isOutputShut();
        private final boolean registered = subject.channel.isRegistered();
        private final int unread;
        private final boolean error;
        private final int unsent;
        private final int peerUnread;
        private final int peerUnsent;
        private final boolean underway;
        private final int flushed;
        private final long pending;
        private final long events = trace.fingerprint();

        Look() {
            int fd = ((UnixChannel) subject.channel).fd().intValue();
            unread = open ? SocketQueues.unread(fd, kind) : 0;
            error = open && kind.isDatagram() && SocketQueues.hasError(fd);
            unsent = open ? SocketQueues.unsent(fd, kind) : 0;
            peerUnread = peer.isOpen() ? SocketQueues.unread(peer.fd(), kind) : 0;
            peerUnsent = peer.isOpen() ? SocketQueues.unsent(peer.fd(), kind) : 0;
            underway = LATENESS_NANOS > 0 && (open && SocketQueues.isUnderway(fd, kind)
                    || peer.isOpen() && SocketQueues.isUnderway(peer.fd(), kind));
            ChannelOutboundBuffer outbound = subject.channel.unsafe().outboundBuffer();
            flushed = outbound == null ? 0 : outbound.size();
            pending = outbound == null ? 0 : outbound.totalPendingWriteBytes();
        }

        long fingerprint() {
            long all = events;
            for (long part : new long[] {unread, unsent, peerUnread, peerUnsent, pending, peer.unsent(), flushed,
                    registered ? 1 : 0, error ? 1 : 0, open ? 1 : 0, inputShut ? 1 : 0, outputShut ? 1 : 0}) {
                all = 31 * all + part;
            }
            return all;
        }

        /** The kernel will deliver it, so wait. */
        boolean kernelMustMove() {
            return underway || peer.reads() && (peerUnread > 0 || unsent > 0 || peer.awaitsEnd() && (!open || outputShut));
        }

        /** Up to the channel: it reads what comes, and writes what it can. */
        boolean channelCouldMove() {
            return open && registered && (subject.channel.config().isAutoRead() && !inputShut && unread > 0
                    || error || peer.reads() && !outputShut && flushed > 0);
        }

        @Override
        public String toString() {
            return "open=" + open + " registered=" + registered + " outputShut=" + outputShut + " unread=" + unread
                    + " unsent=" + unsent + " peer unread=" + peerUnread + " peer unsent=" + peerUnsent + " underway="
                    + underway + " flushed=" + flushed + " peer reads=" + peer.reads() + " peer awaits an end=" + peer.awaitsEnd();
        }
    }
}
