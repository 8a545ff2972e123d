/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.buffer.ByteBuf;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.pollring.ring.EpollSet;
import io.pollring.ring.Ring;
import io.pollring.ring.RingException;

import java.io.IOException;
import java.util.List;

/**
 * Keeps the kernel in step with what registrations desire. The mechanisms do the work: {@link RingPolls} has the ring
 * watch a handle, {@link EpollPolls} the epoll set, {@link Receiver} and {@link SendBatch} have the ring move its bytes, and
 * {@link Cancellation} takes all of that back.
 *
 * <p>Interest is gathered and reified once per turn; completions are collected first and delivered later, so no handle
 * ever runs inside another's cancellation or inside the reaping of the queue.
 *
 * <p>Belongs to the loop's thread. The ring is the loop's: this class uses it and never closes it.
 */
final class Poller implements RegistrationLoop {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(Poller.class);

    private final ThreadAwareExecutor executor;
    private final HandleAdapter adapter;
    private final Object attachment;
    private final LoopMemory memory;
    private final CurrentRing current = new CurrentRing();
    private final RegistrationTable table;
    private final WorkQueues queues;
    private final EpollPolls epollPolls;
    private final InternalPolls internalPolls;
    private final RingPolls ringPolls;
    private final QuietReceives quiet;
    private final Receiver receiver;
    private final SendBatch sends;
    private final Revoker revoker;
    private final Cancellation cancellation;
    private final EventDelivery delivery;
    private final Completions completions;

    /**
     * @param attachment what {@link PollRegistration#attachment()} returns
     * @param settings   of the loop
     */
    Poller(ThreadAwareExecutor executor, HandleAdapter adapter, LoopMetrics metrics, EpollSet epollSet,
           InternalPolls internalPolls, Object attachment, LoopSettings settings, LoopMemory memory) {
        this.executor = executor;
        this.adapter = adapter;
        this.internalPolls = internalPolls;
        this.attachment = attachment;
        this.memory = memory;
        table = new RegistrationTable(memory);
        queues = new WorkQueues(table, memory);
        epollPolls = new EpollPolls(epollSet, adapter, metrics, memory);
        ringPolls = new RingPolls(current, table, queues, metrics);
        quiet = new QuietReceives(table, queues, metrics, memory, settings.idleNanos);
        receiver = new Receiver(current, queues, quiet, metrics, memory);
        sends = new SendBatch(current, table, metrics, memory);
        revoker = new Revoker(current, table, queues, sends);
        Offenders offenders = new Offenders();
        cancellation = new Cancellation(current, table, queues, ringPolls, epollPolls, receiver, sends, revoker, offenders,
                adapter, metrics);
        delivery = new EventDelivery(queues, receiver, sends, epollPolls, offenders, adapter, metrics,
                settings);
        completions = new Completions(table, queues, ringPolls, receiver, sends, epollPolls, internalPolls, cancellation);
    }

    @Override
    public boolean inLoop() {
        return executor.isExecutorThread(Thread.currentThread());
    }

    @Override
    public void execute(Runnable task) {
        executor.execute(task);
    }

    @Override
    public Object attachment() {
        return attachment;
    }

    /**
     * From now on polls go to {@code ring}, which knows of none yet; {@code null} for the epoll set. Where there was no
     * ring before, all that is reverted goes to the ring, which reverts anew what the kernel refuses.
     *
     * @param reason why there is no ring, or {@code null}
     */
    void useRing(Ring ring, String reason) {
        boolean restores = current.get() == null;
        current.use(ring);
        ringPolls.ringChanged();
        receiver.ringChanged();
        for (int slot = 0; slot < table.slots(); slot++) {
            PollRegistration registration = table.at(slot);
            if (registration == null) {
                continue;
            }
            if (registration.state.isClosed()) {
                // Its requests went with the old ring.
                table.remove(registration);
                continue;
            }
            registration.pollIsGone();
            if (ring == null && registration.state == PollState.IDLE) {
                epollPolls.revert(registration, reason);
            } else if (ring != null && restores && registration.state == PollState.REVERTED) {
                epollPolls.restore(registration);
            }
            changed(registration);
        }
        internalPolls.useRing(ring);
    }

    /**
     * Completions were lost, and the ring is about to be given up. Whether a receive's was among them it still tells: one
     * that is there to be cancelled has lost none, as the kernel keeps back, and so loses, no completion but the last.
     */
    void completionsWereLost() {
        sends.completionsWereLost();
        for (int slot = 0; slot < table.slots(); slot++) {
            PollRegistration registration = table.at(slot);
            if (registration != null && registration.isReceiving() && registration.isValid()) {
                cancellation.awaitEnd(registration);
            }
        }
    }

