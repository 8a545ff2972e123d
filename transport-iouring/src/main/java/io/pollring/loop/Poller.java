/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.epoll.EpollIoHandle;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.pollring.loop.PollRegistration.State;
import io.pollring.ring.Abi;
import io.pollring.ring.EpollSet;
import io.pollring.ring.Ring;
import io.pollring.ring.RingException;
import io.pollring.ring.RingFeature;
import io.pollring.ring.SubmissionQueue;

import java.util.List;

/**
 * Keeps the kernel in step with what registrations desire, and brings what it tells to those it is for. Its parts do the
 * work and make every transition of {@link PollRegistration.State}: {@link RingWatcher} has the ring watch a handle,
 * {@link Reverter} the epoll set, {@link Receiver} and {@link SendBatch} have the ring move its bytes, and
 * {@link Withdrawal} takes all of that back.
 *
 * <p>Interest is gathered and reified once per turn; completions are collected first and delivered later, so no handle
 * ever runs inside another's cancellation or inside the reaping of the queue.
 *
 * <p>Belongs to the loop's thread. The ring is the loop's: this class uses it and never closes it.
 */
final class Poller {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(Poller.class);

    private final ThreadAwareExecutor executor;
    private final HandleAdapter adapter;
    private final LoopMetrics metrics;
    private final Reverter reverter;
    private final Object attachment;
    private final boolean refusePolls;
    private final LoopMemory memory;
    private final RegistrationTable table;
    private final RegistrationQueue dirty;
    private final Completions completions;
    private final EventDelivery delivery;
    private final InternalPolls internalPolls;
    private final SendBatch sends;
    private final Receiver receiver;
    private final Revoker revoker;
    private final Withdrawal withdrawal;
    private final RingWatcher watcher;

    private Ring ring;
    private boolean movesBytes;
    private RingException ringFailure;

    /**
     * @param attachment  what {@link PollRegistration#attachment()} returns
     * @param settings    of the loop
     */
    Poller(ThreadAwareExecutor executor, HandleAdapter adapter, LoopMetrics metrics, EpollSet epollSet,
           InternalPolls internalPolls, Object attachment, LoopSettings settings, LoopMemory memory) {
        this.executor = executor;
        this.adapter = adapter;
        this.metrics = metrics;
        this.internalPolls = internalPolls;
        this.attachment = attachment;
        refusePolls = settings.refusePolls;
        this.memory = memory;
        table = new RegistrationTable(memory);
        dirty = new RegistrationQueue(PollRegistration.MEMBER_OF_DIRTY, table, memory);
        reverter = new Reverter(epollSet, adapter, metrics, memory);
        completions = new Completions(this, table, reverter, internalPolls);
        delivery = new EventDelivery(this, new RegistrationQueue(PollRegistration.MEMBER_OF_READY, table, memory),
                reverter, adapter, metrics, settings.sendDelayNanos);
        sends = new SendBatch(Completions.KIND_SEND, this, table, metrics, memory);
        receiver = new Receiver(Completions.KIND_RECEIVE, Completions.KIND_RECEIVE_CANCEL, this, metrics, memory);
        revoker = new Revoker(this, table);
        withdrawal = new Withdrawal(this, table, reverter, receiver, revoker, adapter, metrics);
        watcher = new RingWatcher(this, table, receiver, withdrawal, metrics, refusePolls);
    }

    boolean inLoop() {
        return executor.isExecutorThread(Thread.currentThread());
    }

    void execute(Runnable task) {
        executor.execute(task);
    }

    Object attachment() {
        return attachment;
    }

