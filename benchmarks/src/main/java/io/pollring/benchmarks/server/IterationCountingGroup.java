/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;

import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/**
 * One loop of any transport that counts how often it has asked its {@code IoHandler} for I/O, to tell how many system
 * calls an iteration costs. Only for counting: timed servers run on the group that a user would make.
 */
final class IterationCountingGroup extends MultiThreadIoEventLoopGroup {

    IterationCountingGroup(ThreadFactory threads, IoHandlerFactory handlerFactory) {
        super(1, threads, handlerFactory);
    }

    long iterations() {
        return ((CountingLoop) next()).iterations;
    }

    @Override
    protected IoEventLoop newChild(Executor executor, IoHandlerFactory handlerFactory, Object... args) {
        return new CountingLoop(this, executor, handlerFactory);
    }

    private static final class CountingLoop extends SingleThreadIoEventLoop {
        /** Written by the loop's thread only. */
        private volatile long iterations;

        CountingLoop(IterationCountingGroup parent, Executor executor, IoHandlerFactory handlerFactory) {
            super(parent, executor, handlerFactory);
        }

        @Override
        @SuppressWarnings("NonAtomicOperationOnVolatileField")
        protected int runIo() {
            iterations++;
            return super.runIo();
        }
    }
}
