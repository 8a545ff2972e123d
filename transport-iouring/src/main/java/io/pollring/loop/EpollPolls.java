/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.util.collection.IntObjectMap;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.pollring.ring.EpollSet;
import io.pollring.ring.Errno;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The way from the ring to epoll: watches reverted registrations in the loop's epoll set, counts them, and says why.
 *
 * <p>Belongs to the loop's thread. Does not own the epoll set.
 */
final class EpollPolls {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(EpollPolls.class);
    private static final Set<String> LOGGED_REASONS = ConcurrentHashMap.newKeySet();

    private final EpollSet epollSet;
    private final HandleAdapter adapter;
    private final LoopMetrics metrics;
    // By fd, which is all that an epoll event says. An fd is taken out of the set before it is closed, or by the kernel
    // when another thread closes it; then its number may already be another registration's.
    private IntObjectMap<PollRegistration> watched;
    /** How many the map holds without growing: where that fails, in the middle, Netty's map is of no use any more. */
    private int room = 8;
    private final LoopMemory memory;

    EpollPolls(EpollSet epollSet, HandleAdapter adapter, LoopMetrics metrics, LoopMemory memory) {
        this.memory = memory;
        watched = memory.map(room);
        this.epollSet = epollSet;
        this.adapter = adapter;
        this.metrics = metrics;
    }

    EpollSet epollSet() {
        return epollSet;
    }

    /** Hands an idle registration to epoll; its interest is brought there at the next turn. */
    void revert(PollRegistration registration, String reason) {
        registration.state = registration.state.reverted();
        registration.armed = 0;
        try {
            tell(registration, reason);
        } catch (Throwable t) {
            // It is watched all the same.
            Trouble.warn(logger, "Could not tell that epoll watches {} now", registration, t);
        }
    }

    private void tell(PollRegistration registration, String reason) {
        metrics.reverted(reason);
        FlightEvents.reverted(registration.fd(), reason);
        if (LOGGED_REASONS.add(reason)) {
            logger.info("io_uring does not watch fd {} ({}); epoll does from now on. Further ones are logged at debug "
                    + "level", registration.fd(), reason);
        } else {
            logger.debug("io_uring does not watch fd {} ({}); epoll does from now on", registration.fd(), reason);
        }
        adapter.reverted(registration.handle);
    }

    /** Hands a reverted registration to the ring; its interest is brought there at the next turn. */
    void restore(PollRegistration registration) {
        unwatch(registration);
        registration.armed = 0;
        registration.state = registration.state.restored();
        try {
            adapter.restored(registration.handle);
        } catch (Throwable t) {
            // The ring watches it all the same.
            Trouble.warn(logger, "Could not tell that the ring watches {} now", registration, t);
        }
    }

    /** Whether the epoll set has anything to watch. */
    boolean isWatching() {
        return !watched.isEmpty();
    }

    PollRegistration watched(int fd) {
        return watched.get(fd);
    }

    /**
     * Brings what {@code registration} desires to the epoll set.
     *
     * @return 0, or the error number of the refusal; ENOMEM as well if there is no memory to know it by its events
     */
    int watch(PollRegistration registration) {
        if (registration.desired == 0) {
            unwatch(registration);
            registration.armed(0);
            return 0;
        }
        if (!makeRoom(registration.fd())) {
            return Errno.ENOMEM;
        }
        int result = epollSet.set(registration.fd(), registration.desired, registration.armed != 0);
        if (result < 0) {
            return -result;
        }
        watched.put(registration.fd(), registration);
        registration.armed(registration.desired);
        return 0;
    }

    private boolean makeRoom(int fd) {
        if (watched.size() < room || watched.containsKey(fd)) {
            return true;
        }
        try {
            IntObjectMap<PollRegistration> larger = memory.map(2 * room);
            larger.putAll(watched);
            watched = larger;
            room *= 2;
            return true;
        } catch (OutOfMemoryError e) {
            Trouble.warn(logger, "There is no memory to watch fd {}", fd, e);
            return false;
        }
    }

    /** Takes {@code registration} out of the epoll set, if it is there. */
    void unwatch(PollRegistration registration) {
        if (registration.armed != 0 && watched.get(registration.fd()) == registration) {
            watched.remove(registration.fd());
            if (registration.isOpen()) {
                forget(registration.fd());
            }
        }
    }

    void forget(int fd) {
        int result = epollSet.remove(fd);
        if (result < 0) {
            logger.debug("epoll_ctl(DEL) of fd {} failed with {}", fd, Errno.name(-result));
        }
    }
}
