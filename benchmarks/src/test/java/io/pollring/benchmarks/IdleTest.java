/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is made of the figures of idle connections, and the limit of open files that they need. */
class IdleTest {
    private static final List<String> LIMITS = List.of(
            "Limit                     Soft Limit           Hard Limit           Units     ",
            "Max processes             95883                95884                processes ",
            "Max open files            1024                 20000                files     ");

    private static MemoryUse memory(long heap, long direct, long allocator, long resident, int connections) {
        return new MemoryUse(Map.of("heapBytes", heap, "directBytes", direct, "allocatorDirectBytes", allocator,
                "residentBytes", resident, "connections", connections));
    }

    private static IdleMeasurement perConnection(long bytes) {
        return new IdleMeasurement(memory(5000, 0, 0, 0, 0), memory(5000 + 100 * bytes, 0, 0, 0, 100), Double.NaN);
    }

    private static IdleResult compare(long[] ours, long[] theirs) {
        List<Contender> contenders = Contender.parseAll(List.of("own", "epoll"));
        Map<Contender, List<IdleMeasurement>> rounds = new LinkedHashMap<>();
        contenders.forEach(contender -> rounds.put(contender, new ArrayList<>()));
        for (int i = 0; i < ours.length; i++) {
            rounds.get(contenders.get(0)).add(perConnection(ours[i]));
            rounds.get(contenders.get(1)).add(perConnection(theirs[i]));
        }
        return new IdleResult(Workload.parse("idle:100"), rounds, Map.of(), List.of());
    }

    @Test
    void whatHasGrownIsSharedByTheConnectionsThatCame() {
        IdleMeasurement measurement =
                new IdleMeasurement(memory(1000, 500, 400, 9000, 0), memory(21_000, 2500, 1400, 10_000, 10), 253);
        assertEquals(2000, measurement.heapBytes());
        assertEquals(200, measurement.directBytes());
        assertEquals(100, measurement.allocatorDirectBytes());
        assertEquals(2200, measurement.heapAndDirectBytes());
        assertEquals(100, measurement.residentOutsideHeapBytes());
        assertEquals(253, measurement.kernelBytes());
    }

    @Test
    void connectionsThatDidNotComeHaveNoCost() {
        MemoryUse memory = memory(1, 1, 1, 1, 7);
        assertThrows(IllegalArgumentException.class, () -> new IdleMeasurement(memory, memory, 0));
    }

    @Test
    void onlyWhatGrewWithTheConnectionsIsTheirs() {
        List<String> header = List.of("slabinfo - version: 2.1", "# name <active_objs> <num_objs> <objsize> ...");
        List<String> before = new ArrayList<>(header);
        before.addAll(List.of("io_kiocb 10 16 256 16 1", "dentry 5000 5000 192 21 1", "TCP 40 40 2368 13 8"));
        List<String> after = new ArrayList<>(header);
        after.addAll(List.of("io_kiocb 210 224 256 16 1", "dentry 5049 5050 192 21 1", "TCP 0 40 2368 13 8",
                "kmalloc-96 100 105 96 42 1", "proc_inode_cache 300 300 696 23 4"));
        assertEquals(2 * 256 + 96, KernelMemory.parse(after).grownSince(KernelMemory.parse(before), 100));
    }

    @Test
    void theKernelHoldsStillWhenNothingOfOursComesOrGoes() {
        List<String> header = List.of("slabinfo - version: 2.1", "# name <active_objs> <num_objs> <objsize> ...");
        List<String> before = new ArrayList<>(header);
        before.addAll(List.of("filp 1000 1000 192 21 1", "dentry 100 100 192 21 1", "tw_sock_TCP 10000 10000 256 16 1"));
        List<String> still = new ArrayList<>(header);
        still.addAll(List.of("filp 900 1000 192 21 1", "dentry 5000 5000 192 21 1", "tw_sock_TCP 0 10000 256 16 1"));
        List<String> restless = new ArrayList<>(header);
        restless.addAll(List.of("filp 500 1000 192 21 1", "dentry 100 100 192 21 1"));
        assertFalse(KernelMemory.parse(still).differsFrom(KernelMemory.parse(before)));
        assertTrue(KernelMemory.parse(restless).differsFrom(KernelMemory.parse(before)));
    }

    @Test
    void ratiosAreOfTheRoundsAndWarningsOfWhatDiffersBetweenThem() {
        IdleResult steady = compare(new long[] {900, 900, 910, 900, 900, 900, 900},
                new long[] {1000, 1000, 1000, 1000, 1000, 1000, 1000});
        assertEquals(0.9, steady.ratios().get("own/epoll").median(), 1e-9);
        assertEquals(List.of(), steady.warnings());
        assertTrue(String.join(" ", steady.toText()).contains("own/epoll"), steady.toText().toString());

        IdleResult unsteady = compare(new long[] {900, 1200}, new long[] {1000, 1000});
        assertTrue(unsteady.warnings().get(0).startsWith("own: heap and direct memory differ by 33 %"),
                unsteady.warnings().toString());
        assertTrue(unsteady.ratiosRefused().startsWith("no ratios from 2 rounds"), unsteady.ratiosRefused());
    }

    @Test
    void theHardLimitOfOpenFilesHasToSuffice() {
        assertEquals(20_000, FileLimit.parse(LIMITS));
        assertEquals(Long.MAX_VALUE, FileLimit.parse(List.of("Max open files    1024    unlimited    files")));
        assertThrows(IllegalArgumentException.class, () -> FileLimit.parse(LIMITS.subList(0, 2)));
        assertTrue(FileLimit.suffices(20_000, Workload.parse("idle:19000")));
        assertFalse(FileLimit.suffices(20_000, Workload.parse("idle:19900")));
    }

    @Test
    void tooManyConnectionsAreRefusedWithWhatToDo() throws IOException {
        IllegalStateException refusal = assertThrows(IllegalStateException.class,
                () -> FileLimit.check(List.of(Workload.parse("idle:65000")), 20_000));
        assertEquals("idle:65000 needs 65200 open files in a process, but only 20000 are allowed: raise the limit"
                + " (ulimit -n)", refusal.getMessage());
        FileLimit.check(List.of(Workload.parse("idle:10")));
    }
}
