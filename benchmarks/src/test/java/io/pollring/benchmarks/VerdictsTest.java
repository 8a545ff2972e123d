/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is said about a measurement: a bar met or not, a warning given or not. */
class VerdictsTest {
    private static final Workload ECHO = new Workload(WorkloadKind.ECHO, 64);
    private static final Workload ON_DEMAND = new Workload(WorkloadKind.ONDEMAND, 64);

    @Test
    void generatorIsTheBottleneckWhenItAloneIsBusy() {
        assertTrue(Warnings.generatorIsBottleneck(0.94, 0.95));
        assertFalse(Warnings.generatorIsBottleneck(0.95, 1.0));
        assertFalse(Warnings.generatorIsBottleneck(0.5, 0.94));
    }

    @Test
    void aRateThatIsNotReachedAndAGeneratorThatIsLateAreTold() {
        assertFalse(Warnings.isLate(0.005));
        assertTrue(Warnings.isLate(0.006));
        assertFalse(Warnings.isOverloaded(20_000, 19_100));
        assertTrue(Warnings.isOverloaded(20_000, 18_900));
    }

    @Test
    void aLoopThatOnlyEntersItsRingMeetsAllBars() {
        Map<String, Boolean> bars = SyscallBars.bars(ECHO, "pollring",
                Map.of("io_uring_enter", 1000L, "recvfrom", 20_000L, "sendto", 20_000L), 1000);
        assertEquals(4, bars.size());
        assertFalse(bars.containsValue(false), bars.toString());
    }

    @Test
    void eachBarCanBeMissed() {
        assertEquals(List.of(false, true, true, true), verdicts(Map.of("io_uring_enter", 10L, "epoll_ctl", 1L)));
        assertEquals(List.of(true, false, true, true), verdicts(Map.of("io_uring_enter", 10L, "epoll_wait", 1L)));
        assertEquals(List.of(true, false, true, true), verdicts(Map.of("io_uring_enter", 10L, "epoll_pwait2", 1L)));
        assertEquals(List.of(true, true, false, true), verdicts(Map.of("recvfrom", 20_000L)));
        assertEquals(List.of(true, true, true, false), verdicts(Map.of("io_uring_enter", 1003L)));
    }

    private static List<Boolean> verdicts(Map<String, Long> calls) {
        return List.copyOf(SyscallBars.bars(ECHO, "pollring", calls, 1000).values());
    }

    @Test
    void epollIsExpectedToPayTwiceForReadingOnDemand() {
        assertEquals(List.of(true), List.copyOf(
                SyscallBars.bars(ON_DEMAND, "epoll", Map.of("epoll_ctl", 40_003L), 1000).values()));
        assertEquals(List.of(false), List.copyOf(
                SyscallBars.bars(ON_DEMAND, "epoll", Map.of("epoll_ctl", 20_000L), 1000).values()));
        assertEquals(Map.of(), SyscallBars.bars(ECHO, "epoll", Map.of("epoll_ctl", 40_000L), 1000));
    }

    @Test
    void notesSayWhatCannotBeCompared() {
        List<Contender> all = Contender.parseAll(List.of("own", "io_uring-bufring", "limit-epoll", "limit-uring"));
        List<String> echo = Notes.of(WorkloadKind.ECHO, all);
        assertEquals(1, echo.size(), echo.toString());
        assertTrue(echo.get(0).startsWith("limit-epoll, limit-uring: in C"), echo.get(0));
        List<String> onDemand = Notes.of(WorkloadKind.ONDEMAND, all);
        assertEquals(2, onDemand.size(), onDemand.toString());
        assertTrue(onDemand.get(1).contains("without being asked"), onDemand.get(1));
        // Where the limit servers take no part, there is nothing to say of them.
        List<String> udp = Notes.of(WorkloadKind.UDP, all.subList(0, 2));
        assertEquals(1, udp.size(), udp.toString());
        assertTrue(udp.get(0).startsWith("io_uring-bufring: its datagram channels"), udp.get(0));
        assertEquals(List.of(), Notes.of(WorkloadKind.ONDEMAND, all.subList(0, 2)));
    }
}
