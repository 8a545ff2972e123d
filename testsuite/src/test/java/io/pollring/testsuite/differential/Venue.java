/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.util.concurrent.EventExecutor;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** Two loops of one transport; programs run there one after the other. */
final class Venue implements AutoCloseable {
    private static final int LOOPS = 2;
    private static final int SECONDS = 10;
    private static final int DESCRIPTOR_LOOKS = 100;

    private final IoEventLoopGroup group;
    private final List<EventLoop> loops = new ArrayList<>();
    private final Ends streams;
    private final Ends datagrams;
    private final ExpectedFailures expectedFailures;
    private final String name;

    Venue(Transport transport, ExpectedFailures expectedFailures) throws Exception {
        this.expectedFailures = expectedFailures;
        name = transport.name();
        group = transport.newGroup(LOOPS);
        for (EventExecutor loop : group) {
            loops.add((EventLoop) loop);
        }
        streams = new StreamEnds(transport, group, loops);
        datagrams = new DatagramEnds(transport, loops);
    }

    Trace run(Program program) {
        Trace trace = new Trace();
        int failures = expectedFailures.refusals();
        try {
            run(program, trace);
        } catch (Exception e) {
            throw new IllegalStateException("on " + name + ", step " + trace.step() + ": " + e + "\nseen so far: "
                    + trace.events(), e);
        }
        if (expectedFailures.refusals() != failures) {
            trace.noteEpollFailure();
        }
        return trace;
    }

    private void run(Program program, Trace trace) throws Exception {
        Ledger ledger = new Ledger();
        Set<String> before = Descriptors.open();
        trace.beginStep(-1);
        Ends ends = program.kind.isDatagram() ? datagrams : streams;
        try (Ends.Pair pair = ends.open(program, trace, ledger)) {
            Subject subject = pair.subject;
            Peer peer = pair.peer;
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
        streams.close();
        datagrams.close();
        group.shutdownGracefully(0, SECONDS, TimeUnit.SECONDS).sync();
    }
}
