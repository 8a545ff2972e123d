/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import java.util.EnumSet;
import java.util.List;

/** Something done to the channel under test, and what its promise's listener then does. */
final class Op {
    enum Kind {
        READ, AUTO_READ_ON, AUTO_READ_OFF, WRITE, FLUSH, WRITE_AND_FLUSH, SHUT_OUTPUT, SHUT_INPUT, SHUTDOWN, CLOSE,
        /** To the other loop: deregister, and register in the listener. */
        MOVE,
        /** The same, but to the loop that it was on. */
        REREGISTER,
        HALF_CLOSURE_ON, HALF_CLOSURE_OFF, NARROW_MARKS, WIDE_MARKS, USER_EVENT,
        /** Of datagrams only, as is what follows. */
        CONNECT, DISCONNECT,
        /** An option's new value is the operation's size. */
        MESSAGES_PER_READ, MESSAGES_PER_WRITE, READS, ALLOCATOR, PAYLOAD, JOINED_ON, JOINED_OFF;

        /** What a stream's programs are made of. */
        static final List<Kind> OF_STREAMS = List.copyOf(EnumSet.range(READ, USER_EVENT));

        boolean hasPromise() {
            return ordinal() >= WRITE.ordinal() && ordinal() <= REREGISTER.ordinal() && this != FLUSH
                    || this == CONNECT || this == DISCONNECT;
        }

        boolean hasValue() {
            return ordinal() >= MESSAGES_PER_READ.ordinal() && ordinal() <= PAYLOAD.ordinal();
        }

        boolean hasMessage() {
            return this == WRITE || this == WRITE_AND_FLUSH;
        }
    }

    /** Names the operation, and its message's bytes, in traces. */
    final int id;
    final Kind kind;
    final Shape shape;
    final Envelope envelope;
    final int size;
    final List<Op> then;

    Op(int id, Kind kind, Shape shape, int size, List<Op> then) {
        this(id, kind, shape, Envelope.NONE, size, then);
    }

    Op(int id, Kind kind, Shape shape, Envelope envelope, int size, List<Op> then) {
        this.id = id;
        this.kind = kind;
        this.shape = shape;
        this.envelope = envelope;
        this.size = size;
        this.then = List.copyOf(then);
    }

    Op with(int newSize, List<Op> newThen) {
        return new Op(id, kind, shape, envelope, newSize, newThen);
    }

    Op with(Shape newShape) {
        return new Op(id, kind, newShape, envelope, size, then);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder().append(id).append(':').append(kind);
        if (kind.hasMessage()) {
            text.append('(').append(shape).append(envelope == Envelope.NONE ? "" : " in " + envelope).append(' ')
                    .append(size).append(')');
        } else if (kind.hasValue()) {
            text.append('(').append(size).append(')');
        }
        if (!then.isEmpty()) {
            text.append(" then ").append(then);
        }
        return text.toString();
    }
}
