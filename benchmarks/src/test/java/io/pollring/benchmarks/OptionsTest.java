/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class OptionsTest {

    private static Options parse(String options) throws IOException {
        return Options.parse(("--loadgen x --cores 0,1 " + options).trim().split(" "));
    }

    @Test
    void defaultsCompareOursToAllOthers() throws IOException {
        Options options = parse("");
        assertEquals(List.of("own", "own-direct", "pollring", "epoll", "io_uring", "io_uring-bufring", "nio",
                "limit-epoll", "limit-uring"), labels(options));
        Set<WorkloadKind> kinds = options.workloads().stream().map(Workload::kind).collect(Collectors.toSet());
        // What is left out is there to explain another workload.
        assertEquals(EnumSet.complementOf(EnumSet.of(WorkloadKind.ONDEMAND_INLINE)), kinds);
        assertTrue(options.rounds() >= Ratio.MIN_ROUNDS);
        // C2 compiles what is hot only after a while; a measured round must not have the interpreter in it.
        assertTrue(options.warmup() >= 5);
    }

    @Test
    void quickTakesLessOfEverythingAndStillGivesRatios() throws IOException {
        Options options = parse("--quick");
        assertTrue(options.rounds() >= Ratio.MIN_ROUNDS);
        assertEquals(List.of("own", "epoll", "io_uring", "io_uring-bufring", "limit-uring"), labels(options));
        assertEquals("[echo:64, echo:512, ondemand:64, churn:64]", options.workloads().toString());
        assertTrue(options.warmup() >= 5);
        double load = options.workloads().size() * options.contenders().size()
                * (1.5 * options.warmup() + options.rounds() * options.seconds());
        assertTrue(load < 240, load + " s of load: with all that is started in between, more than five minutes");
    }

    @Test
    void quickGivesWayToOtherOptionsWhateverTheirOrder() throws IOException {
        Options options = parse("--rounds 31 --workloads udp:1 --quick --seconds 0.3 --transports nio,epoll");
        assertEquals(31, options.rounds());
        assertEquals(0.3, options.seconds());
        assertEquals("[udp:1]", options.workloads().toString());
        assertEquals(List.of("nio", "epoll"), labels(options));
    }

    @Test
    void everyOptionIsTaken() throws IOException {
        Options options = parse("--rounds 9 --seconds 0.5 --warmup 2 --transports nio,epoll --workloads ondemand:512 "
                + "--count 1000 --counter strace --json out.json --html out.html");
        assertEquals(9, options.rounds());
        assertEquals(0.5, options.seconds());
        assertEquals(2, options.warmup());
        assertEquals(List.of("nio", "epoll"), labels(options));
        assertEquals("[ondemand:512]", options.workloads().toString());
        assertEquals(1000, options.count());
        assertEquals("strace", options.counter());
        assertEquals(Path.of("out.json"), options.json());
        assertEquals(Path.of("out.html"), options.html());
        assertEquals(Path.of("x"), options.loadgen());
        assertEquals("server on core 0, load generator on core 1", options.cores().toString());
    }

    @Test
    void workloadsMayBeChosenForAQuickLook() throws IOException {
        assertEquals("[http:2]", parse("--quick --workloads http:2").workloads().toString());
    }

    @Test
    void aTransportMayHaveSystemPropertiesAndMayBeThereTwice() throws IOException {
        Options options = parse("--transports pollring,pollring@a=1@b=2,epoll,epoll,pollring@a=1@b=2");
        assertEquals(List.of("pollring", "pollring@a=1@b=2", "epoll", "epoll#2", "pollring@a=1@b=2#2"),
                labels(options));
        assertEquals(List.of(), options.contenders().get(0).systemProperties());
        assertEquals(List.of("a=1", "b=2"), options.contenders().get(4).systemProperties());
        assertEquals("pollring", options.contenders().get(4).transport());
    }

    @Test
    void ownDirectIsOwnWithAPropertyAndMayHaveMore() throws IOException {
        Contender contender = parse("--transports own-direct@a=1").contenders().get(0);
        assertEquals("own-direct@a=1", contender.label());
        assertEquals("own", contender.transport());
        assertEquals(List.of("io.pollring.batchedIo=false", "a=1"), contender.systemProperties());
    }

    @Test
    void limitServersAreNextToTheLoadGenerator() throws IOException {
        Options options = parse("--loadgen target/loadgen --transports limit-uring,own");
        assertTrue(options.contenders().get(0).isLimit());
        assertFalse(options.contenders().get(1).isLimit());
        assertEquals(Path.of("target/limit-uring"), options.binary("limit-uring"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--rounds 0", "--rounds x", "--rounds", "--seconds -1", "--seconds NaN", "--counter guess",
            "--transports kqueue", "--workloads echo", "--workloads echo:0", "--workloads echo:70000",
            "--workloads sing:1", "--workloads echo:x", "--cores 1", "--cores 0,1,2", "--nothing", "--nothing 1",
            "--transports limit-epoll@a=1", "--syscalls --transports limit-uring",
            "--workloads churn:4097", "--workloads rate:64", "--workloads rate:0:64", "--workloads rate:-5:64",
            "--workloads rate:99:64", "--workloads rate:1000001:64", "--workloads rate:99999999999:64",
            "--workloads rate:0%:64", "--workloads rate:201%:64", "--workloads rate:%:64", "--workloads rate:1.5%:64",
            "--workloads rate::64", "--workloads rate:20%:0", "--workloads rate:20%:64:64", "--workloads echo:20%:64",
            "--syscalls --workloads rate:1000:64", "--workloads handover:0", "--workloads handover:65",
            "--workloads handover:x", "--workloads loops:0", "--workloads loops:65",
            "--workloads cold:0", "--workloads scheduled:0", "--workloads quic:0", "--workloads quic:257",
            "--workloads quic-gso:257", "--workloads quic-gso:x", "--syscalls --workloads quic:1",
            "--workloads scheduled:1000001", "--workloads mostly-idle:100001", "--workloads grow:1",
            "--workloads cold:65537", "--syscalls --workloads cold:1",
            "--syscalls --workloads handover:1"})
    void nonsenseIsRefused(String options) {
        assertThrows(IllegalArgumentException.class, () -> parse(options));
    }

    @Test
    void aRateIsANumberOrAShareOfWhatEpollCanDo() throws IOException {
        // More than 100 % is no nonsense: other transports, and epoll where it is behind, may do more.
        List<Workload> workloads =
                parse("--workloads rate:100:1,rate:1000000:65536,rate:1%:64,rate:120%:64").workloads();
        assertEquals("[rate:100:1, rate:1000000:65536, rate:1%:64, rate:120%:64]", workloads.toString());
        assertEquals(64, workloads.get(3).connections());
        assertEquals(1_000_000, workloads.get(1).rate().perSecond(0));
        assertEquals(60_000, workloads.get(3).rate().perSecond(50_000));
        assertNull(parse("--workloads echo:1").workloads().get(0).rate());
    }

    @Test
    void aShareOfWhatEpollCanDoNeedsEpoll() throws IOException {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class,
                () -> parse("--transports own,epoll@a=1 --workloads echo:1,rate:20%:64"));
        assertEquals("20% is of what epoll can do, which is not among [own, epoll@a=1]: add it to --transports, or give"
                + " messages a second", refused.getMessage());
        assertEquals("[rate:2000:64]", parse("--transports own --workloads rate:2000:64").workloads().toString());
        // Those that nobody has named are left out.
        assertTrue(parse("--transports own").workloads().stream()
                .noneMatch(workload -> workload.kind() == WorkloadKind.RATE));
    }

    @Test
    void whatIsKeptOnACoreIsChosen() throws IOException {
        Cores loop = parse("--pin loop").cores();
        assertTrue(loop.keepLoop());
        assertEquals(List.of(), loop.serverPrefix());
        assertEquals(List.of("taskset", "-c", "1"), loop.generatorPrefix());
        Cores nothing = parse("--pin nothing --realtime").cores();
        assertFalse(nothing.keepLoop());
        assertEquals(List.of("chrt", "--rr", "10"), nothing.serverPrefix());
        assertEquals(nothing.serverPrefix(), nothing.generatorPrefix());
        assertFalse(parse("").cores().keepLoop());
        assertThrows(IllegalArgumentException.class, () -> parse("--pin all"));
    }

    @Test
    void severalLoopsShareTheCoresWithTheGenerator() throws IOException {
        List<String> both = List.of("taskset", "-c", "0,1");
        for (String pin : List.of("", "--pin loop", "--pin shared")) {
            Cores cores = parse(pin).cores().of(WorkloadKind.LOOPS);
            assertEquals(both, cores.serverPrefix());
            assertEquals(both, cores.generatorPrefix());
            assertFalse(cores.keepLoop());
        }
        assertEquals(List.of(), parse("--pin nothing").cores().of(WorkloadKind.LOOPS).serverPrefix());
        assertEquals(both, parse("--pin shared").cores().of(WorkloadKind.ECHO).serverPrefix());
        assertEquals(List.of("taskset", "-c", "0"), parse("").cores().of(WorkloadKind.ECHO).serverPrefix());
    }

    @Test
    void growIsASeriesOfWorkloadsAmongOthers() throws IOException {
        Options options = parse("--workloads echo:1,grow");
        List<String> names = options.workloads().stream().map(Workload::toString).collect(Collectors.toList());
        assertEquals("echo:1", names.get(0));
        for (String name : List.of("mostly-idle:1000", "mostly-idle:10000", "mostly-idle:100000", "scheduled:1000",
                "scheduled:10000", "scheduled:100000", "scheduled:1000000")) {
            boolean possible = FileLimit.suffices(FileLimit.hard(), Workload.parse(name));
            assertEquals(possible, names.contains(name), names.toString());
            assertEquals(!possible, options.notes().stream().anyMatch(note -> note.startsWith("left out: " + name
                    + " needs ")), options.notes().toString());
        }
        assertEquals(100_000, Workload.parse("mostly-idle:100000").sockets());
        assertEquals(10, Workload.parse("scheduled:1000000").sockets());
        assertEquals(10, Workload.parse("scheduled:1000000").clients());
    }

    @Test
    void theNumberOfLoopsIsNotThatOfConnections() throws IOException {
        Workload loops = parse("--workloads loops:4").workloads().get(0);
        assertEquals(4, loops.loops());
        assertEquals(64, loops.clients());
        assertEquals(64, loops.sockets());
        assertEquals("64 connections on a server of 4 event loops, one 64-byte message outstanding on each; server and"
                + " load generator share their cores", loops.describe());
        Workload echo = new Workload(WorkloadKind.ECHO, 3);
        assertEquals(1, echo.loops());
        assertEquals(3, echo.clients());
    }

    @Test
    void realtimePriorityIsAskedOfTheKernelForBothSides() throws IOException {
        Cores plain = parse("").cores();
        assertEquals(List.of("taskset", "-c", "0"), plain.serverPrefix());
        Cores realtime = parse("--realtime").cores();
        assertEquals(List.of("taskset", "-c", "0", "chrt", "--rr", "10"), realtime.serverPrefix());
        assertEquals(List.of("taskset", "-c", "1", "chrt", "--rr", "10"), realtime.generatorPrefix());
    }

    @Test
    void oneCoreIsNotEnough() {
        assertThrows(IllegalArgumentException.class, () -> Cores.choose(List.of(3), false, Pins.PROCESSES));
        assertEquals("server on core 2, load generator on core 5",
                Cores.choose(List.of(2, 5, 6), false, Pins.PROCESSES).toString());
    }

    private static List<String> labels(Options options) {
        return options.contenders().stream().map(Contender::label).collect(Collectors.toList());
    }
}
