/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.buffer.ByteBuf;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.pollring.ring.Abi;
import io.pollring.ring.BufferRing;
import io.pollring.ring.Errno;
import io.pollring.ring.RingException;
import io.pollring.ring.RingFeature;
import io.pollring.ring.UserData;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Has the ring receive for streams, into buffers that all of them share. Bytes are copied out of them when the handle
 * reads, so that a buffer is back with the kernel after the turn, whatever becomes of the bytes.
 *
 * <p>Most receives stay armed while their handle does not ask for more: it may do so before anything comes, as handles
 * that read on demand do. Only when something comes that nobody has asked for is the receive cancelled. Its bytes stay
 * in the loop's {@link ReceiveMemory}; when that is short receives are armed only while their handles ask.
 *
 * <p>Not for all streams may more be received than was asked for. For the others the receive is cancelled as soon as the
 * handle does not ask, which comes before what arrives meanwhile: the ring has to run its work in the enter that submits
 * the cancellation, and not before it. Where the handle reads on demand, such a receive completes once, and is armed
 * anew when the handle has taken what came and asks again.
 *
 * <p>A receive hears of data, but not always of the end behind it: if both come while it is being armed, the kernel
 * (6.18 at least) may tell of the data and then wait for an event that has been. So a poll goes on to watch for the end.
 * If that is a reset, or the end of a UNIX socket, the receive is cancelled, and the handle reads by itself.
 *
 * <p>Belongs to the loop's thread.
 */
final class Receiver {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(Receiver.class);
    /**
     * As far as the kernel can be told, no more is received than this and a part of a buffer before a handle asks. Where
     * one took all and asked for more each time, the next may bring twice as much: to arm it anew takes a tenth of the
     * time of two messages of 4 KiB.
     */
    static final int MAX_AHEAD_BYTES = 2 * ReceiveMemory.BUFFER_BYTES;
    private static final int MAX_STEADY_RECEIVES = 3;
    private static final int MIN_TURNS_TO_WAIT = 16;
    private static final int MAX_TURNS_TO_WAIT = 16 * 1024;

    private final CurrentRing current;
    private final WorkQueues queues;
    private final QuietReceives quiet;
    private final LoopMetrics metrics;
    private final LoopMemory loopMemory;
    /** Made for the first receive. */
    private ReceiveMemory memory;
    private boolean usable;
    /** A receive that has brought so many bytes is over; 0 if the kernel knows no such limit. */
    private int limit;
    private int generation;
    /** After so many turns memory is asked for again; 0 if it may be at once. */
    private int turnsToWait;
    private int nextTurnsToWait = MIN_TURNS_TO_WAIT;

    Receiver(CurrentRing current, WorkQueues queues, QuietReceives quiet, LoopMetrics metrics, LoopMemory loopMemory) {
        this.current = current;
        this.queues = queues;
        this.quiet = quiet;
        this.metrics = metrics;
        this.loopMemory = loopMemory;
    }

    /** The current ring is another one, which knows of no receive yet. */
    void ringChanged() {
        usable = current.movesBytes();
        limit = usable && current.get().has(RingFeature.RECEIVE_LIMIT) ? MAX_AHEAD_BYTES : 0;
    }

    /** Whether receives can be armed. */
    boolean isUsable() {
        return usable && turnsToWait == 0;
    }

    /** Whether nothing is to be received that nobody asks for. */
    boolean isShortOfMemory() {
        return memory != null && memory.isShort();
    }

    /** {@code registration} is new. Nothing is received for it before something has come, if that is not wanted. */
    void begin(StreamRegistration registration) {
        if (usable && quiet.isWanted()) {
            registration.reception = registration.reception.begun();
        }
    }

    /** What {@code registration} has received by now is all there is. */
    void ringCloses(StreamRegistration registration) {
        if (registration.reception.isInKernel()) {
            if (current.hasLost()) {
                // What was lost may have been its last completion, with the only word of bytes that it had taken.
                failed(registration, Errno.EBADR);
                if (registration.isValid()) {
                    registration.ready |= Abi.POLLIN | Abi.POLLRDHUP | Abi.POLLERR;
                    queues.ready().add(registration);
                } else {
                    // The kernel had not confirmed its end. The handle may go on without it, but with no hole.
                    registration.lost();
                }
            } else {
                registration.reception = registration.reception.off();
            }
        }
        registration.recheck |= Abi.POLLIN;
        handOverBytes(registration);
    }

