/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.epoll.EpollIoHandle;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import io.pollring.ring.BufferRing;
import io.pollring.ring.MessageHeaders;
import io.pollring.ring.Ring;
import io.pollring.ring.RingException;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Where a loop gets the memory that it comes to need while it runs. There may be none, each time: whoever asks has to go
 * on with what he has then.
 */
class LoopMemory {

    PollRegistration registration(RegistrationLoop loop, EpollIoHandle handle) {
        return handle instanceof StreamHandle ? new StreamRegistration(loop, (StreamHandle) handle)
                : new PollRegistration(loop, handle);
    }

    <T> T[] copyOf(T[] array, int length) {
        return Arrays.copyOf(array, length);
    }

    int[] copyOf(int[] array, int length) {
        return Arrays.copyOf(array, length);
    }

    long[] copyOf(long[] array, int length) {
        return Arrays.copyOf(array, length);
    }

    /** An empty map that holds {@code size} registrations without asking for more memory. */
    IntObjectMap<PollRegistration> map(int size) {
        return new IntObjectHashMap<>(2 * size);
    }

    ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes);
    }

    MessageHeaders headers(int count) {
        return new MessageHeaders(count);
    }

    /** @throws RingException if the kernel refuses */
    BufferRing bufferRing(Ring ring, int count, int bytes) throws RingException {
        return BufferRing.register(ring, count, bytes);
    }
}
