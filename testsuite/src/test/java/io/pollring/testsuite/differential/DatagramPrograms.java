/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import java.util.List;

/**
 * Makes programs of datagrams: so small that every socket has room for all of it, as a datagram that has none is lost.
 */
final class DatagramPrograms extends ProgramGenerator {
    /** What UDP takes at most. */
    private static final int LARGEST = 65507;
    private static final int[] SMALL = {0, 1, 10, 100, 700, 1024, 1472, 2048};
    private static final int[] MEDIUM = {2049, 4096, 5000, 9000};
    private static final int[] LARGE = {30000, LARGEST, LARGEST};
    private static final int[] TOO_LARGE = {LARGEST + 1, 70000};
    private static final int MAX_BURST = 5;
    private static final int[] FIXED_READS = {2048, 2048, 0, 64, 700, 9000, 65536};
    private static final int[] MESSAGES = {16, 16, 1, 2, 3, 0x7fffffff};
    private static final int[] WRITTEN = {16, 16, 16, 16, 0x7fffffff, 1, 2};
    private static final int[] PAYLOADS = {0, 0, 0, 100, 700, 1500, 9000};
    private static final Envelope[] ENVELOPES = {Envelope.NONE, Envelope.NONE, Envelope.PACKET, Envelope.PACKET,
            Envelope.PACKET, Envelope.ADDRESSED, Envelope.WITHOUT_RECIPIENT, Envelope.PACKET_TO_SELF,
            Envelope.SEGMENTED, Envelope.SEGMENTED_TO_SELF};
    private static final Envelope[] WRONG = {Envelope.FOREIGN, Envelope.UNRESOLVED};
    private static final Op.Kind[] STATES = {Op.Kind.CLOSE, Op.Kind.MOVE, Op.Kind.MOVE, Op.Kind.REREGISTER,
            Op.Kind.REREGISTER, Op.Kind.CONNECT, Op.Kind.CONNECT, Op.Kind.DISCONNECT, Op.Kind.DISCONNECT};
    private static final Op.Kind[] OPTIONS = {Op.Kind.AUTO_READ_ON, Op.Kind.AUTO_READ_OFF, Op.Kind.NARROW_MARKS,
            Op.Kind.WIDE_MARKS, Op.Kind.MESSAGES_PER_READ, Op.Kind.MESSAGES_PER_WRITE, Op.Kind.READS,
            Op.Kind.ALLOCATOR, Op.Kind.PAYLOAD, Op.Kind.JOINED_ON, Op.Kind.JOINED_OFF};

    private final SocketKind kind;
    /** How many of these sizes the channel, which may not read, may still be sent, and then the peer. */
    private final int[] large = {2, 2};
    private final int[] medium = {4, 4};

    private DatagramPrograms(long seed) {
        super(seed);
        SocketKind[] kinds = {SocketKind.UDP, SocketKind.UDP, SocketKind.UDP6, SocketKind.UNIX_DATAGRAM};
        kind = kinds[below(kinds.length)];
    }

    static Program generate(long seed) {
        return new DatagramPrograms(seed).program(seed);
    }

    private Program program(long seed) {
        Settings settings = new DatagramSettings(kind, chance(40), chance(65), chance(20), oneOf(FIXED_READS),
                oneOf(MESSAGES), oneOf(WRITTEN), oneOf(PAYLOADS), chance(20));
        return new Program(seed, kind, settings, steps());
    }

    @Override
    void peerActions(List<PeerAction> actions) {
        if (chance(80)) {
            actions.add(new PeerAction(PeerAction.Kind.SEND, size(0)));
        }
        if (chance(25)) {
            for (int i = below(MAX_BURST); i >= 0; i--) {
                actions.add(new PeerAction(PeerAction.Kind.SEND, oneOf(SMALL)));
            }
        }
        if (chance(12)) {
            actions.add(new PeerAction(chance(50) ? PeerAction.Kind.READ_NOTHING : PeerAction.Kind.READ_ALL, 0));
        }
        if (chance(15)) {
            actions.add(new PeerAction(chance(60) ? PeerAction.Kind.CLOSE : PeerAction.Kind.OPEN, 0));
        }
        if (actions.isEmpty()) {
            peerActions(actions);
        }
    }

    private int size(int receiver) {
        int die = below(100);
        if (die < 8 && large[receiver] > 0) {
            large[receiver]--;
            return oneOf(LARGE);
        }
        if (die < 25 && medium[receiver] > 0) {
            medium[receiver]--;
            return oneOf(MEDIUM);
        }
        return oneOf(SMALL);
    }

    @Override
    Op op(int id, Op.Kind kind) {
        if (kind.hasValue()) {
            return new Op(id, kind, Shape.DEFAULT, value(kind), List.of());
        }
        Envelope envelope = chance(96) ? ENVELOPES[below(ENVELOPES.length)] : WRONG[below(WRONG.length)];
        Shape shape = Shape.values()[below(Shape.FILE_REGION.ordinal())];
        if (chance(5)) {
            Shape[] wrong = {Shape.FILE_REGION, Shape.UNSUPPORTED, Shape.RELEASED};
            shape = wrong[below(wrong.length)];
        }
        if (envelope == Envelope.WITHOUT_RECIPIENT && shape.mayBeCopied()) {
            // Netty's channels fail, and leak the copy.
            shape = Shape.POOLED_DIRECT;
        }
        boolean toSelf = envelope == Envelope.PACKET_TO_SELF || envelope == Envelope.SEGMENTED_TO_SELF;
        int size = chance(4) && !envelope.isSegmented() ? oneOf(TOO_LARGE) : size(toSelf ? 0 : 1);
        // Behind an empty one Netty's UDP channels send the next message twice.
        return new Op(id, kind, shape, envelope, size == 0 && !this.kind.isUnix() ? 1 : size, List.of());
    }

    private int value(Op.Kind kind) {
        switch (kind) {
            case MESSAGES_PER_WRITE:
                return oneOf(WRITTEN);
            case READS:
                return oneOf(FIXED_READS);
            case PAYLOAD:
                return oneOf(PAYLOADS);
            case ALLOCATOR:
                return below(DatagramSubject.ALLOCATORS);
            default:
                return oneOf(MESSAGES);
        }
    }

    @Override
    Op.Kind kind() {
        int die = below(100);
        if (die < 38) {
            return Op.Kind.WRITE_AND_FLUSH;
        }
        if (die < 50) {
            return Op.Kind.WRITE;
        }
        if (die < 56) {
            return Op.Kind.FLUSH;
        }
        if (die < 67) {
            return Op.Kind.READ;
        }
        if (die < 70) {
            return Op.Kind.USER_EVENT;
        }
        return die < 85 ? STATES[below(STATES.length)] : OPTIONS[below(OPTIONS.length)];
    }
}
