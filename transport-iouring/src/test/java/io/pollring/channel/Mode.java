/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.pollring.ring.RingFeature;

import java.util.concurrent.Callable;

/**
 * What watches the channels of a loop in a test. {@link #EPOLL} is Netty's own transport: a test that it fails tells
 * nothing about ours.
 */
enum Mode {
    /**
     * The ring, with all that this kernel has; small writes are left to the loop whenever they can be, it receives for
     * streams from their beginning, and it watches before it sleeps.
     */
    RING("io.pollring.batchFrom", "1", "io.pollring.idleMillis", "0", "io.pollring.watchMicros", "100"),
    /** The ring as users have it: what a channel that is alone flushes first, or is sent first, it moves by itself. */
    DEFAULT,
    /** The ring, but streams send and receive with system calls. */
    DIRECT("io.pollring.batchedIo", "false"),
    /** A ring whose kernel refuses the poll of every channel, so that each reverts to epoll. */
    REVERTED("pollring.test.refusePolls", "true"),
    /** No ring at all. */
    NO_RING("io.pollring.noRing", "true"),
    /** The ring as Linux 5.10 has it. */
    NO_FEATURES("io.pollring.features", "none"),
    /** Netty's epoll transport, for comparison. */
    EPOLL;

    /** Names and values. */
    private final String[] properties;

    Mode(String... properties) {
        this.properties = properties;
    }

    boolean isOurs() {
        return this != EPOLL;
    }

    /** What watches a channel, once the kernel was asked to watch it. */
    IoUringBackend channelBackend() {
        return this == RING || this == DEFAULT || this == DIRECT
                || this == NO_FEATURES ? IoUringBackend.RING : IoUringBackend.EPOLL;
    }

    /** Whether the streams among our own channels receive and send through the ring, which not every kernel has. */
    boolean isBatched() {
        return (this == RING || this == DEFAULT) && IoUring.featureString().contains(RingFeature.STREAM_IO.name());
    }

    @SuppressWarnings("deprecation")
    IoEventLoopGroup newGroup(int nThreads) {
        return create(() -> isOurs() ? new IoUringEventLoopGroup(nThreads) : new EpollEventLoopGroup(nThreads));
    }

    /** A loop that {@code owner} runs by himself. */
    ManualIoEventLoop newManualLoop(Thread owner) {
        return create(() -> new ManualIoEventLoop(owner,
                isOurs() ? IoUringIoHandler.newFactory() : EpollIoHandler.newFactory()));
    }

    /** Runs {@code factory} with this mode's system properties set; they are read when handlers and their factory are made. */
    <T> T create(Callable<T> factory) {
        String[] before = new String[properties.length];
        for (int i = 0; i < properties.length; i += 2) {
            before[i] = System.setProperty(properties[i], properties[i + 1]);
        }
        try {
            return factory.call();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        } finally {
            for (int i = 0; i < properties.length; i += 2) {
                if (before[i] == null) {
                    System.clearProperty(properties[i]);
                } else {
                    System.setProperty(properties[i], before[i]);
                }
            }
        }
    }
}
