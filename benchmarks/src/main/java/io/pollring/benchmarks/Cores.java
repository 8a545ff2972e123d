/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.List;

/** The core that every server runs on, and the one of the load generators. */
final class Cores {
    private final int server;
    private final int generator;
    private final boolean realtime;
    private final Pins pins;

    /** Both processes are kept on their cores. */
    Cores(int server, int generator, boolean realtime) {
        this(server, generator, realtime, Pins.PROCESSES);
    }

    /** @param realtime whether both go before everything else on their cores */
    Cores(int server, int generator, boolean realtime, Pins pins) {
        this.server = server;
        this.generator = generator;
        this.realtime = realtime;
        this.pins = pins;
    }

    /** @param allowed the cores that this process may use */
    static Cores choose(List<Integer> allowed, boolean realtime, Pins pins) {
        if (allowed.size() < 2) {
            throw new IllegalArgumentException("server and load generator need a core each, but there is only "
                    + allowed + "; --cores N,N puts both on one, which measures something else");
        }
        return new Cores(allowed.get(0), allowed.get(1), realtime, pins);
    }

    int server() {
        return server;
    }

    int generator() {
        return generator;
    }

    boolean realtime() {
        return realtime;
    }

    /** What to put before a server's command. */
    List<String> serverPrefix() {
        return pins == Pins.PROCESSES ? prefix(server) : pins == Pins.SHARED ? sharedPrefix()
                : Pinning.prefix(realtime);
    }

    private List<String> prefix(int core) {
        return Pinning.prefix(Integer.toString(core), realtime);
    }

    private List<String> sharedPrefix() {
        return Pinning.prefix(server + "," + generator, realtime);
    }

    /** As they are for a workload of that kind. */
    Cores of(WorkloadKind kind) {
        return kind.isHandover() ? withinServer() : kind.isLoops() ? shared() : this;
    }

    /** For a server that has both sides in it: its loop's thread is kept on the server's core then. */
    Cores withinServer() {
        return pins == Pins.PROCESSES ? new Cores(server, generator, realtime, Pins.LOOP) : this;
    }

    /** For a server of several loops, which one core would make one of: whatever is kept on one has both. */
    private Cores shared() {
        return pins == Pins.NOTHING ? this : new Cores(server, generator, realtime, Pins.SHARED);
    }

    boolean keepProcesses() {
        return pins == Pins.PROCESSES;
    }

    /** What to put before a load generator's command. */
    List<String> generatorPrefix() {
        return pins == Pins.NOTHING ? Pinning.prefix(realtime) : pins == Pins.SHARED ? sharedPrefix()
                : prefix(generator);
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
