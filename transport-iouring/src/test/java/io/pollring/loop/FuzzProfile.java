/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.ring.FakeOffer;
import io.pollring.ring.RingFeature;

import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What a schedule of the fuzz runs on: the kernel's features, the sizes of the ring, and how much goes wrong. */
final class FuzzProfile {
    /** Linux 5.10 has what is required, and no more. */
    private static final Set<RingFeature> LINUX_5_10 = RingFeature.REQUIRED;
    private static final Set<RingFeature> LINUX_6_1 =
            EnumSet.complementOf(EnumSet.of(RingFeature.RECEIVE_LIMIT, RingFeature.NO_IOWAIT));

    private final Set<RingFeature> features;
    /** Whether features are missing because the kernel lacks them, or because the loop may not use them. */
    private final boolean lackedByKernel;
    final int sqEntries;
    final int cqEntries;
    final int maxEvents;
    final boolean ringWanted;
    /** Whether the kernel watches no handle, and receives for none. */
    final boolean refusePolls;
    /** In percent. */
    final int faults;
    final int lateness;
    final boolean duplicates;
    /** How often the kernel has no memory to keep a completion for which the queue has no room, in percent. */
    final int forgets;
    final boolean regularFiles;
    /** How many of the handles are streams', in percent. */
    final int streams;
    /** How many buffers the application can have. */
    final int buffers;
    final int handles;
    final int steps;
    /** Whether what a handle has flushed is sent before the next one is served. */
    final boolean promptSends;
    /** Whether streams begin with a poll, and are left with one by sweeps, which the schedule makes. */
    final boolean quiet;

    FuzzProfile(Random random) {
        features = features(random);
        lackedByKernel = random.nextBoolean();
        sqEntries = 1 << (random.nextInt(3) == 0 ? random.nextInt(7) : random.nextInt(4));
        cqEntries = sqEntries << random.nextInt(3);
        maxEvents = random.nextInt(4) == 0 ? 4 : 0;
        ringWanted = random.nextInt(40) != 0;
        refusePolls = random.nextInt(25) == 0;
        faults = random.nextInt(3) == 0 ? 0 : random.nextInt(15);
        lateness = random.nextInt(2) == 0 ? 0 : random.nextInt(3);
        duplicates = random.nextInt(10) == 0;
        regularFiles = random.nextInt(10) == 0;
        streams = random.nextInt(3) == 0 ? 0 : random.nextBoolean() ? 50 : 100;
        buffers = random.nextInt(3) == 0 ? 1 + random.nextInt(4) : Integer.MAX_VALUE;
        // More than an enter's 20 work items now and then.
        handles = random.nextInt(10) == 0 ? 30 : 2 + random.nextInt(8);
        steps = 10 + random.nextInt(40);
        promptSends = random.nextInt(3) == 0;
        int some = random.nextInt(4) == 0 ? 1 + random.nextInt(30) : 0;
        forgets = Integer.getInteger("pollring.fuzz.forgets", some);
        // Not drawn: the seeds of faults that were found before this go on to mean the same schedules, mostly.
        quiet = steps % 3 == 0;
    }

    /** Those of one of three kernels, or any that a ring can be without are missing. */
    private static Set<RingFeature> features(Random random) {
        switch (random.nextInt(6)) {
            case 0:
                return LINUX_5_10;
            case 1:
                return LINUX_6_1;
            case 2:
            case 3:
                return EnumSet.allOf(RingFeature.class);
            default:
                Set<RingFeature> features = EnumSet.allOf(RingFeature.class);
                features.removeIf(feature -> !RingFeature.REQUIRED.contains(feature) && random.nextInt(4) == 0);
                return features;
        }
    }

    FakeOffer offer() {
        return lackedByKernel ? FakeOffer.of(features) : FakeOffer.everything();
    }

    /** What the kernel lacks the loop has to find out. */
    LoopSettings settings() {
        return new LoopSettings(sqEntries, cqEntries, maxEvents, promptSends ? -1 : Long.MAX_VALUE, 1,
                quiet ? TimeUnit.DAYS.toNanos(1) : 0, 0, ringWanted, false,
                lackedByKernel ? EnumSet.allOf(RingFeature.class) : features);
    }

    /** Whether each poll ends with exactly one completion, as long as none is forgotten. */
    boolean isExact() {
        return !duplicates;
    }

    @Override
    public String toString() {
        Set<RingFeature> missing = EnumSet.complementOf(EnumSet.copyOf(features));
        return "sq " + sqEntries + ", cq " + cqEntries + (lackedByKernel ? ", kernel without " : ", not using ")
                + missing + ", maxEvents " + maxEvents
                + ", ring " + ringWanted + ", refusePolls " + refusePolls + ", faults " + faults + "%, lateness "
                + lateness + ", duplicates " + duplicates + ", forgets " + forgets + "%, regular files "
                + regularFiles
                + ", quiet " + quiet + ", streams " + streams + "%, buffers " + buffers + ", handles " + handles
                + ", steps " + steps + (promptSends ? ", prompt sends" : "");
    }
}
