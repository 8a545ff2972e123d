/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import io.netty.channel.EventLoop;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Does what a step says, up to its barrier. */
final class StepRunner {
    private static final int HOLD_SECONDS = 10;
    private static final Op FINAL_CLOSE = new Op(999, Op.Kind.CLOSE, Shape.DEFAULT, 0, List.of());

    private final Subject subject;
    private final Peer peer;
    private final Trace trace;

    StepRunner(Subject subject, Peer peer, Trace trace) {
        this.subject = subject;
        this.peer = peer;
        this.trace = trace;
    }

    void run(Step step) throws Exception {
        subject.react(step.reactions);
        EventLoop loop = subject.channel.eventLoop();
        if (!step.held) {
            act(step.peer);
            if (!step.task.isEmpty()) {
                loop.execute(() -> subject.run(step.task));
            }
            return;
        }
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        loop.execute(() -> {
            held.countDown();
            try {
                if (!release.await(HOLD_SECONDS, TimeUnit.SECONDS)) {
                    trace.add(Trace.Kind.STATE, "held too long");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (!step.queued) {
                subject.run(step.task);
            }
        });
        if (!held.await(HOLD_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the loop does not run");
        }
        try {
            act(step.peer);
            if (step.queued && !step.task.isEmpty()) {
                loop.execute(() -> subject.run(step.task));
            }
        } finally {
            release.countDown();
        }
    }

    private void act(List<PeerAction> actions) throws IOException {
        for (PeerAction action : actions) {
            peer.act(action);
        }
    }

    /** Lets the peer take what is left. */
    void drain() throws IOException {
        subject.react(Map.of());
        peer.act(new PeerAction(PeerAction.Kind.READ_ALL, 0));
    }

    void close() {
        subject.channel.eventLoop().execute(() -> subject.run(List.of(FINAL_CLOSE)));
    }
}
