/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.vertxsuite;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.pollring.channel.IoUring;
import io.pollring.channel.IoUringBackend;
import io.pollring.channel.IoUringEventLoopGroup;
import io.pollring.channel.IoUringMetrics;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Notes what the loops of this JVM have counted when they end, and writes the sum into the run's folder when the JVM
 * ends: {@link LoopProof} tells by it whether the run was what it claims to be.
 */
final class LoopWatch {
    private static final LoopWatch WATCH = new LoopWatch();

    private final Set<EventLoop> alive = Collections.newSetFromMap(new IdentityHashMap<>());
    private final LoopProof proof = new LoopProof();

    private LoopWatch() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::write, "loop-watch"));
    }

    static void add(EventLoopGroup group) {
        WATCH.watch(group);
    }

    private synchronized void watch(EventLoopGroup group) {
        if (!(group instanceof IoUringEventLoopGroup)) {
            proof.add("groups.foreign", 1);
            return;
        }
        proof.add("groups.ours", 1);
        for (EventExecutor executor : group) {
            EventLoop loop = (EventLoop) executor;
            alive.add(loop);
            loop.terminationFuture().addListener(ended -> count(loop));
        }
    }

    private synchronized void count(EventLoop loop) {
        if (!alive.remove(loop)) {
            return;
        }
        IoUringMetrics metrics = IoUring.metrics(loop);
        // One that never waited need not have chosen its backend.
        if (metrics.enters() + metrics.epollWaits() == 0) {
            proof.add("loops.unused", 1);
            return;
        }
        proof.add(metrics.backend() == IoUringBackend.RING ? "loops.ring" : "loops.epoll", 1);
        proof.add("completions", metrics.cqes());
        proof.add("sends", metrics.sends());
        proof.add("receives", metrics.receives());
        proof.add("reverts", metrics.reverts());
        metrics.revertsByReason().forEach((reason, count) -> proof.add("reverts." + reason, count));
    }

    private synchronized void write() {
        new ArrayList<>(alive).forEach(this::count);
        Path folder = Paths.get(System.getProperty("pollring.vertxsuite.directory"), Run.current().id());
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("proof-" + ProcessHandle.current().pid() + ".txt"),
                    "run=" + Run.current().id() + '\n' + proof.text());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
