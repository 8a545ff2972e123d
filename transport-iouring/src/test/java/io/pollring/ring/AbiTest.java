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

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The comparison of Java's constants with the kernel header's. */
class AbiTest {

    /** The numbers as Java has them, found out by what the comparison accepts. */
    private static List<Long> numbers() {
        List<Long> numbers = new ArrayList<>();
        while (numbers.size() < Abi.count()) {
            int index = numbers.size();
            IllegalStateException e = assertThrows(IllegalStateException.class,
                    () -> Abi.verify(i -> i < index ? numbers.get(i) : Long.MIN_VALUE));
            assertTrue(e.getMessage().startsWith("io_uring ABI number " + index + " is "), e.getMessage());
            numbers.add(Long.valueOf(e.getMessage().replaceAll(".*but (-?\\d+) in Java", "$1")));
        }
        return numbers;
    }

    @Test
    void theLibraryOfThisMachineAgrees() {
        // The comparison is part of loading the library.
        assertNull(Native.loadFailure(), () -> "" + Native.loadFailure());
    }

    @Test
    void eachSingleDifferenceIsFound() {
        List<Long> numbers = numbers();
        Abi.verify(numbers::get);
        for (int i = 0; i < numbers.size(); i++) {
            int wrong = i;
            assertThrows(IllegalStateException.class,
                    () -> Abi.verify(index -> numbers.get(index) + (index == wrong ? 1 : 0)));
        }
    }

    @Test
    void aLibraryWithFewerNumbersIsFound() {
        List<Long> numbers = numbers();
        assertThrows(IllegalStateException.class,
                () -> Abi.verify(index -> index < numbers.size() - 1 ? numbers.get(index) : -1));
    }

    /** What the rest of the code takes for granted. */
    @Test
    void pollAndEpollShareTheirBits() {
        assertEquals(io.netty.channel.epoll.EpollIoOps.EPOLLIN.value(), Abi.POLLIN);
        assertEquals(io.netty.channel.epoll.EpollIoOps.EPOLLOUT.value(), Abi.POLLOUT);
        assertEquals(io.netty.channel.epoll.EpollIoOps.EPOLLERR.value(), Abi.POLLERR);
        assertEquals(io.netty.channel.epoll.EpollIoOps.EPOLLRDHUP.value(), Abi.POLLRDHUP);
    }
}
