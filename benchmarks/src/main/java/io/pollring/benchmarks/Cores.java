/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.List;

/**
 * The core that every server runs on, and the one of the load generators.
 *
 * @param realtime whether both go before everything else on their cores
 */
record Cores(int server, int generator, boolean realtime, Pins pins) {
    /** @param allowed the cores that this process may use */
    static Cores choose(List<Integer> allowed, boolean realtime, Pins pins) {
        if (allowed.size() < 2) {
            throw new IllegalArgumentException("server and load generator need a core each, but there is only "
                    + allowed + "; --cores N,N puts both on one, which measures something else");
        }
        return new Cores(allowed.get(0), allowed.get(1), realtime, pins);
    }

    /** What to put before a server's command. */
    List<String> serverPrefix() {
        return pins == Pins.PROCESSES ? prefix(Integer.toString(server)) : pins == Pins.SHARED ? prefix(both())
                : prefix(null);
    }

    /** What to put before a load generator's command. */
    List<String> generatorPrefix() {
        return pins == Pins.NOTHING ? prefix(null) : pins == Pins.SHARED ? prefix(both())
                : prefix(Integer.toString(generator));
    }

    private String both() {
        return server + "," + generator;
    }

    private List<String> prefix(String cores) {
        return Pinning.prefix(cores, realtime);
    }

    /** For a server that is to be where the load generators are. */
    Cores swapped() {
        return new Cores(generator, server, realtime, pins);
    }

    /** As they are for a workload of that kind. */
    Cores of(WorkloadKind kind) {
        return kind == WorkloadKind.HANDOVER ? withinServer() : kind == WorkloadKind.LOOPS ? shared() : this;
    }

    /** For a server that has both sides in it: its loop's thread is kept on the server's core then. */
    Cores withinServer() {
        return pins == Pins.PROCESSES ? new Cores(server, generator, realtime, Pins.LOOP) : this;
    }

    /** For a server of several loops, which one core would make one of: whatever is kept on one has both. */
    private Cores shared() {
        return pins == Pins.NOTHING ? this : new Cores(server, generator, realtime, Pins.SHARED);
    }

    /** Whether the event loop's thread is to be kept on the server's core, and no other of its process. */
    boolean keepLoop() {
        return pins == Pins.LOOP;
    }

    @Override
    public String toString() {
        return pins.describe(server, generator)
                + (realtime ? ", both with real-time priority" : "");
    }
}