    /**
     * From now on polls go to {@code ring}, which knows of none yet; {@code null} for the epoll set.
     *
     * @param reason why there is no ring, or {@code null}
     */
    void useRing(Ring ring, String reason) {
        this.ring = ring;
        ringFailure = null;
        watcher.useRing(ring);
        movesBytes = ring != null && ring.has(RingFeature.STREAM_IO);
        receiver.useRing(ring, !refusePolls);
        for (int slot = 0; slot < table.slots(); slot++) {
            PollRegistration registration = table.at(slot);
            if (registration == null) {
                continue;
            }
            switch (registration.state) {
                case ARMED:
                case REMOVING:
                    registration.state = State.IDLE;
                    registration.armed = 0;
                    break;
                case CLOSING:
                case CLOSED:
                    // Its requests went with the old ring.
                    table.remove(registration);
                    continue;
                default:
                    break;
            }
            if (ring == null && registration.state == State.IDLE) {
                reverter.revert(registration, reason);
            }
            changed(registration);
        }
        internalPolls.useRing(ring);
    }

    /**
     * Completions were lost, and the ring is about to be replaced. Whether a receive's was among them it still tells: one
     * that is there to be cancelled has lost none, as the kernel keeps back, and so loses, no completion but the last.
     */
    void completionsWereLost() {
        sends.completionsWereLost(queue());
        for (int slot = 0; slot < table.slots(); slot++) {
            PollRegistration registration = table.at(slot);
            if (Withdrawal.isReceiving(registration) && registration.isValid()) {
                withdrawal.awaitEnd(registration);
            }
        }
    }

    /** The ring is about to be closed. What it has received by now must not be lost with it. */
    void ringCloses() {
        if (ring == null) {
            return;
        }
        ring.collectLast();
        if (ring.hasLost()) {
            sends.completionsWereLost(queue());
        }
        sends.ringCloses(queue());
        for (int slot = 0; slot < table.slots(); slot++) {
            PollRegistration registration = table.at(slot);
            if (registration instanceof StreamRegistration) {
                receiver.ringCloses((StreamRegistration) registration);
            }
        }
    }

    /** The ring is closed: nothing can be received into its buffers any more. */
    void ringClosed() {
        receiver.release();
    }

    /** A new registration, for which nothing is armed yet. If anything is thrown, there is none. */
    PollRegistration register(EpollIoHandle handle) {
        PollRegistration registration = memory.registration(this, handle);
        table.add(registration);
        if (ring == null) {
            registration.state = State.REVERTED;
        }
        boolean success = false;
        try {
            if (registration instanceof StreamRegistration) {
                ((StreamHandle) handle).streamRegistration((StreamRegistration) registration);
            }
            adapter.registered(handle);
            handle.registered();
            success = true;
        } finally {
            if (!success) {
                undo(registration);
            }
        }
        return registration;
    }

    private static void undo(PollRegistration registration) {
        try {
            registration.cancel();
        } catch (Throwable t) {
            Trouble.warn(logger, "Could not take back {}", registration, t);
        }
    }

    int registrations() {
        return table.size();
    }

    /** The handles that are registered now. */
    List<PollRegistration> snapshot() {
        List<PollRegistration> registrations = table.snapshot();
        registrations.removeIf(registration -> !registration.isValid());
        return registrations;
    }

    /** What {@code registration} desires, or knows, may differ from what the kernel was told. */
    void changed(PollRegistration registration) {
        if (registration.isDirty()) {
            dirty.add(registration);
        }
        if (registration.isDeliverable() && !delivery.isDelivering(registration)) {
            registration.ready |= Abi.POLLIN;
            delivery.add(registration);
        }
    }

    /** What may be received for streams has changed. */
    void receptionChanged() {
        for (int slot = 0; slot < table.slots(); slot++) {
            PollRegistration registration = table.at(slot);
            if (Withdrawal.isReceiving(registration)) {
                changed(registration);
            }
        }
    }

    /** What has been collected and waits to be delivered. */
    EventDelivery delivery() {
        return delivery;
    }

    /** Whether interest waits to be brought to the kernel, so that the loop must not sleep. */
    boolean hasDirty() {
        return dirty.size() > 0 || sends.isPending() || internalPolls.isDirty(reverter.isWatching());
    }

    SendBatch sends() {
        return sends;
    }

    Receiver receiver() {
        return receiver;
    }

    /** Whether streams may send, and perhaps receive, through the ring. */
    boolean movesBytes() {
        return movesBytes;
    }

