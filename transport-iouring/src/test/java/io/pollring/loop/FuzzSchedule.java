/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.ring.Abi;
import io.pollring.ring.FakeFile;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** One schedule: random steps of handles, their users, other threads and the kernel, then a {@link FuzzFinale}. */
final class FuzzSchedule implements FuzzReactions {
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
    private static final int HAND_OVER_ONE_IN = 400;
    private static final int RING_TROUBLE_ONE_IN = 80;

    private final Random random;
    private final FuzzProfile profile;
    private final FuzzWorld world;
    private final FuzzStreamActions streams;
    private int step;

    FuzzSchedule(long seed, boolean tracing) {
        random = new Random(seed);
        profile = new FuzzProfile(random);
        world = new FuzzWorld(profile, random, tracing);
        world.use(this);
        streams = new FuzzStreamActions(world, random);
    }

    FuzzProfile profile() {
        return profile;
    }

    FuzzWorld world() {
        return world;
    }

    /**
     * Runs on in the calling thread.
     *
     * @return {@code false} if the rest is to be run by another thread
     */
    boolean advance() {
        world.loop.initialize();
        world.faults.active = true;
        while (step < profile.steps) {
            step++;
            for (int n = random.nextInt(5); n > 0; n--) {
                act();
            }
            world.turn();
            if (random.nextInt(HAND_OVER_ONE_IN) == 0) {
                world.trace(null, () -> "the loop goes on in another thread");
                return false;
            }
        }
        world.faults.active = false;
        world.faults.nextEnter = 0;
        new FuzzFinale(world, streams, random).run();
        return true;
    }

    private void act() {
        int action = random.nextInt(20);
        if (action < 3 || world.handles.isEmpty()) {
            open();
            return;
        }
        FuzzHandle handle = anyHandle();
        switch (action) {
            case 3:
            case 4:
            case 5:
            case 6:
                if (handle.isLive()) {
                    world.submit(handle, anyMask(handle));
                }
                break;
            case 7:
                outside(() -> world.submit(handle, anyMask(handle)));
                break;
            case 8:
            case 9:
                if (handle instanceof FuzzStream) {
                    streams.userActs((FuzzStream) handle);
                } else {
                    handle.clear(EVENTS[random.nextInt(EVENTS.length)]);
                }
                break;
            case 10:
                close(handle);
                break;
            case 11:
                closeFromOutside(handle);
                break;
            case 12:
                registerAgain(handle);
                break;
            case 13:
                trouble();
                break;
            case 14:
                world.revert(handle);
                break;
            default:
                fire(handle);
                break;
        }
    }

