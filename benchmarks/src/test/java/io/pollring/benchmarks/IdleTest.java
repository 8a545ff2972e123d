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
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is made of the figures of idle connections, and the limit of open files that they need. */
class IdleTest {
    private static Map<String, Object> memory(long heap, long direct, long allocator, long resident, int connections) {
        return Map.of("heapBytes", heap, "directBytes", direct, "allocatorDirectBytes", allocator,
                "residentBytes", resident, "connections", connections);
    }

    private static ContenderResult perConnection(Contender contender, long[] bytes) {
        ContenderResult result = new ContenderResult(WorkloadKind.IDLE, contender);
        for (long each : bytes) {
            result.add(IdleRun.grown(memory(5000, 0, 0, 0, 0), memory(5000 + 100 * each, 0, 0, 0, 100)));
        }
        return result;
    }

    private static Result compare(long[] ours, long[] theirs) {
        List<Contender> contenders = Contender.parseAll(List.of("own", "epoll"));
        return new Result(Workload.parse("idle:100"), List.of(perConnection(contenders.get(0), ours),
                perConnection(contenders.get(1), theirs)), Map.of(), "");
    }

    @Test
    void whatHasGrownIsSharedByTheConnectionsThatCame() {
        Map<String, Object> round =
                IdleRun.grown(memory(1000, 500, 400, 9000, 0), memory(21_000, 2500, 1400, 10_000, 10));
        assertEquals(2000, Figure.HEAP.of(round));
        assertEquals(200, Figure.DIRECT.of(round));
        assertEquals(100.0, round.get("allocatorDirectBytesPerConnection"));
        assertEquals(2200, Figure.HEAP_AND_DIRECT.of(round));
        assertEquals(100, Figure.RESIDENT.of(round));
    }

    @Test
    void connectionsThatDidNotComeHaveNoCost() {
        Map<String, Object> memory = memory(1, 1, 1, 1, 7);
        assertThrows(IllegalArgumentException.class, () -> IdleRun.grown(memory, memory));
    }

    @Test
    void theKernelsMemoryIsToldWhereItIsKnown() {
        ContenderResult result = perConnection(Contender.parseAll(List.of("own")).get(0), new long[] {900});
        Result idle = new Result(Workload.parse("idle:100"), List.of(result), Map.of(), "");
        assertTrue(TextReport.of(idle).toString().contains("not known (root only)"));
        Map<String, Object> round = IdleRun.grown(memory(1, 1, 1, 1, 0), memory(9, 9, 9, 9, 1));
        Measurement.put(round, Figure.KERNEL, 253);
        ContenderResult known = new ContenderResult(WorkloadKind.IDLE, result.contender());
        known.add(round);
        assertTrue(TextReport.of(new Result(idle.workload(), List.of(known), Map.of(), "")).toString().contains("253"));
    }

    @Test
    void onlyWhatGrewWithTheConnectionsIsTheirs() {
        List<String> header = List.of("slabinfo - version: 2.1", "# name <active_objs> <num_objs> <objsize> ...");
        List<String> before = new ArrayList<>(header);
        before.addAll(List.of("io_kiocb 10 16 256 16 1", "dentry 5000 5000 192 21 1", "TCP 40 40 2368 13 8"));
        List<String> after = new ArrayList<>(header);
        after.addAll(List.of("io_kiocb 210 224 256 16 1", "dentry 5049 5050 192 21 1", "TCP 0 40 2368 13 8",
                "kmalloc-96 100 105 96 42 1", "proc_inode_cache 300 300 696 23 4"));
        assertEquals(2 * 256 + 96, new KernelMemory(after).grownSince(new KernelMemory(before), 100));
    }

    @Test
    void theKernelHoldsStillWhenNothingOfOursComesOrGoes() {
        List<String> header = List.of("slabinfo - version: 2.1", "# name <active_objs> <num_objs> <objsize> ...");
        List<String> before = new ArrayList<>(header);
        before.addAll(List.of("filp 1000 1000 192 21 1", "dentry 100 100 192 21 1",
                "tw_sock_TCP 10000 10000 256 16 1"));
        List<String> still = new ArrayList<>(header);
        still.addAll(List.of("filp 900 1000 192 21 1", "dentry 5000 5000 192 21 1", "tw_sock_TCP 0 10000 256 16 1"));
        List<String> restless = new ArrayList<>(header);
        restless.addAll(List.of("filp 500 1000 192 21 1", "dentry 100 100 192 21 1"));
        assertFalse(new KernelMemory(still).differsFrom(new KernelMemory(before)));
        assertTrue(new KernelMemory(restless).differsFrom(new KernelMemory(before)));
    }

    @Test
    void ratiosAreOfTheRoundsAndWarningsOfWhatDiffersBetweenThem() {
        Result steady = compare(new long[] {900, 900, 910, 900, 900, 900, 900},
                new long[] {1000, 1000, 1000, 1000, 1000, 1000, 1000});
        assertEquals(0.9, steady.ratios(Figure.HEAP_AND_DIRECT).get("own/epoll").median(), 1e-9);
        assertEquals(List.of(), Warnings.of(steady));
        assertTrue(String.join(" ", TextReport.of(steady)).contains("own/epoll"), TextReport.of(steady).toString());

        Result unsteady = compare(new long[] {900, 1200}, new long[] {1000, 1000});
        assertTrue(Warnings.of(unsteady).get(0).startsWith("own: heap and direct memory differ by 33 %"),
                Warnings.of(unsteady).toString());
        assertTrue(unsteady.ratiosRefused().startsWith("no ratios from 2 rounds"), unsteady.ratiosRefused());
    }

    @Test
    void theHardLimitOfOpenFilesHasToSuffice() {
        assertTrue(FileLimit.hard() > 200, FileLimit.hard() + " files");
        assertTrue(FileLimit.suffices(20_000, Workload.parse("idle:19000")));
        assertFalse(FileLimit.suffices(20_000, Workload.parse("idle:19900")));
    }

    @Test
    void tooManyConnectionsAreRefusedWithWhatToDo() throws IOException {
        IllegalStateException refusal = assertThrows(IllegalStateException.class,
                () -> FileLimit.check(List.of(Workload.parse("idle:65000")), 20_000));
        assertEquals("idle:65000 needs 65200 open files in a process, but only 20000 are allowed: raise the limit"
                + " (ulimit -n)", refusal.getMessage());
        FileLimit.check(List.of(Workload.parse("idle:10")), FileLimit.hard());
    }
}
