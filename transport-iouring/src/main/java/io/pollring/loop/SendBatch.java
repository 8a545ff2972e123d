/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.buffer.Unpooled;
import io.netty.channel.unix.IovArray;
import io.netty.channel.unix.Limits;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.pollring.ring.Errno;
import io.pollring.ring.MessageHeaders;
import io.pollring.ring.RingException;
import io.pollring.ring.SubmissionQueue;
import io.pollring.ring.UserData;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The sends of one turn. None waits for room in its socket, so each is over when the kernel has consumed its request:
 * the kernel never reads a buffer after the call that submits it, and what was sent completely needs no completion.
 *
 * <p>Belongs to the loop's thread.
 */
final class SendBatch {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(SendBatch.class);
    /** Stands for a send of which no completion has told anything: the kernel has sent all of it. */
    private static final int COMPLETE = Integer.MIN_VALUE;
    private static final int MAX_GATHERING = 64;

    private final CurrentRing current;
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

    SendBatch(CurrentRing current, RegistrationTable table, LoopMetrics metrics, LoopMemory memory) {
        this.current = current;
        this.metrics = metrics;
        this.memory = memory;
        waiting = new RegistrationQueue(PollRegistration.MEMBER_OF_SENDS, table, memory);
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

    /** How many wait to be asked what they want to send. */
    int waiting() {
        return waiting.size();
    }

    /** Whether no more can be prepared before the others are sent. */
    boolean isFull() {
        return gathering == MAX_GATHERING || iovecs != null && iovecs.count() >= Limits.IOV_MAX / 2;
    }

    /**
     * Turns what the first who waits wants to send into a request. May collect.
     *
     * @return {@code false} if its handle goes on by itself. It may have closed what others have made requests for
     */
    boolean reifyNext() throws RingException {
        SubmissionQueue queue = current.queue();
        if (queue != null) {
            // If this finds that the ring is lost, whoever waits must still do so in the next turn.
            queue.reserve(1);
        }
        StreamRegistration registration = (StreamRegistration) waiting.take();
        if (registration.isValid() && !(queue != null && mayPrepare(registration) && prepare(queue, registration))) {
            registration.sent(-Errno.EAGAIN, false);
            return false;
        }
        return true;
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
        SubmissionQueue queue = current.queue();
        if (size == 0 || queue != null && queue.pending() > 0) {
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

    void tell(int i) {
        StreamRegistration registration = senders[i];
        if (registration != null) {
            senders[i] = null;
            boolean complete = results[i] == COMPLETE || results[i] == lengths[i];
            registration.sent(complete ? lengths[i] : results[i], complete);
        }
    }

    /** Where among the sends of this turn that of {@code registration} is which was not told yet, or -1. */
    int find(StreamRegistration registration) {
        for (int i = 0; i < size; i++) {
            if (senders[i] == registration) {
                return i;
            }
        }
        return -1;
    }

    /** The kernel must not find the request later: the bytes may be gone then. */
    void revoke(int i) {
        current.queue().revoke(positions[i]);
        results[i] = -Errno.EAGAIN;
    }

    /** What the kernel has not consumed of fds that were closed since must not be sent to whoever has their number. */
    void revokeClosed() {
        for (int i = 0; i < size; i++) {
            if (senders[i] != null && isUnderWay(i) && !senders[i].isOpen()) {
                current.queue().revoke(positions[i]);
                results[i] = -Errno.EBADF;
            }
        }
    }

    /** Whether the kernel has still to consume the request. */
    boolean isUnderWay(int i) {
        SubmissionQueue queue = current.queue();
        return results[i] == COMPLETE && queue != null && !queue.isConsumed(positions[i]);
    }

    /** Silence stands for success no more: what was lost may have told of a send that was cut short, or has failed. */
    void completionsWereLost() {
        SubmissionQueue queue = current.queue();
        for (int i = 0; i < size; i++) {
            if (results[i] == COMPLETE && queue.isConsumed(positions[i])) {
                results[i] = -Errno.EBADR;
            }
        }
    }

    /** What the kernel has not consumed by now was not sent. All is known now: the next queue has other positions. */
    void ringCloses() {
        SubmissionQueue queue = current.queue();
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

    /** One for all: it is filled in while the handle is asked. */
    private final class Request extends SendRequest {
        private SubmissionQueue queue;
        private StreamRegistration registration;

        private void begin(SubmissionQueue queue, StreamRegistration registration) {
            this.queue = queue;
            this.registration = registration;
        }

        private void end() {
            queue = null;
            registration = null;
        }

        @Override
        public void send(long address, int length) {
            int index = next(length);
            queue.send(registration.fd(), address, length, UserData.encode(RequestKind.SEND, index, generation));
        }

        @Override
        public boolean canGather() {
            return iovecs != null || openGathering();
        }

        @Override
        public IovArray iovecs() {
            return iovecs;
        }

        @Override
        public void gather(int first, int length) {
            int index = next(length);
            long header = headers.set(gathering++, iovecs.memoryAddress(first), iovecs.count() - first);
            queue.sendMessage(registration.fd(), header, UserData.encode(RequestKind.SEND, index, generation));
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

    /** Whoever reads this may be another thread: the elements are not looked at. */
    @Override
    public String toString() {
        return "sends waiting: " + waiting.elements() + ", under way: " + size;
    }
}