    private void open() {
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
                world.files().get(fd).fire(EVENTS[random.nextInt(EVENTS.length)]);
            }
            handle = world.register(fd, regular);
        }
        if (random.nextInt(4) != 0) {
            world.submit(handle, anyMask(handle));
        }
    }

    private void fire(FuzzHandle handle) {
        if (handle instanceof FuzzStream) {
            streams.peerActs((FuzzStream) handle);
        } else if (!handle.regular) {
            int events = EVENTS[random.nextInt(EVENTS.length)];
            world.trace(handle, () -> "has " + PollNames.of(events));
            handle.fire(events);
        }
    }

    /** As a channel does: cancelled first, then closed. The peer must see the end at once. */
    private void close(FuzzHandle handle) {
        boolean open = handle.fd().isOpen();
        boolean sound = profile.isExact() && !handle.cancelled && !world.hasPredecessor(handle);
        world.cancel(handle);
        handle.closeFd();
        sound &= !world.faults.ringBroken && world.loop.metrics().removalsUnconfirmed() == 0;
        if (open && sound && !handle.file.isReleased()) {
            world.violated(handle, "is closed, but a poll holds the file");
        }
    }

    /** As a socket that lingers: closed by another thread, then cancelled by it. Its number may be reused at once. */
    private void closeFromOutside(FuzzHandle handle) {
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

    /** A channel leaves the loop, and comes back. */
    private void registerAgain(FuzzHandle handle) {
        if (handle.isLive()) {
            FuzzHandle next = world.registerAgain(handle);
            if (next != null && random.nextBoolean()) {
                world.submit(next, anyMask(next));
            }
        }
    }

    private void trouble() {
        for (FakeFile file : world.files().adopted()) {
            // A wake-up that nobody needs, or the timer.
            if (random.nextInt(4) == 0) {
                file.fire(IN);
            }
        }
        if (random.nextInt(RING_TROUBLE_ONE_IN / 20) == 0) {
            if (random.nextInt(3) == 0) {
                world.trace(null, () -> "the ring is lost");
                world.faults.loseRing();
            } else {
                world.trace(null, () -> "the ring is not the thread's any more");
                world.faults.forgetThread();
            }
        }
    }

    private void outside(Runnable action) {
        world.asOtherThread(() -> {
            action.run();
            return true;
        });
    }

    private FuzzHandle anyHandle() {
        return world.handles.get(random.nextInt(world.handles.size()));
    }

    private int anyMask(FuzzHandle handle) {
        return handle instanceof FuzzStream ? streams.anyMask() : MASKS[random.nextInt(MASKS.length)];
    }

    @Override
    public void react(FuzzHandle handle, int events) {
        if ((events & FuzzHandle.ALWAYS) != 0 && random.nextBoolean()) {
            close(handle);
            return;
        }
        if (handle instanceof FuzzStream && random.nextBoolean()) {
            ((FuzzStream) handle).send();
        }
        switch (random.nextInt(13)) {
            case 0:
            case 1:
            case 2:
            case 3:
                // Reads all, or writes until it blocks; and has seen the error.
                take(handle, events & ~(RDHUP | Abi.POLLHUP));
                break;
            case 4:
                take(handle, IN);
                world.submit(handle, anyMask(handle));
                break;
            case 5:
                world.submit(handle, anyMask(handle));
                break;
            case 6:
                close(handle);
                break;
            case 7:
                close(anyHandle());
                break;
            case 8:
                FuzzHandle other = anyHandle();
                if (other.isLive()) {
                    world.submit(other, anyMask(other));
                }
                break;
            case 9:
                throw new IllegalStateException("a handle in trouble");
            case 10:
                world.revert(random.nextBoolean() ? handle : anyHandle());
                break;
            case 11:
                FuzzHandle any = anyHandle();
                if (any instanceof FuzzStream) {
                    streams.userActs((FuzzStream) any);
                }
                break;
            default:
                break;
        }
    }

    private void take(FuzzHandle handle, int events) {
        if (!(handle instanceof FuzzStream)) {
            handle.clear(events);
        } else if ((events & IN) != 0 && handle.isLive()) {
            streams.read((FuzzStream) handle);
        }
    }

    @Override
    public void hasSent(FuzzStream handle) {
        switch (random.nextInt(16)) {
            case 0:
                handle.send();
                break;
            case 1:
                close(random.nextBoolean() ? handle : anyHandle());
                break;
            case 2:
                streams.userActs(handle);
                break;
            case 3:
                throw new IllegalStateException("a handle in trouble after it has sent");
            default:
                break;
        }
    }

    @Override
    public boolean whileAsleep() {
        List<FuzzHandle> handles = new ArrayList<>(world.handles);
        int choice = random.nextInt(6);
        if (choice < 2 || handles.isEmpty()) {
            return false;
        }
        FuzzHandle handle = handles.get(random.nextInt(handles.size()));
        if (choice == 2) {
            world.submit(handle, anyMask(handle));
        } else if (choice == 3 && !(handle instanceof FuzzStream) && random.nextInt(4) == 0) {
            handle.closeFd();
            world.cancel(handle);
        } else {
            fire(handle);
        }
        return true;
    }

    @Override
    public boolean knowsItIsDrained() {
        return random.nextInt(4) != 0;
    }
}
