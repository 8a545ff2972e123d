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
import io.pollring.loop.StreamRegistration.Reception;
import io.pollring.ring.Abi;
import io.pollring.ring.CompletionHandler;
import io.pollring.ring.EpollSet;
import io.pollring.ring.Errno;
import io.pollring.ring.Ring;
import io.pollring.ring.RingException;
import io.pollring.ring.RingFeature;
import io.pollring.ring.UserData;

import java.util.List;

/**
 * Keeps the kernel's polls in step with what registrations desire, and brings events to handles. Makes every transition
 * of {@link PollRegistration.State}.
 *
 * <p>Interest is gathered and reified once per turn; completions are collected first and delivered later, so no handle
 * ever runs inside another's cancellation or inside the reaping of the queue.
 *
 * <p>Belongs to the loop's thread. The ring is the loop's: this class uses it and never closes it.
 */
final class Poller implements CompletionHandler {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(Poller.class);

    private static final int KIND_POLL = 1;
    private static final int KIND_UPDATE = 2;
    private static final int KIND_CANCEL = 3;
    /** An update that changes no event: it only makes the kernel look anew. */
    private static final int KIND_RECHECK = 4;
    private static final int KIND_SEND = 5;
    private static final int KIND_RECEIVE = 6;
    private static final int KIND_RECEIVE_CANCEL = 7;
    /** The bits of a poll mask that the kernel takes. The rest are epoll's flags. */
    private static final int POLL_MASK = 0xFFFF;

    private final ThreadAwareExecutor executor;
    private final HandleAdapter adapter;
    private final LoopMetrics metrics;
    private final Reverter reverter;
    private final Object attachment;
    private final boolean refusePolls;
    private final RegistrationTable table = new RegistrationTable();
    private final RegistrationQueue dirty = new RegistrationQueue(PollRegistration.MEMBER_OF_DIRTY);
    private final EventDelivery delivery;
    private final InternalPolls internalPolls;
    private final SendBatch sends;
    private final Receiver receiver;
    private final Withdrawal withdrawal;

    private Ring ring;
    private boolean multishot;
    private boolean updates;
    private boolean currentEvents;
    private boolean movesBytes;
    private RingException ringFailure;

