/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

import io.pollring.channel.IoUring;

import java.util.List;

/**
 * Has many connections of all kinds talk and be disturbed, twice for the same time, and compares what the process holds
 * after the second time with what it held after the first, which has warmed it up. Ends with status 0 if all was right.
 */
public final class SoakProgram {
    private final Violations violations = new Violations();
    private final SoakSettings settings = new SoakSettings();

    private SoakProgram() { }

    public static void main(String[] args) throws Exception {
        SoakProgram program = new SoakProgram();
        try {
            program.run();
        } catch (Throwable t) {
            t.printStackTrace(System.out);
            program.violations.add("the soak itself failed: " + t);
        }
        List<String> found = program.violations.list();
        System.out.println(program.settings);
        System.out.println("violations: " + (found.isEmpty() ? "none" : program.violations.count()));
        found.forEach(violation -> System.out.println("  " + violation));
        System.exit(found.isEmpty() ? 0 : 1);
    }

    private void run() throws Exception {
        IncidentWatch.start(violations);
        System.out.println("soak: " + settings);
        System.out.println("Java " + System.getProperty("java.version") + ", features: " + IoUring.featureString());
        // Before the threads are counted: to find the library of faults takes some.
        System.out.println("faults: " + new SoakFaults());
        SoakTls tls = new SoakTls();
        SoakResources atFirst = SoakResources.now().withoutMemory();
        phase("warm-up", tls, settings.seed);
        SoakResources before = SoakResources.settled(atFirst);
        System.out.println("after the warm-up: " + before);
        judge(before.excessOver(atFirst));
        phase("soak", tls, settings.seed + 1);
        SoakResources after = SoakResources.settled(before);
        System.out.println("after the soak:    " + after);
        judge(after.excessOver(before));
    }

    private void judge(List<String> excess) {
        excess.forEach(what -> violations.add("left behind: " + what));
    }

    private void phase(String name, SoakTls tls, long seed) throws Exception {
        if (violations.count() > 0) {
            return;
        }
        SoakWorld world = new SoakWorld(violations);
        SoakGroups groups = new SoakGroups();
        SoakNet net = new SoakNet(world, groups, tls, name);
        new SoakScheduler(name, world, settings, groups, net, seed).run(settings.seconds / 2);
        groups.check(violations);
        net.close();
        groups.close(violations);
    }
}
