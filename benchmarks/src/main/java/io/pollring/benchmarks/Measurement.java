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

/** One round of one contender: what it did, and what else went on meanwhile. */
final class Measurement {
    private final LoadReport load;
    private final long serverCpuNanos;
    private final long loopCpuNanos;
    private final long serverWaitedNanos;
    private final long generatorWaitedNanos;
    private final long stolenNanos;
    private final long idleServersCpuNanos;
    private final long voluntarySwitches;
    private final long involuntarySwitches;

    private Measurement(LoadReport load, Counters before, Counters after, ContextSwitches switchesBefore,
                        ContextSwitches switchesAfter) {
        this.load = load;
        voluntarySwitches = switchesAfter.voluntarySince(switchesBefore);
        involuntarySwitches = switchesAfter.involuntarySince(switchesBefore);
        serverCpuNanos = after.server.processCpuNanos() - before.server.processCpuNanos();
        loopCpuNanos = after.server.loopCpuNanos() - before.server.loopCpuNanos();
        serverWaitedNanos = after.serverWaited - before.serverWaited;
        generatorWaitedNanos = after.generatorWaited - before.generatorWaited;
        stolenNanos = after.stolen - before.stolen;
        idleServersCpuNanos = after.idleServersCpu - before.idleServersCpu;
    }

    /**
     * Runs one round.
     *
     * @param idle the other contenders' servers, which are to do nothing meanwhile
     */
    static Measurement take(Opponents opponents, List<ServerProcess> idle, Cores cores, double seconds)
            throws IOException, InterruptedException {
        Counters before = new Counters(opponents, idle, cores);
        // Asking the server for its counters makes its threads switch, so this is asked last, and first.
        ContextSwitches switchesBefore = ContextSwitches.of(opponents.server().pid());
        LoadReport load = opponents.run(seconds);
        ContextSwitches switchesAfter = ContextSwitches.of(opponents.server().pid());
        return new Measurement(load, before, new Counters(opponents, idle, cores), switchesBefore, switchesAfter);
    }

    double messagesPerSecond() {
        return load.messages() * 1e9 / load.elapsedNanos();
    }

    double p50Micros() {
        return load.p50Nanos() / 1e3;
    }

    double p99Micros() {
        return load.p99Nanos() / 1e3;
    }

    double p999Micros() {
        return load.p999Nanos() / 1e3;
    }

    /** How many messages a second were to be sent. */
    double rate() {
        return load.rate();
    }

    /** The share of all messages that the generator itself sent after their time. */
    double lateShare() {
        return (double) load.lateMessages() / load.messages();
    }

    double maxLateMicros() {
        return load.maxLateNanos() / 1e3;
    }

    /** CPU time of the loop's thread, or of all loops'. */
    double loopCpuMicrosPerMessage() {
        return loopCpuNanos / 1e3 / load.messages();
    }

    /** Of all threads of the server, voluntary and not. */
    double contextSwitchesPerMessage() {
        return (double) (voluntarySwitches + involuntarySwitches) / load.messages();
    }

    /** Of the whole server process, as a share of the round. */
    double serverBusy() {
        return (double) serverCpuNanos / load.elapsedNanos();
    }

    double generatorBusy() {
        return (double) load.cpuNanos() / load.elapsedNanos();
    }

    /** The share of the round in which the more troubled of the two wanted its core and did not have it. */
    double disturbed() {
        return (double) (Math.max(serverWaitedNanos, generatorWaitedNanos) + stolenNanos) / load.elapsedNanos();
    }

    double idleServersBusy() {
        return (double) idleServersCpuNanos / load.elapsedNanos();
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("messages", load.messages());
        map.put("elapsedNanos", load.elapsedNanos());
        map.put("messagesPerSecond", messagesPerSecond());
        map.put("p50Nanos", load.p50Nanos());
        map.put("p99Nanos", load.p99Nanos());
        map.put("p999Nanos", load.p999Nanos());
        map.put("maxNanos", load.maxNanos());
        if (load.rate() > 0) {
            map.put("rate", load.rate());
            map.put("lateMessages", load.lateMessages());
            map.put("maxLateNanos", load.maxLateNanos());
        }
        map.put("serverCpuNanos", serverCpuNanos);
        map.put("loopCpuNanos", loopCpuNanos);
        map.put("generatorCpuNanos", load.cpuNanos());
        map.put("serverWaitedNanos", serverWaitedNanos);
        map.put("generatorWaitedNanos", generatorWaitedNanos);
        map.put("stolenNanos", stolenNanos);
        map.put("idleServersCpuNanos", idleServersCpuNanos);
        map.put("voluntaryContextSwitches", voluntarySwitches);
        map.put("involuntaryContextSwitches", involuntarySwitches);
        return map;
    }

    /** All that is read before and after a round. */
    private static final class Counters {
        private final ServerStats server;
        private final long serverWaited;
        private final long generatorWaited;
        private final long stolen;
        private final long idleServersCpu;

        Counters(Opponents opponents, List<ServerProcess> idle, Cores cores)
                throws IOException, InterruptedException {
            server = opponents.server().stats();
            serverWaited = opponents.server().loopsWaitedNanos();
            generatorWaited = ProcFs.waitedNanos(opponents.generator().pid(), opponents.generator().thread());
            stolen = ProcFs.stolenNanos(cores.server(), cores.generator());
            long cpu = 0;
            for (ServerProcess other : idle) {
                cpu += ProcFs.processCpuNanos(other.pid());
            }
            idleServersCpu = cpu;
        }
    }
}
