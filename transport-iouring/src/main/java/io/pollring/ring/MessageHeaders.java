/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import io.netty.channel.unix.Buffer;
import io.netty.util.internal.CleanableDirectBuffer;

import java.nio.ByteBuffer;

/** Headers of messages without address or control data, as {@link SubmissionQueue#sendMessage} takes them. */
public final class MessageHeaders {
    private final CleanableDirectBuffer cleanable;
    private final ByteBuffer memory;
    private final long address;

    /** @param capacity how many */
    public MessageHeaders(int capacity) {
        // Larger than a struct msghdr, whose fields come first in it.
        cleanable = Buffer.allocateDirectBufferWithNativeOrder(capacity * SocketAbi.MESSAGE_BYTES);
        memory = cleanable.buffer();
        for (int i = 0; i < memory.capacity(); i++) {
            memory.put(i, (byte) 0);
        }
        address = Buffer.memoryAddress(memory);
    }

    /**
     * @param iovecs the address of an array of {@code struct iovec}
     * @param count  its length
     * @return the header's address
     */
    public long set(int index, long iovecs, int count) {
        int header = index * SocketAbi.MESSAGE_BYTES;
        memory.putLong(header + SocketAbi.MESSAGE_IOV, iovecs);
        memory.putLong(header + SocketAbi.MESSAGE_IOV_LENGTH, count);
        return address + header;
    }

    /** Frees the memory. */
    public void release() {
        cleanable.clean();
    }
}
