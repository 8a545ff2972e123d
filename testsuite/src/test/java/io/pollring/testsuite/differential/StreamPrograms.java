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

/** Makes a program from a seed. */
final class ProgramGenerator {
    private static final int[] SEND_SIZES = {1, 10, 100, 700, 2048, 4096, 5000, 16384, 70000, 200000};
    private static final int[] WRITE_SIZES = {0, 1, 10, 700, 1024, 2048, 5000, 20000, 70000, 200000};
    private static final int[] FIXED_READS = {0, 0, 64, 1024, 2048, 16384};
    private static final int[] WRITE_SPINS = {16, 16, 1, 2};
    private static final int MAX_DEPTH = 2;

    private final long seed;
    private final SplittableRandom random;
    private int ids;

    private ProgramGenerator(long seed) {
        this.seed = seed;
        random = new SplittableRandom(seed);
    }

    static Program generate(long seed) {
        return new ProgramGenerator(seed).program();
    }

    private Program program() {
        SocketKind kind = chance(50) ? SocketKind.TCP : SocketKind.UNIX;
        Settings settings = new Settings(chance(60), chance(50), chance(85), chance(30), oneOf(FIXED_READS),
                oneOf(WRITE_SPINS));
        List<Step> steps = new ArrayList<>();
        for (int i = 2 + random.nextInt(5); i > 0; i--) {
            steps.add(step());
        }
        return new Program(seed, kind, settings, steps);
    }

    private Step step() {
        boolean withPeer = chance(65);
        boolean withTask = !withPeer || chance(35);
        List<PeerAction> peer = new ArrayList<>();
        if (withPeer) {
            peerActions(peer);
        }
        List<Op> task = withTask ? ops(0, 1 + random.nextInt(3)) : List.of();
        Map<Trigger, List<Op>> reactions = new EnumMap<>(Trigger.class);
        while (chance(45)) {
            Trigger trigger = chance(50) ? Trigger.READ : Trigger.values()[random.nextInt(Trigger.values().length)];
            reactions.putIfAbsent(trigger, ops(0, 1 + random.nextInt(2)));
        }
        // Two at once race, unless the loop is held; and a large message may be met in the middle.
        boolean quick = peer.isEmpty() || task.isEmpty() && peer.size() == 1 && peer.get(0).size <= 4096;
        return new Step(!quick || chance(60), chance(50), peer, task, reactions);
    }

    private void peerActions(List<PeerAction> actions) {
        if (chance(80)) {
            actions.add(new PeerAction(PeerAction.Kind.SEND, oneOf(SEND_SIZES)));
        }
        if (chance(8)) {
            actions.add(new PeerAction(PeerAction.Kind.SEND, oneOf(SEND_SIZES)));
        }
        if (chance(12)) {
            PeerAction.Kind[] modes = {PeerAction.Kind.READ_NOTHING, PeerAction.Kind.READ_ALL,
                    PeerAction.Kind.READ_SOME};
            actions.add(new PeerAction(modes[random.nextInt(modes.length)], 1 + random.nextInt(3000)));
        }
        if (chance(30)) {
            PeerAction.Kind[] ends = {PeerAction.Kind.SHUT_OUTPUT, PeerAction.Kind.SHUT_OUTPUT,
                    PeerAction.Kind.CLOSE, PeerAction.Kind.RESET};
            actions.add(new PeerAction(ends[random.nextInt(ends.length)], 0));
        }
        if (actions.isEmpty()) {
            peerActions(actions);
        }
    }

    private List<Op> ops(int depth, int count) {
        List<Op> ops = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ops.add(op(depth));
        }
        return ops;
    }

    private Op op(int depth) {
        Op.Kind kind = kind();
        int id = ++ids;
        Shape shape = chance(97) ? Shape.values()[random.nextInt(Shape.values().length - 1)] : Shape.UNSUPPORTED;
        int size = oneOf(WRITE_SIZES);
        boolean more = kind.hasPromise() && depth < MAX_DEPTH && chance(30);
        return new Op(id, kind, shape, size, more ? ops(depth + 1, 1 + random.nextInt(2)) : List.of());
    }

    private Op.Kind kind() {
        int die = random.nextInt(100);
        if (die < 30) {
            return Op.Kind.WRITE_AND_FLUSH;
        }
        if (die < 40) {
            return Op.Kind.WRITE;
        }
        if (die < 45) {
            return Op.Kind.FLUSH;
        }
        if (die < 57) {
            return Op.Kind.READ;
        }
        return Op.Kind.values()[random.nextInt(Op.Kind.values().length)];
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private int oneOf(int[] values) {
        return values[random.nextInt(values.length)];
    }
}
