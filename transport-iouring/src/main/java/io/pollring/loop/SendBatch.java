/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.buffer.Unpooled;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.IovArray;
import io.netty.channel.unix.Limits;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.pollring.ring.Errno;
import io.pollring.ring.MessageHeaders;
import io.pollring.ring.Ring;
import io.pollring.ring.RingException;
import io.pollring.ring.SubmissionQueue;
import io.pollring.ring.UserData;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The sends of one turn. None waits for room in its socket, so each is over when the kernel has consumed its request:
 * the kernel never reads a buffer after the call that submits it, and what was sent completely needs no completion.
 *
 * <p>Belongs to the loop's thread.
 */
public final class SendBatch {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(SendBatch.class);
    /** Stands for a send of which no completion has told anything: the kernel has sent all of it. */
    private static final int COMPLETE = Integer.MIN_VALUE;
    private static final int MAX_GATHERING = 64;

    private final int kind;
    private final Poller poller;
    private final LoopMetrics metrics;
    private final LoopMemory memory;
    private final RegistrationQueue waiting;
    private final Request request = new Request();
    /** Made when it is first needed, as are the headers. */
    private IovArray iovecs;
    private MessageHeaders headers;

    private StreamRegistration[] senders = new StreamRegistration[64];
    private int[] lengths = new int[64];
    private int[] results = new int[64];
    private int[] positions = new int[64];
    private int size;
    private int gathering;
    private int generation;

    /** @param kind what the user data of a send is marked with */
    SendBatch(int kind, Poller poller, RegistrationTable table, LoopMetrics metrics, LoopMemory memory) {
        this.memory = memory;
        waiting = new RegistrationQueue(PollRegistration.MEMBER_OF_SENDS, table, memory);
        this.kind = kind;
        this.poller = poller;
        this.metrics = metrics;
    }

    /** @return whether there is memory for it */
    @SuppressWarnings("deprecation") // The other constructor's memory has to be freed by hand.
    private boolean openGathering() {
        try {
            ByteBuffer bytes = memory.direct(Limits.IOV_MAX * IovArray.IOV_SIZE).order(ByteOrder.nativeOrder());
            IovArray array = new IovArray(Unpooled.wrappedBuffer(bytes).setIndex(0, 0));
            headers = memory.headers(MAX_GATHERING);
            iovecs = array;
            return true;
        } catch (OutOfMemoryError e) {
            // There may be some later: the next who has many buffers to send tries again.
            logger.debug("There is no memory for gathered sends", e);
            return false;
        }
    }

    void add(StreamRegistration registration) {
        waiting.add(registration);
    }

    /** Whether there is something to send, or something was sent and not told. */
    boolean isPending() {
        return waiting.size() > 0 || size > 0;
    }

    /** Turns what waits to be sent into requests, as many as there is room for. */
    void reify(SubmissionQueue queue) {
        for (int n = waiting.size(); n > 0 && !isFull(); n--) {
            if (queue != null) {
                // If this finds that the ring is lost, whoever waits must still do so in the next turn.
                queue.reserve(1);
            }
            StreamRegistration registration = (StreamRegistration) waiting.take();
            if (registration.isValid() && !(queue != null && mayPrepare(registration) && prepare(queue, registration))) {
                // The handle goes on by itself. It may close what others have made requests for.
                registration.sent(-Errno.EAGAIN, false);
                poller.revokeClosed();
            }
        }
    }

    /** Not for an fd that was closed behind the loop's back: its number may be another's by now. */
    private static boolean mayPrepare(StreamRegistration registration) {
        return registration.isBatching() && registration.isOpen();
    }

    /** @return whether the handle has a request now */
    private boolean prepare(SubmissionQueue queue, StreamRegistration registration) {
        int before = size;
        request.begin(queue, registration);
        try {
            registration.streamHandle().prepareSend(request);
        } catch (Throwable t) {
            Trouble.warn(logger, "The handle of {} threw while it prepared what to send", registration, t);
        } finally {
            request.end();
        }
        if (size == 0 && iovecs != null) {
            // It may have added some before it threw. Behind others' they stay until these are sent.
            iovecs.clear();
        }
        return size > before;
    }

    private boolean isFull() {
        return gathering == MAX_GATHERING || iovecs != null && iovecs.count() >= Limits.IOV_MAX / 2;
    }

    /** A send that was not complete has told how far it came. */
    void completed(int index, int generation, int result) {
        if (generation == this.generation && index < size) {
            results[index] = result;
        } else {
            metrics.stale.increment();
        }
    }

    /**
     * Tells the handles what has become of their sends, if the kernel has consumed them.
     *
     * @return whether there were any
     */
    boolean tellAll() {
        Ring ring = poller.ring();
        if (size == 0 || ring != null && ring.submissionQueue().pending() > 0) {
            return false;
        }
        // Handles that hear of it may want to send more, but nothing is added before the next turn.
        int count = size;
        for (int i = 0; i < count; i++) {
            tell(i);
        }
        clear();
        return true;
    }

