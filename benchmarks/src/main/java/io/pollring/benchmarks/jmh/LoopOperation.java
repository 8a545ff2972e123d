/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.jmh;

import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.Native;
import io.pollring.ring.Abi;
import io.pollring.ring.Kernel;
import io.pollring.ring.MemoryKernel;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** An operation of a loop on several handles in one turn: what the turn itself costs is shared among them. */
public abstract class LoopOperation extends RingOperation {
    /** Less than the 20 completions that one enter of the kernel makes, so that one turn serves all of them. */
    static final int HANDLES = 16;
    static final EpollIoOps READ = EpollIoOps.valueOf(Abi.POLLIN);

    @Param
    public KernelKind kernel;

    final DrivenHandle[] handles = new DrivenHandle[HANDLES];
    DrivenLoop loop;
    private MemoryKernel memory;

    @Setup
    public final void open() {
        Kernel opened = kernel.open();
        memory = opened instanceof MemoryKernel ? (MemoryKernel) opened : null;
        loop = new DrivenLoop(opened);
        for (int i = 0; i < HANDLES; i++) {
            handles[i] = loop.open();
            handles[i].submit(READ);
        }
        loop.turn();
        if (loop.metrics().pollsArmed.get() != HANDLES) {
            throw new IllegalStateException("armed " + loop.metrics().pollsArmed.get() + " of " + HANDLES + " polls");
        }
        prepare();
    }

    @TearDown
    public final void close() {
        try {
            check();
        } finally {
            loop.close();
        }
    }

    /** What a benchmark needs before its first turn. */
    void prepare() { }

    /** Throws if the turns have not done what the figure is said to be of. */
    abstract void check();

    /** Something comes for the handle. */
    final void happens(DrivenHandle handle) {
        if (memory != null) {
            memory.happens(handle.fd().intValue(), Abi.POLLIN);
        } else {
            Native.eventFdWrite(handle.fd().intValue(), 1);
        }
    }
}
