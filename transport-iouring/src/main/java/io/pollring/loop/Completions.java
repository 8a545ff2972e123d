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
    static final int KIND_SEND = RingWatcher.LAST_KIND + 1;
    static final int KIND_RECEIVE = KIND_SEND + 1;
    static final int KIND_RECEIVE_CANCEL = KIND_RECEIVE + 1;

    private static final InternalLogger logger = InternalLoggerFactory.getInstance(Completions.class);

    private final Poller poller;
    private final RegistrationTable table;
    private final Reverter reverter;
    private final InternalPolls internalPolls;

    Completions(Poller poller, RegistrationTable table, Reverter reverter, InternalPolls internalPolls) {
        this.poller = poller;
        this.table = table;
        this.reverter = reverter;
        this.internalPolls = internalPolls;
    }

    /** Whether the user data of a request of {@code kind} has a registration's slot. */
    static boolean namesSlot(int kind) {
        return kind >= 1 && kind <= RingWatcher.LAST_KIND || kind == KIND_RECEIVE || kind == KIND_RECEIVE_CANCEL;
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
        switch (kind) {
            case KIND_SEND:
                poller.sends().completed(UserData.slot(userData), UserData.generation(userData), result);
                break;
            case KIND_RECEIVE:
                poller.receiver().completed(receiving(userData), result, flags);
                break;
            case KIND_RECEIVE_CANCEL:
                poller.receiver().cancelCompleted(receiving(userData), result);
                break;
            default:
                if (kind <= RingWatcher.LAST_KIND) {
                    poller.watcher().completed(kind, userData, result, flags);
                } else {
                    internalPolls.completed(kind, result, flags);
                }
                break;
        }
    }

    private StreamRegistration receiving(long userData) {
        return table.receiving(UserData.slot(userData), UserData.generation(userData));
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
                    poller.delivery().add(registration);
                }
            }
        }
    }
}