    /** Why the ring cannot be used any more, or {@code null}. */
    RingException ringFailure() {
        return ringFailure;
    }

    /** Turns what has changed since the last turn into SQEs, or into calls of the epoll set. */
    void reify() {
        revoker.revokeClosed();
        // Only what is there now: a full queue collects completions on the way, and those are to be delivered first.
        for (int n = dirty.size(); n > 0; n--) {
            PollRegistration registration = dirty.take();
            if (ring != null) {
                ring.submissionQueue().reserve(1);
            }
            reifyAlone(registration);
        }
        internalPolls.reify(reverter.isWatching());
        sends.reify(queue());
        receiver.publish();
    }

    /** Whatever comes of it is this registration's. */
    private void reifyAlone(PollRegistration registration) {
        try {
            if ((registration.isValid() || Withdrawal.isClosed(registration) && Withdrawal.isReceiving(registration))
                    && registration.isDirty()) {
                reify(registration);
            }
        } catch (Throwable t) {
            delivery.offended(registration, t);
        }
    }

    /** What was to be done for {@code registration} was perhaps not done. */
    void retry(PollRegistration registration) {
        dirty.add(registration);
    }

    private void reify(PollRegistration registration) {
        if (registration.desired != 0 && registration.isValid() && !registration.isOpen()) {
            // Its number may be another's by now. What is in the kernel is taken back by its user data.
            delivery.addClosed(registration);
            return;
        }
        if (registration instanceof StreamRegistration && ((StreamRegistration) registration).isReceptionDirty()) {
            receiver.reify((StreamRegistration) registration);
            // There may be nothing left for a poll to tell; and a second request needs a slot of its own.
            changed(registration);
            return;
        }
        switch (registration.state) {
            case IDLE:
            case ARMED:
                watcher.reify(registration);
                break;
            case REVERTED:
                int errno = reverter.watch(registration);
                if (errno != 0) {
                    delivery.fail(registration, errno);
                    // Whoever was told may have closed what this turn has made requests for.
                    revoker.revokeClosed();
                }
                break;
            default:
                throw new AssertionError(registration);
        }
    }

    /** Of the last poll in {@code slot}. */
    int generation(int slot) {
        return table.generation(slot);
    }

    /** Where the ring's completions go. */
    Completions completions() {
        return completions;
    }

    /**
     * Has epoll watch a live handle from now on. What its poll has told before its end is delivered as ever, and epoll
     * looks at the file anew, so that no event is lost.
     *
     * @return whether epoll watches the handle now; not if it is not registered, or if the ring has failed
     */
    boolean revert(EpollIoHandle handle, String reason) {
        PollRegistration registration = table.find(handle);
        return registration != null && withdrawal.revert(registration, reason);
    }

    /** Ring and epoll set are closed: a cancellation that comes now has nothing left to do there. */
    void closed() {
        for (int slot = 0; slot < table.slots(); slot++) {
            PollRegistration registration = table.at(slot);
            if (registration == null) {
                continue;
            }
            if (Withdrawal.isClosed(registration)) {
                table.remove(registration);
            } else {
                registration.state = State.IDLE;
                registration.armed = 0;
            }
        }
        ring = null;
        watcher.useRing(null);
        movesBytes = false;
        sends.release();
    }

    Ring ring() {
        return ring;
    }

    /** To be called before the kernel is entered in the middle of a turn: see {@link Revoker}. */
    void revokeClosed() {
        revoker.revokeClosed();
    }

    /** The submission queue of the ring, or {@code null} if there is none. */
    SubmissionQueue queue() {
        return ring == null ? null : ring.submissionQueue();
    }

    RingWatcher watcher() {
        return watcher;
    }

    Withdrawal withdrawal() {
        return withdrawal;
    }

    /** The ring cannot be used any more; the loop finds that out after its turn. */
    void ringFailed(Exception e) {
        if (!(e instanceof RingException)) {
            throw new IllegalStateException(e);
        }
        ringFailure = (RingException) e;
    }
}
