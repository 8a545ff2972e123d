/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.ring.BufferRing;
import io.pollring.ring.MessageHeaders;
import io.pollring.ring.Ring;
import io.pollring.ring.RingException;

import java.nio.ByteBuffer;

/** What a loop of the fuzz moves bytes with, which there is no memory for now and then. */
final class FuzzLoopMemory extends LoopMemory {
    private final FuzzFaults faults;

    FuzzLoopMemory(FuzzFaults faults) {
        this.faults = faults;
    }

    private void ask() {
        if (faults.refusesMemory()) {
            throw new OutOfMemoryError("on purpose");
        }
    }

    @Override
    ByteBuffer direct(int bytes) {
        ask();
        return super.direct(bytes);
    }

    @Override
    MessageHeaders headers(int count) {
        ask();
        return super.headers(count);
    }

    @Override
    BufferRing bufferRing(Ring ring, int count, int bytes) throws RingException {
        ask();
        return super.bufferRing(ring, count, bytes);
    }
}
