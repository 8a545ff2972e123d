/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import io.pollring.testsuite.differential.Op.Kind;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What programs do that may come later on some transports than on epoll, as docs/limits.md has it. */
final class Lateness {
    private static final Set<Kind> ENDS =
            EnumSet.of(Kind.SHUT_OUTPUT, Kind.SHUT_INPUT, Kind.SHUTDOWN, Kind.CLOSE, Kind.MOVE, Kind.REREGISTER);
    private static final Set<Kind> MOVES = EnumSet.of(Kind.MOVE, Kind.REREGISTER);
    private static final Set<Kind> FLUSHES = EnumSet.of(Kind.FLUSH, Kind.WRITE_AND_FLUSH);
    private static final Set<Kind> INPUT_ENDS = EnumSet.of(Kind.SHUT_INPUT, Kind.SHUTDOWN);
    private static final Set<Trigger> READS = EnumSet.of(Trigger.READ, Trigger.READ_COMPLETE);

    /** Nearly what a socket takes that nobody reads. */
    private static final int FULL_BYTES = 100_000;

    /** Messages of a write that may leave some. */
    private static final int FEW_MESSAGES = 3;

    private Lateness() { }

    /**
     * Whether the listener of a write that is made in a read ends a direction of the channel, or moves it, or flushes what
     * the handler has only written. Where the loop sends what is flushed in reads, that listener runs when the reads are
     * over.
     */
    static boolean hasLateListener(Program program) {
        return program.steps.stream().flatMap(step -> step.reactions.entrySet().stream())
                .filter(entry -> READS.contains(entry.getKey())).map(Map.Entry::getValue)
                .anyMatch(Lateness::hasLateListener);
    }

    private static boolean hasLateListener(List<Op> ops) {
        boolean leavesUnflushed = ops.stream().anyMatch(op -> op.kind == Kind.WRITE);
        return ops.stream().filter(op -> op.kind.hasMessage()).anyMatch(op -> hasAny(op.then,
                inner -> ENDS.contains(inner.kind) || leavesUnflushed && FLUSHES.contains(inner.kind)));
    }

    /**
     * Whether the channel's own input is shut down, or its peer ends while it reads on demand. If reading is asked for in
     * the same turn, a poll may tell of the end before it tells of the data; what there is is then read in one go.
     */
    static boolean mayHearOfEndFirst(Program program) {
        return hasAnyOp(program, op -> INPUT_ENDS.contains(op.kind)) || readsOnDemand(program);
    }

    /**
     * Whether the listener of a message that fills the socket ends a direction of the channel, or moves it. How fast the peer
     * reads decides on every transport what of the messages behind it is sent before that is done.
     */
    static boolean isDecidedByThePeer(Program program) {
        return hasAnyOp(program, op -> op.kind.hasMessage() && op.size >= FULL_BYTES
                && hasAny(op.then, inner -> ENDS.contains(inner.kind)));
    }

    private static boolean readsOnDemand(Program program) {
        return !program.settings.autoRead || hasAnyOp(program, op -> op.kind == Kind.AUTO_READ_OFF);
    }

    /**
     * Whether {@code MAX_MESSAGES_PER_WRITE} may leave datagrams, which are written when the loop hears that the socket has
     * room. A ring may tell that behind what there is to read, and so another order of events is right; other events are
     * where something is done upon a read.
     */
    static boolean mayWriteBehindReads(Program program, boolean orderOnly) {
        return leavesDatagrams(program) && (orderOnly || program.steps.stream()
                .anyMatch(step -> READS.stream().anyMatch(step.reactions::containsKey)));
    }

    /**
     * Whether a UDP channel that reads on demand may be asked to in {@code channelRead}. Netty's channels forget that, as they
     * note that a read is over behind that call, and ours do not.
     */
    static boolean mayAskInRead(Program program) {
        return program.kind.isDatagram() && !program.kind.isUnix() && readsOnDemand(program)
                && program.steps.stream().map(step -> step.reactions).anyMatch(reactions ->
                        reactions.containsKey(Trigger.READ) && reactions.values().stream()
                                .anyMatch(ops -> hasAny(ops, op -> op.kind == Kind.READ)));
    }

    /**
     * Whether the kernel's refusal of a datagram may be told to another one that follows: it tells the first of the next
     * call, and ours send with one call what Netty's channels, but for packets, send one by one.
     */
    static boolean mayBatchMore(Program program) {
        return peerCloses(program) && program.kind.isDatagram() && !program.kind.isUnix() && hasAnyOp(program, op ->
                op.envelope == Envelope.ADDRESSED || op.envelope == Envelope.WITHOUT_RECIPIENT);
    }

    /**
     * Whether an error that a send has taken may be told once more: a ring tells what woke its poll, where epoll looks at the
     * socket when it is asked. A UDP channel that reads on demand then reads a datagram that nobody has asked for.
     */
    static boolean mayHearOfTakenError(Program program) {
        return program.kind.isDatagram() && !program.kind.isUnix() && readsOnDemand(program) && peerCloses(program);
    }

    /**
     * Whether the kernel may join what several messages at a time are read of. Netty's channels lose the size of the parts
     * then, and ours split them.
     */
    static boolean mayLosePartSize(Program program) {
        if (!(program.settings instanceof DatagramSettings)) {
            return false;
        }
        DatagramSettings settings = (DatagramSettings) program.settings;
        return (settings.joined || hasAnyOp(program, op -> op.kind == Kind.JOINED_ON))
                && (settings.payload > 0 || hasAnyOp(program, op -> op.kind == Kind.PAYLOAD));
    }

    private static boolean peerCloses(Program program) {
        return program.steps.stream().flatMap(step -> step.peer.stream())
                .anyMatch(action -> action.kind == PeerAction.Kind.CLOSE);
    }

    private static boolean leavesDatagrams(Program program) {
        return program.settings instanceof DatagramSettings
                && (((DatagramSettings) program.settings).messagesPerWrite <= FEW_MESSAGES
                || hasAnyOp(program, op -> op.kind == Kind.MESSAGES_PER_WRITE && op.size <= FEW_MESSAGES));
    }

    /**
     * Whether a UNIX socket is read on demand, or moves. The loop receives for it piece by piece, and a read may give the
     * rest of a piece only; and what it has received when the channel stops to ask makes room in the peer's socket, so that
     * the end comes earlier.
     */
    static boolean readsPieces(Program program) {
        return program.kind == SocketKind.UNIX
                && (readsOnDemand(program) || hasAnyOp(program, op -> MOVES.contains(op.kind)));
    }

    private static boolean hasAnyOp(Program program, Predicate<Op> condition) {
        return program.steps.stream()
                .flatMap(step -> Stream.concat(Stream.of(step.task), step.reactions.values().stream()))
                .anyMatch(ops -> hasAny(ops, condition));
    }

    private static boolean hasAny(List<Op> ops, Predicate<Op> condition) {
        return ops.stream().anyMatch(op -> condition.test(op) || hasAny(op.then, condition));
    }
}
