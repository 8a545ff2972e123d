/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.pollring.ring.CompletionHandler;
import io.pollring.ring.RingException;
import io.pollring.ring.UserData;

/**
 * Brings what the ring and the epoll set tell to those parts of a loop that it is for.
 *
 * <p>Belongs to the loop's thread.
 */
final class Completions implements CompletionHandler {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(Completions.class);

    private final RegistrationTable table;
    private final WorkQueues queues;
    private final RingPolls ringPolls;
    private final Receiver receiver;
    private final SendBatch sends;
    private final EpollPolls epollPolls;
    private final InternalPolls internalPolls;
    private final Cancellation cancellation;

    Completions(RegistrationTable table, WorkQueues queues, RingPolls ringPolls, Receiver receiver, SendBatch sends,
                EpollPolls epollPolls, InternalPolls internalPolls, Cancellation cancellation) {
        this.table = table;
        this.queues = queues;
        this.ringPolls = ringPolls;
        this.receiver = receiver;
        this.sends = sends;
        this.epollPolls = epollPolls;
        this.internalPolls = internalPolls;
        this.cancellation = cancellation;
    }

    /** Throws nothing: it may be called inside the cancellation of a registration that it has nothing to do with. */
    @Override
    public void completed(long userData, int result, int flags) {
        try {
            route(UserData.kind(userData), userData, result, flags);
        } catch (Throwable t) {
            Trouble.warn(logger, "The completion of request {} came to nothing", userData, t);
        }
    }

    private void route(int kind, long userData, int result, int flags) {
        int slot = UserData.slot(userData);
        int generation = UserData.generation(userData);
        PollRegistration registration = null;
        switch (kind) {
            case RequestKind.SEND:
                sends.completed(slot, generation, result);
                break;
            case RequestKind.RECEIVE:
                StreamRegistration receiving = table.receiving(slot, generation);
                receiver.completed(receiving, result, flags);
                registration = receiving;
                break;
            case RequestKind.RECEIVE_CANCEL:
                receiver.cancelCompleted(table.receiving(slot, generation), result);
                break;
            case RequestKind.POLL:
            case RequestKind.POLL_UPDATE:
            case RequestKind.POLL_RECHECK:
            case RequestKind.POLL_CANCEL:
                registration = table.get(slot, generation);
                ringPolls.completed(kind, registration, result, flags);
                break;
            default:
                internalPolls.completed(kind, result, flags);
                break;
        }
        if (registration != null && registration.state.isClosed()) {
            cancellation.removeIfOver(registration);
        }
    }

    /** Collects the events of the epoll set. */
    void collectEpollEvents(int timeoutMillis) throws RingException {
        int count = epollPolls.epollSet().await(timeoutMillis);
        for (int i = 0; i < count; i++) {
            int fd = epollPolls.epollSet().eventFd(i);
            if (!internalPolls.epollEvent(fd)) {
                PollRegistration registration = epollPolls.watched(fd);
                if (registration == null) {
                    // Its file outlives its fd, in a child process perhaps.
                    epollPolls.forget(fd);
                } else {
                    registration.ready |= epollPolls.epollSet().eventMask(i);
                    queues.ready().add(registration);
                }
            }
        }
    }
}