    private void tell(int i) {
        StreamRegistration registration = senders[i];
        if (registration != null) {
            senders[i] = null;
            boolean complete = results[i] == COMPLETE || results[i] == lengths[i];
            registration.sent(complete ? lengths[i] : results[i], complete);
        }
    }

    /** Has what a handle has prepared submitted, and tells it out of turn: it is about to be closed. */
    void settle(StreamRegistration registration) {
        for (int i = 0; i < size; i++) {
            if (senders[i] == registration) {
                if (isUnderWay(i)) {
                    submit();
                }
                if (isUnderWay(i)) {
                    // The kernel would not have it now. It must not find it later either: the bytes may be gone then.
                    poller.ring().submissionQueue().revoke(positions[i]);
                    results[i] = -Errno.EAGAIN;
                }
                Ring ring = poller.ring();
                if (ring != null && ring.hasLost()) {
                    completionsWereLost(ring.submissionQueue());
                }
                tell(i);
                return;
            }
        }
    }

    /** What the kernel has not consumed of fds that were closed since must not be sent to whoever has their number. */
    void revokeClosed(SubmissionQueue queue) {
        for (int i = 0; i < size; i++) {
            if (senders[i] != null && isUnderWay(i) && !senders[i].isOpen()) {
                queue.revoke(positions[i]);
                results[i] = -Errno.EBADF;
            }
        }
    }

    /** Whether the kernel has still to consume the request. */
    private boolean isUnderWay(int i) {
        Ring ring = poller.ring();
        return results[i] == COMPLETE && ring != null && !ring.submissionQueue().isConsumed(positions[i]);
    }

    private void submit() {
        Ring ring = poller.ring();
        try {
            poller.revokeClosed();
            ring.submitNow();
        } catch (RingException e) {
            poller.ringFailed(e);
            // What it has consumed before it failed it has answered.
            ring.collectLast();
        }
    }

    /** Silence stands for success no more: what was lost may have told of a send that was cut short, or has failed. */
    void completionsWereLost(SubmissionQueue queue) {
        for (int i = 0; i < size; i++) {
            if (results[i] == COMPLETE && queue.isConsumed(positions[i])) {
                results[i] = -Errno.EBADR;
            }
        }
    }

    /**
     * To be called by a handle that was told {@code result}, which is not greater than 0.
     *
     * @throws IOException unless it is only that the socket is full
     */
    public static void check(int fd, int result) throws IOException {
        if (result == -Errno.EBADR) {
            throw new IOException("send of fd " + fd + ": how much was sent is not known: the kernel had no memory to tell"
                    + " of it (EBADR)");
        }
        Errors.ioResult("send", result);
    }

    /** What the kernel has not consumed by now was not sent. All is known now: the next queue has other positions. */
    void ringCloses(SubmissionQueue queue) {
        for (int i = 0; i < size; i++) {
            if (results[i] == COMPLETE) {
                results[i] = queue.isConsumed(positions[i]) ? lengths[i] : -Errno.EAGAIN;
            }
        }
    }

    private void clear() {
        Arrays.fill(senders, 0, size, null);
        size = 0;
        generation++;
        gathering = 0;
        if (iovecs != null) {
            iovecs.clear();
        }
    }

    void release() {
        if (headers != null) {
            headers.release();
            headers = null;
            iovecs = null;
        }
    }

    /** What a handle is to be sent: to be filled in by {@link StreamHandle#prepareSend}, or not. */
    public final class Request {
        private SubmissionQueue queue;
        private StreamRegistration registration;

        private Request() { }

        private void begin(SubmissionQueue queue, StreamRegistration registration) {
            this.queue = queue;
            this.registration = registration;
        }

        private void end() {
            queue = null;
            registration = null;
        }

        /** To send these bytes; they are read once, before the handle is told. */
        public void send(long address, int length) {
            int index = next(length);
            queue.send(registration.fd(), address, length, UserData.encode(kind, index, generation));
        }

        /** Whether there are {@link #iovecs()}: there is always room for 64 more. If not, the handle must send by itself. */
        public boolean canGather() {
            return iovecs != null || openGathering();
        }

        /** Where to add what is to be gathered, behind what others have added. */
        public IovArray iovecs() {
            return iovecs;
        }

        /** To send the {@code iovecs} from {@code first} on. */
        public void gather(int first, int length) {
            int index = next(length);
            long header = headers.set(gathering++, iovecs.memoryAddress(first), iovecs.count() - first);
            queue.sendMessage(registration.fd(), header, UserData.encode(kind, index, generation));
        }

        private int next(int length) {
            int index = size;
            if (index == senders.length) {
                grow(index * 2);
            }
            size++;
            senders[index] = registration;
            lengths[index] = length;
            results[index] = COMPLETE;
            positions[index] = queue.position();
            metrics.sends.increment();
            return index;
        }

        /** All or nothing: there may be no memory. */
        private void grow(int larger) {
            StreamRegistration[] moreSenders = memory.copyOf(senders, larger);
            int[] moreLengths = memory.copyOf(lengths, larger);
            int[] moreResults = memory.copyOf(results, larger);
            positions = memory.copyOf(positions, larger);
            senders = moreSenders;
            lengths = moreLengths;
            results = moreResults;
        }
    }
}
