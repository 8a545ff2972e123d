/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.ring.Abi;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

class PollEventsTest {
    private static final int[] BITS = {
        Abi.POLLIN, Abi.POLLPRI, Abi.POLLOUT, Abi.POLLERR, Abi.POLLHUP, Abi.POLLRDHUP
    };

    @Test
    void everyMaskHasItsOneEvent() {
        for (int subset = 0; subset < 1 << BITS.length; subset++) {
            int mask = 0;
            for (int bit = 0; bit < BITS.length; bit++) {
                if ((subset & 1 << bit) != 0) {
                    mask |= BITS[bit];
                }
            }
            assertEquals(mask, PollEvents.of(mask).ops().value());
            assertSame(PollEvents.of(mask), PollEvents.of(mask));
        }
    }

    @Test
    void aMaskWithABitOfItsOwnIsToldWhole() {
        assertEquals(0x40 | Abi.POLLIN, PollEvents.of(0x40 | Abi.POLLIN).ops().value());
    }
}
