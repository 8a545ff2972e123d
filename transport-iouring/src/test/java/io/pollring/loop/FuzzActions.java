/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.ring.Abi;
import io.pollring.ring.RingException;

import java.util.Random;

/** What handles, their users and their files do at random. */
final class FuzzActions {
    private static final int IN = Abi.POLLIN;
    private static final int OUT = Abi.POLLOUT;
    private static final int RDHUP = Abi.POLLRDHUP;
    private static final int[] MASKS = {
        0, IN, OUT, IN | OUT, RDHUP, IN | RDHUP, IN | OUT | RDHUP, OUT | RDHUP, Abi.POLLERR, IN | Abi.POLLPRI
    };
    private static final int[] EVENTS = {
        IN, IN, IN, OUT, OUT, IN | OUT, Abi.POLLPRI, IN | RDHUP, Abi.POLLERR, IN | RDHUP | Abi.POLLHUP,
        IN | RDHUP | Abi.POLLERR | Abi.POLLHUP
    };

    private final FuzzWorld world;
    private final FuzzProfile profile;
    private final FuzzStreamActions streams;
    private final Random random;

    FuzzActions(FuzzWorld world, FuzzStreamActions streams, Random random) {
        this.world = world;
        profile = world.profile;
        this.streams = streams;
        this.random = random;
    }

    /** Opens one more, unless there are enough. */
    void open() {
        long live = world.handles.stream().filter(FuzzHandle::isLive).count();
        if (live >= profile.handles) {
            return;
        }
        FuzzHandle handle;
        if (random.nextInt(100) < profile.streams) {
            handle = world.registerStream(streams.open());
        } else {
            boolean regular = profile.regularFiles && random.nextInt(4) == 0;
            int fd = regular ? world.files().openRegular() : world.files().open();
            if (!regular && random.nextBoolean()) {
                world.files().get(fd).fire(anyEvents());
            }
            handle = world.register(fd, regular);
        }
        if (random.nextInt(4) != 0) {
            world.submit(handle, anyMask(handle));
        }
    }

    /** Something happens to its file. */
    void fire(FuzzHandle handle) {
        if (handle instanceof FuzzStream) {
            streams.peerActs((FuzzStream) handle);
        } else if (!handle.regular) {
            int events = anyEvents();
            world.trace(handle, () -> "has " + PollNames.of(events));
            handle.fire(events);
        }
    }

    /** As a channel does: cancelled first, then closed. The peer must see the end at once. */
    void close(FuzzHandle handle) {
        boolean open = handle.fd().isOpen();
        boolean first = !handle.cancelled;
        world.cancel(handle);
        handle.closeFd();
        if (open && first && world.isSound() && !handle.file.isReleased()) {
            world.violated(handle, "is closed, but a poll holds the file");
        }
    }

    /** As a socket that lingers: closed by another thread, then cancelled by it. Its number may be reused at once. */
    void closeFromOutside(FuzzHandle handle) {
        if (handle instanceof FuzzStream) {
            // A stream of our own lets go of the loop first.
            close(handle);
            return;
        }
        world.trace(handle, () -> "is closed by another thread");
        handle.closeFd();
        if (random.nextBoolean()) {
            open();
        }
        outside(() -> world.cancel(handle));
    }

    /** Nobody cancels it, and nobody tells the loop; perhaps it does not know itself. */
    void closeBehindTheLoopsBack(FuzzHandle handle) {
        if (!handle.isLive()) {
            return;
        }
        if (random.nextInt(3) == 0) {
            world.trace(handle, () -> "is closed behind its back");
            handle.closeBehind();
        } else {
            world.trace(handle, () -> "is closed, but not cancelled");
            handle.closeFd();
        }
        if (random.nextBoolean()) {
            open();
        }
    }

    /** A channel leaves the loop, and comes back. */
    void registerAgain(FuzzHandle handle) {
        if (handle.isLive()) {
            FuzzHandle next = moveToAnother(handle);
            if (next != null && random.nextBoolean()) {
                world.submit(next, anyMask(next));
            }
        }
    }

    /** As another thread than the loop's. */
    void outside(Runnable action) {
        world.asOtherThread(() -> {
            action.run();
            return true;
        });
    }

    FuzzHandle anyHandle() {
        return world.handles.get(random.nextInt(world.handles.size()));
    }

    int anyEvents() {
        return EVENTS[random.nextInt(EVENTS.length)];
    }

    int anyMask(FuzzHandle handle) {
        return handle instanceof FuzzStream ? streams.anyMask() : MASKS[random.nextInt(MASKS.length)];
    }

    /** Takes {@code events}, so that they are not ready any more. */
    void take(FuzzHandle handle, int events) {
        if (!(handle instanceof FuzzStream)) {
            handle.clear(events);
        } else if ((events & IN) != 0 && handle.isLive()) {
            streams.read((FuzzStream) handle);
        }
    }

    /**
     * {@code handle} leaves the loop, and its file comes back with another handle.
     *
     * @return that handle, or {@code null} if the first one was closed by what it was told last
     */
    private FuzzHandle moveToAnother(FuzzHandle handle) {
        world.cancel(handle);
        if (handle.isClosed()) {
            handle.closeFd();
            return null;
        }
        int fd = handle.fd().intValue();
        handle.handOverFd();
        return handle instanceof FuzzStream ? world.registerStream(fd, ((FuzzStream) handle).bytes())
                : world.register(fd, handle.regular);
    }

    /** As an operator does: away from the ring, or back to one. */
    void switchBackend() {
        if (!world.profile.settings().ringWanted) {
            return;
        }
        boolean toEpoll = world.loop.hasRing();
        world.trace(null, () -> "the loop is to wait on " + (toEpoll ? "epoll" : "a ring"));
        try {
            if (toEpoll) {
                world.loop.useEpoll();
            } else {
                world.loop.useRing();
            }
        } catch (RingException | OutOfMemoryError e) {
            world.trace(null, () -> "it cannot: " + e);
            if (!world.faults.active) {
                world.violated(null, "gets no ring: " + e);
            }
        }
        if (world.loop.hasRing() && toEpoll) {
            world.violated(null, "the loop still has its ring");
        }
    }

    /** Has epoll watch a handle in the middle of what it does. */
    void revert(FuzzHandle handle) {
        world.trace(handle, () -> "is to be reverted");
        if (world.loop.revert(handle, "test") == handle.cancelled && (handle.cancelled || world.isSound())) {
            world.violated(handle, "is reverted although cancelled, or not although it is live");
        }
    }
}