    /** The ring is about to be closed, and all registrations were told. */
    void release() {
        usable = false;
        if (memory != null) {
            memory.release();
            memory = null;
        }
    }

    /** Brings the kernel in step with what {@code registration} wants. Needs a slot in the submission queue. */
    void reify(StreamRegistration registration) {
        if (registration.reception.isArmed()) {
            cancel(registration);
        } else if (openMemory()) {
            registration.receptionGeneration = ++generation;
            registration.reception = registration.reception.armed(registration.readsPieces());
            if (registration.reception == Reception.ARMED_ONCE) {
                current.queue().receiveOnce(registration.fd(), userData(RequestKind.RECEIVE, registration));
            } else {
                // For a UNIX socket, which has no window, nothing is read ahead.
                int bytes = registration.isAhead() ? limit << registration.steadyReceives : 0;
                current.queue().receive(registration.fd(), bytes, userData(RequestKind.RECEIVE, registration));
                // It looks at the socket anew.
                registration.recheck &= ~Abi.POLLIN;
            }
            metrics.receivesArmed.increment();
            quiet.armed(registration.slot);
        }
    }

    private boolean openMemory() {
        if (memory != null) {
            return true;
        }
        try {
            memory = new ReceiveMemory(current.get(), queues, loopMemory);
            return true;
        } catch (RingException e) {
            logger.info("The ring receives for no channel: {}", e.getMessage());
            usable = false;
        } catch (Throwable t) {
            // Want of memory, by whoever uses it up. Channels read by themselves until there is some.
            logger.debug("There is no memory for the ring to receive into", t);
            turnsToWait = nextTurnsToWait;
            nextTurnsToWait = Math.min(2 * nextTurnsToWait, MAX_TURNS_TO_WAIT);
        }
        return false;
    }

    /** If something came that the handle does not ask for, no more is to be received until it has taken that. */
    void settleUnasked(PollRegistration registration) {
        if (!(registration instanceof StreamRegistration)) {
            return;
        }
        StreamRegistration stream = (StreamRegistration) registration;
        boolean asks = (stream.desired & Abi.POLLIN) != 0;
        if (stream.received > 0 || !asks && !stream.reception.isArmed()) {
            stream.steadyReceives = 0;
        }
        if (stream.received > 0 && !asks) {
            stream.reception = stream.reception.unwanted();
            // Until the handle takes that, more may come.
            stream.recheck |= Abi.POLLIN;
        }
    }

    /** Needs a slot in the submission queue. */
    void cancel(StreamRegistration registration) {
        current.queue().cancel(userData(RequestKind.RECEIVE, registration), userData(RequestKind.RECEIVE_CANCEL, registration));
        registration.reception = registration.reception.cancelling();
        registration.steadyReceives = 0;
    }

    /** The cancellation of a receive has completed; {@code registration} is {@code null} if the receive is over. */
    void cancelCompleted(StreamRegistration registration, int result) {
        if (result < 0 && registration != null) {
            // The kernel had the receive in its hands. It has to be asked again.
            registration.reception = registration.reception.notCancelled();
            queues.changed(registration);
        }
    }

    private static long userData(int kind, StreamRegistration registration) {
        return UserData.encode(kind, registration.slot, registration.receptionGeneration);
    }

    /** A receive has completed. Takes the buffer back at once if {@code registration} is {@code null}. */
    void completed(StreamRegistration registration, int result, int flags) {
        int buffer = BufferRing.bufferId(flags);
        if (registration == null) {
            metrics.stale.increment();
            if (buffer >= 0) {
                memory.drop(buffer);
            }
            return;
        }
        if (buffer >= 0) {
            metrics.receives.increment();
            registration.receiveWorks();
            quiet.heard(registration.slot);
            memory.append(registration, buffer, result);
        }
        if ((flags & Abi.CQE_F_MORE) != 0 && !registration.state.isClosed()) {
            registration.ready |= Abi.POLLIN;
            queues.ready().add(registration);
            return;
        }
        if ((flags & Abi.CQE_F_MORE) == 0) {
            ended(registration, result, flags);
        }
        if (registration.state.isClosed()) {
            handOver(registration);
            return;
        }
        if (registration.reception.isOver()) {
            // What a poll would say: handles look for the rest of the data, and for the end behind it.
            registration.ready |= registration.reception == Reception.ENDED
                    ? Abi.POLLIN | Abi.POLLRDHUP : Abi.POLLIN | Abi.POLLRDHUP | Abi.POLLERR;
        } else if (registration.received > 0) {
            registration.ready |= Abi.POLLIN;
        }
        if (registration.ready != 0) {
            queues.ready().add(registration);
        }
        queues.changed(registration);
    }

