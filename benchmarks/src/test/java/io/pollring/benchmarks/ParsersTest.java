/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What other programs and the kernel write, and how we read it. */
class ParsersTest {

    @Test
    void straceSummaryWithAndWithoutErrors() {
        assertEquals(Map.of("read", 3204L, "epoll_ctl", 2L, "futex", 1L), new StraceCounter(false).counts(List.of(
                "% time     seconds  usecs/call     calls    errors syscall",
                "------ ----------- ----------- --------- --------- ----------------",
                " 61.04    0.026410           8      3204        12 read",
                " 38.96    0.016856        8428         2           epoll_ctl",
                "  0.00    0.000000           0         1         1 futex",
                "------ ----------- ----------- --------- --------- ----------------",
                "100.00    0.043266          13      3207        13 total")));
    }

    @Test
    void straceSummaryOfNothing() {
        assertEquals(Map.of(), new StraceCounter(false).counts(List.of()));
    }

    @Test
    void perfCounts() {
        assertEquals(Map.of("recvfrom", 100L, "sendto", 50L, "others", 3L), new PerfCounter().counts(List.of(
                "# started on Mon Nov 23 19:19:08 2026", "",
                "153,,raw_syscalls:sys_enter,59805167,100.00,,",
                "100,,syscalls:sys_enter_recvfrom,59805167,100.00,,",
                "50,,syscalls:sys_enter_sendto,59805167,100.00,,",
                "0,,syscalls:sys_enter_epoll_ctl,59805167,100.00,,",
                "<not counted>,,syscalls:sys_enter_futex,0,100.00,,")));
    }

    @Test
    void perfCountsWithoutTheTotalAreRefused() {
        assertThrows(IllegalArgumentException.class,
                () -> new PerfCounter().counts(List.of("100,,syscalls:sys_enter_recvfrom,59805167,100.00,,")));
    }

    @Test
    void theCpuTimeOfAProcessGrowsAsItWorks() throws IOException {
        long pid = ProcessHandle.current().pid();
        long before = ProcFs.processCpuNanos(pid);
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (ProcFs.processCpuNanos(pid) == before) {
            assertTrue(System.nanoTime() - deadline < 0, "it stays " + before);
        }
    }

    @Test
    void stolenTimeOfTheNamedCoresOnly() {
        List<String> stat = List.of("cpu  9 9 9 9 9 9 9 900 9 9", "cpu0 1 2 3 4 5 6 7 8 9 10",
                "cpu1 1 2 3 4 5 6 7 20 9 10", "cpu10 1 2 3 4 5 6 7 1000 9 10", "intr 5");
        assertEquals(280_000_000L, ProcFs.parseStolenNanos(stat, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> ProcFs.parseStolenNanos(stat, 2));
    }

    @Test
    void listsOfCores() {
        assertEquals(List.of(0, 1, 2, 3, 8, 10, 11), Pinning.parseList("0-3,8,10-11"));
        assertEquals(List.of(5), Pinning.parseList("5"));
    }

    @Test
    void residentMemoryIsToldInBytes() {
        assertEquals(2048 * 1024L, ProcFs.parseResidentBytes(List.of("VmHWM:\t    9999 kB", "VmRSS:\t    2048 kB")));
        assertThrows(IllegalArgumentException.class, () -> ProcFs.parseResidentBytes(List.of("VmHWM:\t 1 kB")));
    }

    @Test
    void contextSwitchesOfThreadsThatCameAndWent() {
        ContextSwitches before = ContextSwitches.parse(Map.of("1", switches(10, 100), "2", switches(5000, 7000)));
        ContextSwitches after = ContextSwitches.parse(Map.of("1", switches(13, 105), "3", switches(20, 30)));
        assertEquals(3 + 20, after.voluntarySince(before));
        assertEquals(5 + 30, after.involuntarySince(before));
        assertThrows(IllegalArgumentException.class, () -> ContextSwitches.parse(Map.of("1", List.of("Name: x"))));
    }

    private static List<String> switches(long voluntary, long involuntary) {
        return List.of("Name:\tjava", "voluntary_ctxt_switches:\t" + voluntary,
                "nonvoluntary_ctxt_switches:\t" + involuntary);
    }

    @Test
    void theKernelCountsTheSwitchesOfASleepingThread() throws Exception {
        long pid = ProcessHandle.current().pid();
        ContextSwitches before = ContextSwitches.of(pid);
        for (int i = 0; i < 10; i++) {
            Thread.sleep(2);
        }
        assertTrue(ContextSwitches.of(pid).voluntarySince(before) >= 10);
        assertTrue(ProcFs.residentBytes(pid) > 1024 * 1024);
    }
}
