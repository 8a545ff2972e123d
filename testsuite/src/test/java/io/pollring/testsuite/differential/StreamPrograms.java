/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import java.util.List;

/** Makes programs of streams. */
final class StreamPrograms extends ProgramGenerator {
    private static final int[] SEND_SIZES = {1, 10, 100, 700, 2048, 4096, 5000, 16384, 70000, 200000};
    private static final int[] WRITE_SIZES = {0, 1, 10, 700, 1024, 2048, 5000, 20000, 70000, 200000};
    private static final int[] FIXED_READS = {0, 0, 64, 1024, 2048, 16384};
    private static final int[] WRITE_SPINS = {16, 16, 1, 2};

    private StreamPrograms(long seed) {
        super(seed);
    }

    static Program generate(long seed) {
        return new StreamPrograms(seed).program(seed);
    }

    private Program program(long seed) {
        SocketKind kind = chance(50) ? SocketKind.TCP : SocketKind.UNIX;
        Settings settings = new StreamSettings(chance(60), chance(50), chance(85), chance(30), oneOf(FIXED_READS),
                oneOf(WRITE_SPINS));
        return new Program(seed, kind, settings, steps());
    }

    @Override
    void peerActions(List<PeerAction> actions) {
        if (chance(80)) {
            actions.add(new PeerAction(PeerAction.Kind.SEND, oneOf(SEND_SIZES)));
        }
        if (chance(8)) {
            actions.add(new PeerAction(PeerAction.Kind.SEND, oneOf(SEND_SIZES)));
        }
        if (chance(12)) {
            PeerAction.Kind[] modes = {PeerAction.Kind.READ_NOTHING, PeerAction.Kind.READ_ALL,
                    PeerAction.Kind.READ_SOME};
            actions.add(new PeerAction(modes[below(modes.length)], 1 + below(3000)));
        }
        if (chance(30)) {
            PeerAction.Kind[] ends = {PeerAction.Kind.SHUT_OUTPUT, PeerAction.Kind.SHUT_OUTPUT,
                    PeerAction.Kind.CLOSE, PeerAction.Kind.RESET};
            actions.add(new PeerAction(ends[below(ends.length)], 0));
        }
        if (actions.isEmpty()) {
            peerActions(actions);
        }
    }

    @Override
    Op op(int id, Op.Kind kind) {
        Shape shape = chance(97) ? Shape.values()[below(Shape.UNSUPPORTED.ordinal())] : Shape.UNSUPPORTED;
        return new Op(id, kind, shape, oneOf(WRITE_SIZES), List.of());
    }

    @Override
    Op.Kind kind() {
        int die = below(100);
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
        return Op.Kind.OF_STREAMS.get(below(Op.Kind.OF_STREAMS.size()));
    }
}