    /** The ring is about to be closed. What it has received by now must not be lost with it. */
    void ringCloses() {
        if (current.get() == null) {
            return;
        }
        current.get().collectLast();
        if (current.hasLost()) {
            sends.completionsWereLost();
        }
        sends.ringCloses();
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
        if (current.get() == null) {
            registration.state = registration.state.reverted();
        }
        boolean success = false;
        try {
            if (registration instanceof StreamRegistration) {
                receiver.begin((StreamRegistration) registration);
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
        return table.snapshot();
    }

    @Override
    public int generation(int slot) {
        return table.generation(slot);
    }

    @Override
    public void close(PollRegistration registration) {
        cancellation.close(registration);
    }

    @Override
    public void changed(PollRegistration registration) {
        queues.changed(registration);
    }

    @Override
    public boolean offended(PollRegistration registration, Throwable cause) {
        return delivery.offended(registration, cause);
    }

    @Override
    public boolean movesBytes() {
        return current.movesBytes();
    }

    @Override
    public boolean canReceive() {
        return receiver.isUsable();
    }

    @Override
    public boolean isShortOfMemory() {
        return receiver.isShortOfMemory();
    }

    @Override
    public boolean comesOften(StreamRegistration registration) {
        return quiet.comesOften(registration);
    }

    @Override
    public int receive(StreamRegistration registration, ByteBuf target, int index, int length) throws IOException {
        return receiver.take(registration, target, index, length);
    }

    @Override
    public void stopReceiving(StreamRegistration registration) {
        cancellation.stopReceiving(registration);
    }

    @Override
    public boolean isDeliveringData() {
        return delivery.isDeliveringData();
    }

    @Override
    public boolean takesFirstFlush() {
        return delivery.takesFirstFlush();
    }

    @Override
    public void endsData() {
        delivery.endsData();
    }

    @Override
    public void sendLater(StreamRegistration registration) {
        sends.add(registration);
    }

    @Override
    public void settleSend(StreamRegistration registration) {
        cancellation.settleSend(registration);
    }

    EventDelivery delivery() {
        return delivery;
    }

    Completions completions() {
        return completions;
    }

    SendBatch sends() {
        return sends;
    }

    QuietReceives quiet() {
        return quiet;
    }

    WorkQueues queues() {
        return queues;
    }

    /** Why the ring cannot be used any more, or {@code null}. */
    RingException ringFailure() {
        return current.failure();
    }

    /** Whether interest waits to be brought to the kernel, so that the loop must not sleep. */
    boolean hasDirty() {
        return queues.dirty().size() > 0 || sends.isPending() || internalPolls.isDirty(epollPolls.isWatching());
    }

    /** Turns what has changed since the last turn into SQEs, or into calls of the epoll set. */
    void reify() throws RingException {
        revoker.revokeClosed();
        // Only what is there now: a full queue collects completions on the way, and those are to be delivered first.
        RegistrationQueue dirty = queues.dirty();
        for (int n = dirty.size(); n > 0; n--) {
            PollRegistration registration = dirty.take();
            if (current.get() != null) {
                current.queue().reserve(1);
            }
            reifyAlone(registration);
        }
        internalPolls.reify(epollPolls.isWatching());
        for (int n = sends.waiting(); n > 0 && !sends.isFull(); n--) {
            if (!sends.reifyNext()) {
                revoker.revokeClosed();
            }
        }
        receiver.publish();
    }

    /** Whatever comes of it is this registration's. */
    private void reifyAlone(PollRegistration registration) {
        try {
            if ((registration.isValid() || registration.state.isClosed() && registration.isReceiving())
                    && registration.isDirty()) {
                reify(registration);
            }
        } catch (Throwable t) {
            delivery.offended(registration, t);
        }
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
            case ARMED_ONCE:
                ringPolls.reify(registration);
                break;
            case REVERTED:
                int errno = epollPolls.watch(registration);
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

    /**
     * Has epoll watch a live handle from now on. What its poll has told before its end is delivered as ever, and epoll
     * looks at the file anew, so that no event is lost.
     *
     * @return whether epoll watches the handle now; not if it is not registered, or if the ring has failed
     */
    boolean revert(EpollIoHandle handle, String reason) {
        PollRegistration registration = table.find(handle);
        return registration != null && cancellation.revert(registration, reason);
    }

    /** Ring and epoll set are closed: a cancellation that comes now has nothing left to do there. */
    void closed() {
        for (int slot = 0; slot < table.slots(); slot++) {
            PollRegistration registration = table.at(slot);
            if (registration == null) {
                continue;
            }
            if (registration.state.isClosed()) {
                table.remove(registration);
            } else {
                registration.pollIsGone();
            }
        }
        current.use(null);
        sends.release();
    }
}
