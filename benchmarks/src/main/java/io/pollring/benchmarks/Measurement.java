/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One round of one contender under load: what it did, and what else went on meanwhile. */
final class Measurement {
    private final ServerStats server;
    private final long serverWaited;
    private final long generatorWaited;
    private final long stolen;
    private final long idleServersCpu;
    private final long backendCpu;

    /** Reads all that is read before and after a round. */
    private Measurement(Opponents opponents, List<ServerProcess> idle, Cores cores)
            throws IOException, InterruptedException {
        server = opponents.server().stats();
        serverWaited = opponents.server().loopsWaitedNanos();
        generatorWaited = ProcFs.waitedNanos(opponents.generator().pid(), opponents.generator().thread());
        stolen = ProcFs.stolenNanos(cores.server(), cores.generator());
        ServerProcess backend = opponents.server().backend();
        backendCpu = backend == null ? 0 : ProcFs.processCpuNanos(backend.pid());
        long cpu = 0;
        for (ServerProcess other : idle) {
            cpu += ProcFs.processCpuNanos(other.pid());
        }
        idleServersCpu = cpu;
    }

    /**
     * Runs one round.
     *
     * @param idle the other contenders' servers, which are to do nothing meanwhile
     * @return its figures, and what they were made of
     */
    static Map<String, Object> take(Opponents opponents, List<ServerProcess> idle, Cores cores, double seconds)
            throws IOException, InterruptedException {
        Measurement before = new Measurement(opponents, idle, cores);
        // Asking the server for its counters makes its threads switch, so this is asked last, and first.
        ContextSwitches switchesBefore = ContextSwitches.of(opponents.server().pid());
        LoadReport load = opponents.run(seconds);
        ContextSwitches switchesAfter = ContextSwitches.of(opponents.server().pid());
        Map<String, Object> round = new LinkedHashMap<>(load.values());
        long voluntary = switchesAfter.voluntarySince(switchesBefore);
        long involuntary = switchesAfter.involuntarySince(switchesBefore);
        round.put("voluntaryContextSwitches", voluntary);
        round.put("involuntaryContextSwitches", involuntary);
        put(round, Figure.SWITCHES, (double) (voluntary + involuntary) / load.messages());
        putLatencies(round, load);
        new Measurement(opponents, idle, cores).putSince(before, round, load);
        return round;
    }

    private static void putLatencies(Map<String, Object> round, LoadReport load) {
        put(round, Figure.MESSAGES_PER_SECOND, load.messages() * 1e9 / load.elapsedNanos());
        put(round, Figure.P50, load.p50Nanos() / 1e3);
        put(round, Figure.P99, load.p99Nanos() / 1e3);
        put(round, Figure.P999, load.p999Nanos() / 1e3);
        if (load.rate() > 0) {
            put(round, Figure.LATE, (double) load.lateMessages() / load.messages());
            put(round, Figure.MAX_LATE, load.maxLateNanos() / 1e3);
        }
    }

    private void putSince(Measurement before, Map<String, Object> round, LoadReport load) {
        double elapsed = load.elapsedNanos();
        long loopCpu = server.loopCpuNanos() - before.server.loopCpuNanos();
        long serverCpu = server.processCpuNanos() - before.server.processCpuNanos();
        long serverWait = serverWaited - before.serverWaited;
        long generatorWait = generatorWaited - before.generatorWaited;
        put(round, Figure.LOOP_CPU, loopCpu / 1e3 / load.messages());
        put(round, Figure.SERVER_BUSY, serverCpu / elapsed);
        put(round, Figure.GENERATOR_BUSY, (load.cpuNanos() + backendCpu - before.backendCpu) / elapsed);
        put(round, Figure.DISTURBED, (Math.max(serverWait, generatorWait) + stolen - before.stolen) / elapsed);
        put(round, Figure.IDLE_SERVERS_BUSY, (idleServersCpu - before.idleServersCpu) / elapsed);
    }

    static void put(Map<String, Object> round, Figure figure, double value) {
        round.put(figure.key, value);
    }

    /** Runs one round of {@code handover}, and sees what hindered the loop. */
    static Map<String, Object> takeHandover(ServerProcess server, int threads, Cores cores, double seconds)
            throws IOException, InterruptedException {
        long before = hinderedNanos(server, cores);
        long begin = System.nanoTime();
        Map<String, Object> told = server.handover(threads, seconds);
        double elapsed = System.nanoTime() - begin;
        return handover(told, (hinderedNanos(server, cores) - before) / elapsed);
    }

    private static long hinderedNanos(ServerProcess server, Cores cores) throws IOException {
        return server.loopsWaitedNanos() + ProcFs.stolenNanos(cores.server());
    }

    /**
     * The figures of such a round, tasks first, then writes, and what they were made of.
     *
     * @param told      by the server
     * @param disturbed the share of the round in which the loop wanted its core and did not have it
     */
    static Map<String, Object> handover(Map<String, Object> told, double disturbed) {
        Map<String, Object> round = new LinkedHashMap<>(told);
        Map<String, Object> tasks = ResultDocument.child(told, "tasks");
        Map<String, Object> writes = ResultDocument.child(told, "writes");
        double count = ResultDocument.number(tasks, "count");
        put(round, Figure.TASKS_PER_SECOND, count * 1e9 / ResultDocument.number(tasks, "elapsedNanos"));
        put(round, Figure.TASK_P50, ResultDocument.number(tasks, "p50Nanos") / 1e3);
        put(round, Figure.TASK_P99, ResultDocument.number(tasks, "p99Nanos") / 1e3);
        put(round, Figure.EXECUTE_P50, ResultDocument.number(tasks, "callerP50Nanos") / 1e3);
        put(round, Figure.LOOP_CPU_PER_TASK, ResultDocument.number(tasks, "loopCpuNanos") / 1e3 / count);
        put(round, Figure.WRITE_P50, ResultDocument.number(writes, "p50Nanos") / 1e3);
        put(round, Figure.WRITE_P99, ResultDocument.number(writes, "p99Nanos") / 1e3);
        put(round, Figure.DISTURBED, disturbed);
        return round;
    }
}
