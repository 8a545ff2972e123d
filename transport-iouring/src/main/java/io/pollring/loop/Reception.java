/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

/**
 * How the ring receives for a stream: the states, and every transition between them. A transition that is not in the
 * table of {@code docs/design.md} is an {@link AssertionError}.
 *
 * <p>"At end" is a connection of which a poll has told that its peer is done, or that it is reset. None of those is
 * received for again. "Quiet" is one on which nothing has come yet, or for long: see {@link QuietReceives}.
 */
enum Reception {
    /** No receive is in the kernel. One is armed when the handle asks for data. */
    OFF,
    /** A poll tells of data, and the handle reads it by itself: so often as is counted, before it is {@link #OFF}. */
    POLLED,
    /** A poll tells of data, and is over then. The handle reads by itself; if that comes often it is {@link #OFF} next. */
    QUIET,
    /** A receive is in the kernel, or queued for it. It goes on until it is cancelled or has brought its limit. */
    ARMED,
    /** A receive for one piece is in the kernel, or queued for it. */
    ARMED_ONCE,
    /** A receive is in the kernel, and will tell of the end that a poll has told of. */
    ARMED_AT_END,
    /** A receive is in the kernel, and has to be cancelled: a poll is enough for a connection that is quiet. */
    ARMED_QUIET,
    /** A receive is in the kernel, and has to be cancelled: something came that nobody has asked for. */
    UNWANTED,
    /** A receive is in the kernel, and has to be cancelled: of the end that a poll has told of it may never hear. */
    UNWANTED_AT_END,
    /** A receive is being cancelled. What it brings until its last completion counts. */
    CANCELLING,
    /** A receive is being cancelled, and a poll has told of the end. */
    CANCELLING_AT_END,
    /** A receive is being cancelled that has brought nothing for long. */
    CANCELLING_QUIET,
    /** No receive is in the kernel. The handle reads by itself what is left, and finds the end. */
    OFF_AT_END,
    /** The kernel cannot receive for this fd. The handle reads by itself. */
    REFUSED,
    /** The receive has ended with an error, which the handle is still to be told behind the bytes that came before. */
    FAILED,
    /** The receive has met the end of the stream, or its error was told. */
    ENDED;

    /** Whether a receive is in the kernel, or queued for it. */
    boolean isInKernel() {
        switch (this) {
            case ARMED:
            case ARMED_ONCE:
            case ARMED_AT_END:
            case ARMED_QUIET:
            case UNWANTED:
            case UNWANTED_AT_END:
            case CANCELLING:
            case CANCELLING_AT_END:
            case CANCELLING_QUIET:
                return true;
            default:
                return false;
        }
    }

    /** Whether a receive is in the kernel that is not being cancelled. */
    boolean isArmed() {
        return isInKernel() && this != CANCELLING && this != CANCELLING_AT_END && this != CANCELLING_QUIET;
    }

    /** Whether the receive has to be cancelled. */
    boolean isUnwanted() {
        return this == UNWANTED || this == UNWANTED_AT_END || this == ARMED_QUIET;
    }

    /** Whether a poll has told of the end, so that it need not tell again. */
    boolean isAtEnd() {
        return this == ARMED_AT_END || this == UNWANTED_AT_END || this == CANCELLING_AT_END || this == OFF_AT_END;
    }

    /** Whether the receive has told how the stream ends. */
    boolean isOver() {
        return this == FAILED || this == ENDED;
    }

    /** A receive is queued for the kernel. */
    Reception armed(boolean once) {
        check(this == OFF);
        return once ? ARMED_ONCE : ARMED;
    }

    /** A poll has told of the end. @param heard whether the receive will tell it, too */
    Reception atEnd(boolean heard) {
        switch (this) {
            case ARMED:
            case ARMED_ONCE:
            case ARMED_AT_END:
                return heard ? ARMED_AT_END : UNWANTED_AT_END;
            case ARMED_QUIET:
            case UNWANTED:
            case UNWANTED_AT_END:
                return UNWANTED_AT_END;
            case CANCELLING:
            case CANCELLING_AT_END:
            case CANCELLING_QUIET:
                return CANCELLING_AT_END;
            default:
                throw new AssertionError(this);
        }
    }

    /** Nobody wants what the receive may bring. */
    Reception unwanted() {
        switch (this) {
            case ARMED:
            case ARMED_ONCE:
            case ARMED_QUIET:
                return UNWANTED;
            case ARMED_AT_END:
                return UNWANTED_AT_END;
            case CANCELLING_QUIET:
                return CANCELLING;
            default:
                return this;
        }
    }

    /** The registration is new: nothing has come yet. */
    Reception begun() {
        check(this == OFF);
        return QUIET;
    }

    /** Nothing has come for long. */
    Reception silent() {
        return this == ARMED || this == ARMED_ONCE ? ARMED_QUIET : this;
    }

    /** A handle that is quiet was given something, and not for the first time of late. */
    Reception heard() {
        return this == QUIET ? OFF : this;
    }

    /** A cancellation is queued for the kernel. */
    Reception cancelling() {
        check(isArmed());
        if (isAtEnd()) {
            return CANCELLING_AT_END;
        }
        return this == ARMED_QUIET ? CANCELLING_QUIET : CANCELLING;
    }

    /** The cancellation came too early or too late: it has to be made again, if the receive is still there. */
    Reception notCancelled() {
        switch (this) {
            case CANCELLING:
                return UNWANTED;
            case CANCELLING_AT_END:
                return UNWANTED_AT_END;
            case CANCELLING_QUIET:
                return ARMED_QUIET;
            default:
                return this;
        }
    }

    /** The receive is over, and says nothing of the stream; or was taken back before the kernel knew of it. */
    Reception off() {
        check(isInKernel());
        if (isAtEnd()) {
            return OFF_AT_END;
        }
        return this == CANCELLING_QUIET ? QUIET : OFF;
    }

    /** The receive is over, and none is to be tried before the handle has read by itself. */
    Reception polled() {
        check(isInKernel());
        return isAtEnd() ? OFF_AT_END : POLLED;
    }

    /** The receive is over, and none is to be tried again. */
    Reception refused() {
        check(isInKernel());
        return isAtEnd() ? OFF_AT_END : REFUSED;
    }

    /** The handle has read by itself as often as it should. */
    Reception retried() {
        check(this == POLLED);
        return OFF;
    }

    /** The receive is over, and so is the stream. @param failed whether with an error */
    Reception over(boolean failed) {
        check(isInKernel());
        return failed ? FAILED : ENDED;
    }

    /** The handle knows of the error. */
    Reception told() {
        return this == FAILED ? ENDED : this;
    }

    private void check(boolean allowed) {
        if (!allowed) {
            throw new AssertionError(this);
        }
    }
}
