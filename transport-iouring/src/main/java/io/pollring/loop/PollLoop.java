/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.ChannelException;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.channel.SelectStrategy;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.pollring.ring.EpollSet;
import io.pollring.ring.Kernel;
import io.pollring.ring.Ring;
import io.pollring.ring.RingException;
import io.pollring.ring.SystemKernel;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The turn of one event loop: bring interest to the kernel, wait, collect, deliver. Owns the epoll set, the eventfd and
 * the timerfd, and waits on the ring, which is {@link LoopRing}'s, or where there is none on the epoll set.
 *
 * <p>{@link #wakeup()}, {@link #hasRing()} and the metrics may be used by any thread, all else by the loop's only.
 */
public final class PollLoop {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(PollLoop.class);

    private final ThreadAwareExecutor executor;
    private final LoopSettings settings;
    private final SelectStrategy selectStrategy;
    private final HandleAdapter adapter;
    private final LoopMetrics metrics = new LoopMetrics();
    private final TurnTrouble trouble = new TurnTrouble();
    private final EpollSet epollSet;
    private final Waker waker;
    private final LoopTimer timer;
    private final InternalPolls internalPolls;
    private final BorrowedAttachment attachment;
    final Poller poller;
    private final EventDelivery delivery;
    private final LoopRing loopRing;
    private final LoopWait wait;

    /** The thread that the ring was enabled for. */
    private Thread owner;
    private boolean closed;

    /**
     * Makes everything but enables the ring, which is {@link #initialize()}'s work.
     *
     * @throws ChannelException      if fds have run out, as Netty's epoll handler does
     * @throws IllegalStateException if there is no ring and the settings require one
     */
    public PollLoop(ThreadAwareExecutor executor, LoopSettings settings, SelectStrategy selectStrategy,
                    HandleAdapter adapter) {
        this(executor, settings, selectStrategy, adapter, SystemKernel.get(), new LoopMemory());
    }

    /** With a kernel, and a memory, that a test chooses. */
    PollLoop(ThreadAwareExecutor executor, LoopSettings settings, SelectStrategy selectStrategy,
             HandleAdapter adapter, Kernel kernel, LoopMemory memory) {
        this.executor = executor;
        this.settings = settings;
        this.selectStrategy = selectStrategy;
        this.adapter = adapter;
        List<Runnable> undo = new ArrayList<>();
        boolean success = false;
        try {
            epollSet = new EpollSet(kernel, io.netty.channel.epoll.Native.sizeofEpollEvent(),
                    io.netty.channel.epoll.Native.offsetofEpollData());
            undo.add(epollSet::close);
            waker = new Waker();
            undo.add(waker::close);
            timer = new LoopTimer(metrics);
            undo.add(timer::close);
            attachment = new BorrowedAttachment(executor, waker.fd());
            undo.add(attachment::release);
            metrics.epollSet(epollSet);
            internalPolls = new InternalPolls(epollSet, waker.fd(), timer, metrics);
            poller = new Poller(executor, adapter, metrics, epollSet, internalPolls, attachment.get(),
                    settings, memory);
            delivery = poller.delivery();
            loopRing = new LoopRing(kernel, settings, metrics, poller, waker.fd(), executor);
            loopRing.open();
            wait = new LoopWait(poller, loopRing, internalPolls, waker, timer,
                    AdaptiveWatch.of(settings, executor, selectStrategy, metrics));
            success = true;
        } finally {
            if (!success) {
                undo.forEach(Runnable::run);
            }
        }
    }

    /** Makes the calling thread the loop's. Called again when the loop goes on in another thread. */
    public void initialize() {
        Thread before = owner;
        if (before == Thread.currentThread()) {
            return;
        }
        owner = Thread.currentThread();
        if (before == null) {
            loopRing.enable();
            wait.start();
        } else {
            loopRing.changeThread();
        }
    }

    /** Whether the loop waits on a ring. May be called by any thread. */
    public boolean hasRing() {
        return loopRing.get() != null;
    }

    /** Why the loop has no ring, or {@code null} if it has one. May be called by any thread. */
    public Throwable unavailabilityCause() {
        return loopRing.unavailabilityCause();
    }

    public LoopMetrics metrics() {
        return metrics;
    }

    /** Registers a handle; nothing is watched before it submits its interest. */
    public IoRegistration register(EpollIoHandle handle) {
        if (closed) {
            throw new IllegalStateException("the event loop's handler is closed");
        }
        initialize();
        return poller.register(handle);
    }

    /**
     * Has epoll watch a handle that the ring watches, for another reason than that the kernel refuses to.
     *
     * @param reason what the metrics and the log call it
     * @return whether epoll watches the handle now
     */
    public boolean revert(EpollIoHandle handle, String reason) {
        return poller.revert(handle, reason);
    }

    /** Has the loop wait on epoll, with all that it watches, until it is told otherwise. On its thread, between two turns. */
    public void useEpoll() {
        initialize();
        loopRing.useEpoll();
    }

    /**
     * Has the loop wait on a ring, with all that it watches. On its thread, between two turns.
     *
     * @throws RingException         if there is none to be had; the loop goes on with epoll
     * @throws IllegalStateException if rings are switched off
     */
    public void useRing() throws RingException {
        initialize();
        loopRing.useRing();
    }

    /** The handles that are registered now; a copy. Any thread but the loop's gets no more than a good guess. */
    public List<EpollIoHandle> handles() {
        return poller.snapshot().stream().map(registration -> registration.handle).collect(Collectors.toList());
    }

    /** What the loop waits on, and the state of each registration, a line each. See {@link LoopDump}. */
    public String dump() {
        return LoopDump.of(loopRing, poller);
    }

    /** The number of slots in use: registered handles, and those whose poll is not confirmed to be gone. */
    public int registrations() {
        return poller.registrations();
    }

    /**
     * One turn. Whatever is thrown in it, by whomever, those who are ready are served, and the loop goes on.
     *
     * @return the number of handles served
     */
    public int run(IoHandlerContext context) {
        boolean goesOn = true;
        try {
            initialize();
            goesOn = collect(context);
        } catch (RingException e) {
            recover(e);
        } catch (Throwable t) {
            trouble.add(t);
            collectAnyway();
        }
        int handled = goesOn ? deliver(context) : 0;
        trouble.endTurn();
        return handled;
    }

    /** @return whether the turn goes on */
    private boolean collect(IoHandlerContext context) throws RingException {
        switch (strategy(context)) {
            case SelectStrategy.CONTINUE:
                if (IoTime.isWanted(context)) {
                    IoTime.report(context, 0);
                }
                return false;
            case SelectStrategy.BUSY_WAIT:
                wait.busyWait(context);
                return true;
            case SelectStrategy.SELECT:
                wait.await(context);
                return true;
            default:
                // The strategy has collected.
                return true;
        }
    }

    private int strategy(IoHandlerContext context) throws RingException {
        boolean canBlock = context.canBlock();
        try {
            return selectStrategy.calculateStrategy(wait, !canBlock);
        } catch (RingException e) {
            throw e;
        } catch (Throwable t) {
            // Waiting is always right: it does not if there is something to do.
            Trouble.warn(logger, "{} threw; the loop waits as it does without it", selectStrategy, t);
            return SelectStrategy.SELECT;
        }
    }

    private void collectAnyway() {
        try {
            wait.collectNow();
        } catch (RingException e) {
            recover(e);
        } catch (Throwable t) {
            Trouble.warn(logger, "Could not collect either: {}", this, t);
        }
    }

    private int deliver(IoHandlerContext context) {
        boolean reports = IoTime.isWanted(context);
        boolean pending = delivery.isPending();
        int handled = 0;
        long startNanos = reports && pending ? System.nanoTime() : 0;
        try {
            if (pending) {
                handled = deliver();
            }
            if (poller.ringFailure() != null) {
                recover(poller.ringFailure());
            }
        } catch (Throwable t) {
            trouble.add(t);
        }
        if (reports) {
            IoTime.report(context, pending ? System.nanoTime() - startNanos : 0);
        }
        return handled;
    }

    private int deliver() {
        delivery.beginTurn(settings.maxEvents);
        boolean goesOn;
        do {
            goesOn = delivery.deliver();
            sendNow();
        } while (goesOn);
        return delivery.served();
    }

    /**
     * Sends what the handles have flushed, before anybody else's work: the loop may be busy with tasks for long, or be run
     * by a user who does so when he likes.
     */
    private void sendNow() {
        try {
            boolean told = true;
            while (told && poller.sends().isPending() && poller.ringFailure() == null) {
                // With all else: a receive that is not to go on must be cancelled before work is run.
                poller.reify();
                Ring ring = loopRing.get();
                if (ring != null) {
                    ring.submitNow();
                    wait.collected(ring);
                }
                told = poller.sends().tellAll();
            }
        } catch (RingException e) {
            recover(e);
        }
    }

    private void recover(RingException cause) {
        if (!hasRing()) {
            trouble.add(cause);
            return;
        }
        try {
            loopRing.recover(cause);
        } catch (Throwable t) {
            trouble.add(t);
        }
    }

    /** Ends the loop's wait, from any thread. */
    public void wakeup() {
        if (!executor.isExecutorThread(Thread.currentThread())) {
            waker.wakeup();
        }
    }

    /** Cancels all registrations and closes their handles. May be called several times. */
    public void prepareToDestroy() {
        for (PollRegistration registration : poller.snapshot()) {
            try {
                if (registration instanceof StreamRegistration) {
                    ((StreamRegistration) registration).settleSend();
                }
                registration.cancel();
            } catch (Throwable t) {
                Trouble.warn(logger, "Could not cancel {}", registration, t);
            }
            try {
                registration.handle.close();
            } catch (Throwable t) {
                Trouble.warn(logger, "Could not close the handle of {}", registration, t);
            }
        }
    }

    /** Closes all that the loop owns, and handles that were not closed in time. */
    public void destroy() {
        if (closed) {
            return;
        }
        // Netty's loop may end without a last call of this, if its shutdown begins between its I/O and its tasks.
        prepareToDestroy();
        closed = true;
        wait.close();
        waker.close();
        loopRing.close();
        timer.close();
        epollSet.close();
        attachment.release();
        poller.closed();
    }
}