    private void ended(StreamRegistration registration, int result, int flags) {
        Reception before = registration.reception;
        if (result > 0) {
            registration.reception = before.off();
            if (before == Reception.ARMED) {
                registration.steadyReceives = (byte) Math.min(registration.steadyReceives + 1, MAX_STEADY_RECEIVES);
            }
            if (!before.isAtEnd()) {
                // The poll goes on to watch for the end, and the next receive, or a poll for data, looks at the socket
                // anew. What comes after this receive needs no look before: a handle would find nothing.
                if (before != Reception.ARMED || (flags & Abi.CQE_F_SOCK_NONEMPTY) != 0) {
                    registration.recheck |= Abi.POLLIN;
                }
                return;
            }
        } else if (result == 0) {
            registration.reception = registration.isReceivable() ? before.over(false) : before.off();
        } else {
            endedWithout(registration, result);
        }
        // What a poll has told meanwhile of data and end was left to the receive; and of a handle that reads by itself by
        // now, as it has shut its input down, so was what the socket says of that: there may be data behind it.
        registration.recheckAll();
    }

    private void endedWithout(StreamRegistration registration, int result) {
        if (result == -Errno.ENOBUFS) {
            metrics.receivesStarved.increment();
            registration.receiveStarved();
        } else if (result == -Errno.EINVAL || result == -Errno.EOPNOTSUPP) {
            // The file's kind. What the kernel can do at all was tried when the ring was made.
            logger.debug("The ring cannot receive for fd {}: {}", registration.fd(), Errno.name(-result));
            registration.reception = registration.reception.refused();
        } else if (result == -Errno.ECANCELED && !registration.reception.isArmed()) {
            registration.reception = registration.reception.off();
        } else if (isPassing(result)) {
            registration.receiveFailed();
        } else {
            failed(registration, -result);
        }
    }

    private static void failed(StreamRegistration registration, int errno) {
        registration.reception = registration.reception.over(true);
        registration.receptionErrno = (short) errno;
    }

    /** Whether a receive that has ended so says nothing of the stream. Nobody here has asked for a cancelled one. */
    private static boolean isPassing(int result) {
        return result == -Errno.ENOMEM || result == -Errno.ECANCELED || result == -Errno.EAGAIN
                || result == -Errno.EINTR;
    }

    /** See {@link StreamRegistration#receive}. */
    int take(StreamRegistration registration, ByteBuf target, int index, int length) throws IOException {
        int taken = registration.received == 0 ? 0 : memory.take(registration, target, index, length);
        if (taken > 0 && !registration.isAhead()) {
            queues.changed(registration);
        }
        if (taken > 0 || !registration.reception.isOver()) {
            return taken;
        }
        if (registration.reception == Reception.FAILED) {
            // As the socket does: the next read finds the end.
            registration.reception = registration.reception.told();
            StreamRegistration.fail(registration.fd(), registration.receptionErrno);
        }
        return -1;
    }

    /** Shows the kernel what buffers it can have: to be called once a turn, before it is entered. */
    void publish() {
        if (memory != null) {
            memory.publish();
        } else if (turnsToWait > 0) {
            turnsToWait--;
        }
    }

    /** Leaves what was received and not taken to the handle, and what the receive has failed with. */
    void handOver(StreamRegistration registration) {
        handOverBytes(registration);
        if (registration.reception == Reception.FAILED) {
            // The socket has told its error, and now has nothing but its end to tell.
            registration.reception = registration.reception.told();
            if (!registration.keepFailure(registration.receptionErrno)) {
                registration.lost();
            }
        }
    }

    /** An end behind them stays with the registration. */
    private void handOverBytes(StreamRegistration registration) {
        boolean kept = true;
        while (registration.received > 0) {
            ByteBuffer bytes = memory.first(registration);
            // What would come behind a hole is of no use.
            kept = kept && registration.keep(bytes, registration.received - bytes.remaining());
            memory.dropFirst(registration);
        }
        if (!kept) {
            registration.lost();
        }
    }
}
