/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Makes a program from a seed: its steps, out of the actions and operations of one family of sockets. */
abstract class ProgramGenerator {
    private static final int MAX_DEPTH = 2;

    private final SplittableRandom random;
    private int ids;

    ProgramGenerator(long seed) {
        random = new SplittableRandom(seed);
    }

    /** Actions of the peer in one step, at least one. */
    abstract void peerActions(List<PeerAction> actions);

    abstract Op.Kind kind();

    /** @param id for it, and what it says */
    abstract Op op(int id, Op.Kind kind);

    final List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        for (int i = 2 + below(5); i > 0; i--) {
            steps.add(step());
        }
        return steps;
    }

    private Step step() {
        boolean withPeer = chance(65);
        boolean withTask = !withPeer || chance(35);
        List<PeerAction> peer = new ArrayList<>();
        if (withPeer) {
            peerActions(peer);
        }
        List<Op> task = withTask ? ops(0, 1 + below(3)) : List.of();
        Map<Trigger, List<Op>> reactions = new EnumMap<>(Trigger.class);
        while (chance(45)) {
            Trigger trigger = chance(50) ? Trigger.READ : Trigger.values()[below(Trigger.values().length)];
            reactions.putIfAbsent(trigger, ops(0, 1 + below(2)));
        }
        // Two at once race, unless the loop is held; and a large message may be met in the middle.
        boolean quick = peer.isEmpty() || task.isEmpty() && peer.size() == 1 && peer.get(0).size <= 4096;
        return new Step(!quick || chance(60), chance(50), peer, task, reactions);
    }

    private List<Op> ops(int depth, int count) {
        List<Op> ops = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Op.Kind kind = kind();
            Op op = op(++ids, kind);
            boolean more = kind.hasPromise() && depth < MAX_DEPTH && chance(30);
            ops.add(more ? op.with(op.size, ops(depth + 1, 1 + below(2))) : op);
        }
        return ops;
    }

    final boolean chance(int percent) {
        return below(100) < percent;
    }

    final int below(int bound) {
        return random.nextInt(bound);
    }

    final int oneOf(int[] values) {
        return values[below(values.length)];
    }
}
