/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The comparison of Java's socket constants with the C headers'. */
class SocketAbiTest {

    @Test
    void theLibraryOfThisMachineAgrees() {
        // The comparison is part of loading the library.
        assertNull(Native.loadFailure(), () -> "" + Native.loadFailure());
    }

    @Test
    void eachSingleDifferenceIsFound() {
        List<Long> numbers = new ArrayList<>();
        while (numbers.size() < SocketAbi.count()) {
            int index = numbers.size();
            IllegalStateException e = assertThrows(IllegalStateException.class,
                    () -> SocketAbi.verify(i -> i < index ? numbers.get(i) : Long.MIN_VALUE));
            assertTrue(e.getMessage().startsWith("socket ABI number " + index + " is "), e.getMessage());
            numbers.add(Long.valueOf(e.getMessage().replaceAll(".*but (-?\\d+) in Java", "$1")));
        }
        SocketAbi.verify(numbers::get);
        for (int i = 0; i < numbers.size(); i++) {
            int wrong = i;
            assertThrows(IllegalStateException.class,
                    () -> SocketAbi.verify(index -> numbers.get(index) + (index == wrong ? 1 : 0)));
        }
    }
}
