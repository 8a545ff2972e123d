/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.unix.IovArray;
import io.netty.channel.unix.Limits;
import io.netty.util.concurrent.FastThreadLocal;
import io.pollring.ring.MessageArray;

/**
 * A thread's memory for datagrams that are about to be sent, or were just received: one for all channels, as what is in
 * it never outlives a call of the kernel and the look at its result.
 */
final class DatagramBatch {
    /** Bounds the memory. What a system call costs is spread over enough messages by then. */
    static final int MAX_SENDS = 256;

    private static final FastThreadLocal<DatagramBatch> BATCH = new FastThreadLocal<DatagramBatch>() {
        @Override
        protected DatagramBatch initialValue() {
            return new DatagramBatch();
        }

        @Override
        protected void onRemoval(DatagramBatch batch) {
            batch.release();
        }
    };

    final MessageArray messages = new MessageArray(MAX_SENDS);
    final IovArray buffers = new IovArray(Limits.IOV_MAX);
    final DatagramCollector collector = new DatagramCollector(this);

    private DatagramBatch() { }

    /** The calling thread's batch, with nothing in it. */
    static DatagramBatch clean() {
        DatagramBatch batch = BATCH.get();
        batch.buffers.clear();
        return batch;
    }

    private void release() {
        messages.release();
        buffers.release();
    }
}
