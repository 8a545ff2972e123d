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
import java.util.function.Predicate;

/** Makes a program that fails as small as it can be and still fail. */
final class Shrinker {
    private static final int MAX_TRIES = 2000;

    private final Predicate<Program> fails;
    private int tries;

    Shrinker(Predicate<Program> fails) {
        this.fails = fails;
    }

    Program shrink(Program program) {
        Program smallest = program;
        Program smaller = program;
        while (smaller != null && tries < MAX_TRIES) {
            smallest = smaller;
            smaller = null;
            for (Program candidate : candidates(smallest)) {
                tries++;
                if (fails.test(candidate)) {
                    smaller = candidate;
                    break;
                }
            }
        }
        return smallest;
    }

    private static List<Program> candidates(Program program) {
        List<Program> candidates = new ArrayList<>();
        for (List<Step> steps : without(program.steps)) {
            candidates.add(with(program, steps));
        }
        for (int i = 0; i < program.steps.size(); i++) {
            for (Step step : candidates(program.steps.get(i))) {
                candidates.add(with(program, replaced(program.steps, i, step)));
            }
        }
        return candidates;
    }

    private static Program with(Program program, List<Step> steps) {
        return new Program(program.seed, program.kind, program.settings, steps);
    }

    private static List<Step> candidates(Step step) {
        List<Step> candidates = new ArrayList<>();
        for (List<PeerAction> peer : without(step.peer)) {
            candidates.add(new Step(step.held, step.queued, peer, step.task, step.reactions));
        }
        for (List<Op> task : smaller(step.task)) {
            candidates.add(new Step(step.held, step.queued, step.peer, task, step.reactions));
        }
        for (Map.Entry<Trigger, List<Op>> reaction : step.reactions.entrySet()) {
            Map<Trigger, List<Op>> others = new EnumMap<>(Trigger.class);
            others.putAll(step.reactions);
            others.remove(reaction.getKey());
            candidates.add(new Step(step.held, step.queued, step.peer, step.task, others));
            for (List<Op> ops : smaller(reaction.getValue())) {
                Map<Trigger, List<Op>> reactions = new EnumMap<>(Trigger.class);
                reactions.putAll(step.reactions);
                reactions.put(reaction.getKey(), ops);
                candidates.add(new Step(step.held, step.queued, step.peer, step.task, reactions));
            }
        }
        if (step.queued) {
            candidates.add(new Step(step.held, false, step.peer, step.task, step.reactions));
        }
        for (int i = 0; i < step.peer.size(); i++) {
            PeerAction action = step.peer.get(i);
            if (action.kind == PeerAction.Kind.SEND && action.size > 10) {
                candidates.add(new Step(step.held, step.queued,
                        replaced(step.peer, i, new PeerAction(action.kind, 10)), step.task, step.reactions));
            }
        }
        return candidates;
    }

    private static List<List<Op>> smaller(List<Op> ops) {
        List<List<Op>> candidates = without(ops);
        for (int i = 0; i < ops.size(); i++) {
            Op op = ops.get(i);
            if (op.kind.hasMessage() && op.size > 10) {
                candidates.add(replaced(ops, i, op.with(10, op.then)));
            }
            if (op.kind.hasMessage() && op.shape != Shape.UNPOOLED_HEAP) {
                candidates.add(replaced(ops, i, op.with(Shape.UNPOOLED_HEAP)));
            }
            for (List<Op> then : smaller(op.then)) {
                candidates.add(replaced(ops, i, op.with(op.size, then)));
            }
        }
        return candidates;
    }

    /** The lists that lack one. */
    private static <T> List<List<T>> without(List<T> all) {
        List<List<T>> lists = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            List<T> list = new ArrayList<>(all);
            list.remove(i);
            lists.add(list);
        }
        return lists;
    }

    private static <T> List<T> replaced(List<T> all, int index, T element) {
        List<T> list = new ArrayList<>(all);
        list.set(index, element);
        return list;
    }
}