    /**
     * @param attachment  what {@link PollRegistration#attachment()} returns
     * @param refusePolls whether the kernel shall be made to refuse every poll of a handle
     */
    Poller(ThreadAwareExecutor executor, HandleAdapter adapter, LoopMetrics metrics, EpollSet epollSet,
           InternalPolls internalPolls, Object attachment, boolean refusePolls) {
        this.executor = executor;
        this.adapter = adapter;
        this.metrics = metrics;
        this.internalPolls = internalPolls;
        this.attachment = attachment;
        this.refusePolls = refusePolls;
        reverter = new Reverter(epollSet, adapter, metrics);
        delivery = new EventDelivery(this, reverter, adapter, metrics);
        sends = new SendBatch(KIND_SEND, this, metrics);
        receiver = new Receiver(KIND_RECEIVE, KIND_RECEIVE_CANCEL, this, metrics);
        withdrawal = new Withdrawal(this, table, reverter, receiver, metrics);
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
        multishot = ring != null && ring.has(RingFeature.MULTISHOT_POLL);
        delivery.edgesOnly(multishot);
        updates = ring != null && ring.has(RingFeature.POLL_UPDATE);
        movesBytes = ring != null && ring.has(RingFeature.STREAM_IO);
        receiver.useRing(ring, !refusePolls);
        // Kernels before this feature may report what woke the poll, not what the file has when the work is run.
        currentEvents = ring != null && ring.has(RingFeature.DEFER_TASKRUN);
        for (PollRegistration registration : table.snapshot()) {
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

    /** The ring is about to be closed. What it has received by now must not be lost with it. */
    void ringCloses() {
        if (ring == null) {
            return;
        }
        ring.collectLast();
        sends.ringCloses(ring.submissionQueue());
        for (PollRegistration registration : table.snapshot()) {
            if (registration instanceof StreamRegistration) {
                receiver.ringCloses((StreamRegistration) registration);
            }
        }
    }

    /** The ring is closed: nothing can be received into its buffers any more. */
    void ringClosed() {
        receiver.release();
    }

    /** A new registration, for which nothing is armed yet. */
    PollRegistration register(EpollIoHandle handle) {
        PollRegistration registration = handle instanceof StreamHandle
                ? new StreamRegistration(this, (StreamHandle) handle) : new PollRegistration(this, handle);
        table.add(registration);
        if (ring == null) {
            registration.state = State.REVERTED;
        }
        if (registration instanceof StreamRegistration) {
            ((StreamHandle) handle).streamRegistration((StreamRegistration) registration);
        }
        return registration;
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
        if (registration.isDeliverable()) {
            registration.ready |= Abi.POLLIN;
            delivery.add(registration);
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
        // Only what is there now: a full queue collects completions on the way, and those are to be delivered first.
        for (int n = dirty.size(); n > 0; n--) {
            PollRegistration registration = dirty.take();
            if (ring != null) {
                ring.submissionQueue().reserve(1);
            }
            if (registration.isValid() && registration.isDirty()) {
                reify(registration);
            }
        }
        internalPolls.reify(reverter.isWatching());
        sends.reify(ring == null ? null : ring.submissionQueue());
        receiver.publish();
    }

    private void reify(PollRegistration registration) {
        if (registration instanceof StreamRegistration && ((StreamRegistration) registration).isReceptionDirty()) {
            if (registration.handle.fd().isOpen()) {
                receiver.reify((StreamRegistration) registration);
            }
            // There may be nothing left for a poll to tell; and a second request needs a slot of its own.
            changed(registration);
            return;
        }
        switch (registration.state) {
            case IDLE:
                arm(registration);
                break;
            case ARMED:
                if (registration.polled() == 0 || !updates) {
                    remove(registration, State.REMOVING);
                } else {
                    update(registration);
                }
                break;
            case REVERTED:
                int errno = reverter.watch(registration);
                if (errno != 0) {
                    delivery.fail(registration, errno);
                }
                break;
            default:
                throw new AssertionError(registration);
        }
    }

    private void arm(PollRegistration registration) {
        if (!registration.handle.fd().isOpen()) {
            // Closed by another thread, whose cancellation is on its way. The number may be a stranger's by now.
            return;
        }
        if (!multishot && (registration.desired & PollRegistration.EPOLLET) != 0) {
            // Arming a one-shot poll anew looks at the level.
            reverter.revert(registration, "EPOLLET");
            changed(registration);
            return;
        }
        table.nextGeneration(registration.slot);
        registration.oneShot = !multishot || registration.isOnceOnly();
        ring.submissionQueue().pollAdd(registration.fd(), registration.polled() & POLL_MASK, !registration.oneShot,
                refusePolls, userData(KIND_POLL, registration));
        registration.state = State.ARMED;
        registration.armed(registration.polled());
        metrics.pollsArmed.increment();
    }

    private void update(PollRegistration registration) {
        int kind = registration.polled() == registration.armed ? KIND_RECHECK : KIND_UPDATE;
        ring.submissionQueue().pollUpdate(userData(KIND_POLL, registration), registration.polled() & POLL_MASK,
                userData(kind, registration));
        registration.armed(registration.polled());
        metrics.pollUpdates.increment();
    }

    /** Needs a slot in the submission queue. */
    void remove(PollRegistration registration, State next) {
        ring.submissionQueue().cancel(userData(KIND_POLL, registration), userData(KIND_CANCEL, registration));
        registration.state = next;
        metrics.pollRemoves.increment();
    }

    /** Of the last poll in {@code slot}. */
    int generation(int slot) {
        return table.generation(slot);
    }

    private long userData(int kind, PollRegistration registration) {
        return UserData.encode(kind, registration.slot, table.generation(registration.slot));
    }

    @Override
    public void completed(long userData, int result, int flags) {
        int kind = UserData.kind(userData);
        if (kind >= InternalPolls.FIRST_KIND) {
            internalPolls.completed(kind, result, flags);
            return;
        }
        if (kind == KIND_SEND) {
            sends.completed(UserData.slot(userData), UserData.generation(userData), result);
            return;
        }
        if (kind == KIND_RECEIVE) {
            receiver.completed(table.receiving(UserData.slot(userData), UserData.generation(userData)), result, flags);
            return;
        }
        if (kind == KIND_RECEIVE_CANCEL) {
            StreamRegistration receiving = table.receiving(UserData.slot(userData), UserData.generation(userData));
            if (receiving != null && result < 0) {
                receiver.cancelFailed(receiving);
            }
            return;
        }
        PollRegistration registration = table.get(UserData.slot(userData), UserData.generation(userData));
        if (kind == KIND_POLL) {
            if (registration == null || registration.state == State.IDLE || registration.state == State.REVERTED
                    || registration.state == State.CLOSED) {
                // Of a poll that is over. No kernel was seen to end one twice, but none shall break a loop by it.
                metrics.stale.increment();
            } else {
                polled(registration, result, (flags & Abi.CQE_F_MORE) != 0);
            }
        } else if (result < 0 && registration != null && registration.state == State.ARMED) {
            if (kind == KIND_UPDATE) {
                updateFailed(registration, result);
            } else if (kind == KIND_RECHECK && !currentEvents && result == -Errno.EALREADY) {
                registration.unsettle();
                changed(registration);
            }
        }
        // A cancellation's own result tells nothing: success, or ENOENT and EALREADY because the poll has fired; either
        // way the poll's last completion follows. Nor does a recheck's EALREADY where the event that is on its way will
        // tell all that the file has then.
    }

    private void polled(PollRegistration registration, int result, boolean more) {
        if (result >= 0) {
            registration.ready |= Withdrawal.isReceiving(registration)
                    ? receiver.filter((StreamRegistration) registration, result) : result;
        }
        if (more) {
            registration.strikes = 0;
        } else {
            ended(registration, result);
        }
        if (!Withdrawal.isClosed(registration) && (registration.ready | registration.failure) != 0) {
            delivery.add(registration);
        }
    }

    /** The poll is gone from the kernel. */
    private void ended(PollRegistration registration, int result) {
        registration.armed = 0;
        switch (registration.state) {
            case ARMED:
                registration.state = State.IDLE;
                if (result < 0) {
                    registration.failure = (short) -result;
                } else if (registration.oneShot) {
                    registration.strikes = 0;
                } else if (!ring.isOverflowing() && registration.strike()) {
                    // A file without a wait queue, such as a regular one, is always ready and never waits. epoll knows
                    // what to say of it.
                    registration.failure = Errno.EOPNOTSUPP;
                }
                changed(registration);
                break;
            case REMOVING:
                registration.state = State.IDLE;
                changed(registration);
                break;
            case CLOSING:
                registration.state = State.CLOSED;
                withdrawal.removeIfOver(registration);
                break;
            default:
                throw new AssertionError(registration);
        }
    }

    private void updateFailed(PollRegistration registration, int result) {
        if (result == -Errno.ENOENT) {
            // The poll has ended. Its last completion is here already, or follows.
            return;
        }
        // EALREADY: an event of the old mask is on its way and the mask is unchanged. Ask again once it is collected.
        registration.unsettle();
        registration.armed = 0;
        changed(registration);
    }

    /** Collects the events of the epoll set. */
    void collectEpollEvents(int timeoutMillis) throws RingException {
        int count = reverter.epollSet().await(timeoutMillis);
        for (int i = 0; i < count; i++) {
            int fd = reverter.epollSet().eventFd(i);
            if (!internalPolls.epollEvent(fd)) {
                PollRegistration registration = reverter.watched(fd);
                if (registration == null) {
                    // Its file outlives its fd, in a child process perhaps.
                    reverter.forget(fd);
                } else {
                    registration.ready |= reverter.epollSet().eventMask(i);
                    delivery.add(registration);
                }
            }
        }
    }

    /**
     * Has epoll watch a live handle from now on. What its poll has told before its end is delivered as ever, and epoll
     * looks at the file anew, so that no event is lost.
     *
     * @return whether epoll watches the handle now; not if it is not registered, or if the ring has failed
     */
    boolean revert(EpollIoHandle handle, String reason) {
        for (PollRegistration registration : snapshot()) {
            if (registration.handle == handle) {
                return withdrawal.revert(registration, reason);
            }
        }
        return false;
    }

    /** Ring and epoll set are closed: a cancellation that comes now has nothing left to do there. */
    void closed() {
        for (PollRegistration registration : table.snapshot()) {
            if (Withdrawal.isClosed(registration)) {
                table.remove(registration);
            } else {
                registration.state = State.IDLE;
                registration.armed = 0;
            }
        }
        ring = null;
        movesBytes = false;
        sends.release();
    }

    Ring ring() {
        return ring;
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
