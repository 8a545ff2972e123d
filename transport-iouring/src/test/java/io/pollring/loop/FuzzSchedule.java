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
    private static final int RDHUP = Abi.POLLRDHUP;
    private static final int HAND_OVER_ONE_IN = 400;
    private static final int RING_TROUBLE_ONE_IN = 80;
    private static final int SWITCH_ONE_IN = 8;

    private final Random random;
    private final FuzzProfile profile;
    private final FuzzWorld world;
    private final FuzzStreamActions streams;
    private final FuzzActions actions;
    private int step;

    FuzzSchedule(long seed, boolean tracing) {
        random = new Random(seed);
        profile = new FuzzProfile(random);
        world = new FuzzWorld(profile, random, tracing);
        world.use(this);
        streams = new FuzzStreamActions(world, random);
        actions = new FuzzActions(world, streams, random);
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
            if (profile.quiet && random.nextInt(3) == 0) {
                world.trace(null, () -> "a sweep");
                world.loop.poller.quiet().sweep();
            }
            world.turn();
            if (random.nextInt(HAND_OVER_ONE_IN) == 0) {
                world.trace(null, () -> "the loop goes on in another thread");
                world.faults.handOver();
                return false;
            }
        }
        world.faults.active = false;
        world.faults.nextEnter = 0;
        new FuzzFinale(world, streams, random).run();
        return true;
    }

    private void act() {
        int action = random.nextInt(21);
        if (action < 3 || world.handles.isEmpty()) {
            actions.open();
            return;
        }
        FuzzHandle handle = actions.anyHandle();
        switch (action) {
            case 3:
            case 4:
            case 5:
            case 6:
                if (handle.isLive()) {
                    world.submit(handle, actions.anyMask(handle));
                }
                break;
            case 7:
                actions.outside(() -> world.submit(handle, actions.anyMask(handle)));
                break;
            case 8:
            case 9:
                if (handle instanceof FuzzStream) {
                    streams.userActs((FuzzStream) handle);
                } else {
                    handle.clear(actions.anyEvents());
                }
                break;
            case 10:
                actions.close(handle);
                break;
            case 11:
                actions.closeFromOutside(handle);
                break;
            case 12:
                actions.registerAgain(handle);
                break;
            case 13:
                trouble();
                break;
            case 14:
                actions.revert(handle);
                break;
            case 15:
                if (random.nextInt(2) == 0) {
                    actions.closeBehindTheLoopsBack(handle);
                }
                break;
            default:
                actions.fire(handle);
                break;
        }
    }

    private void trouble() {
        for (FakeFile file : world.files().adopted()) {
            // A wake-up that nobody needs, or the timer.
            if (random.nextInt(4) == 0) {
                file.fire(IN);
            }
        }
        if (random.nextInt(SWITCH_ONE_IN) == 0) {
            actions.switchBackend();
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

    @Override
    public void react(FuzzHandle handle, int events) {
        if ((events & FuzzHandle.ALWAYS) != 0 && random.nextBoolean()) {
            actions.close(handle);
            return;
        }
        if (handle instanceof FuzzStream && random.nextBoolean()) {
            ((FuzzStream) handle).send();
        }
        switch (random.nextInt(14)) {
            case 0:
            case 1:
            case 2:
            case 3:
                // Reads all, or writes until it blocks; and has seen the error.
                actions.take(handle, events & ~(RDHUP | Abi.POLLHUP));
                break;
            case 4:
                actions.take(handle, IN);
                world.submit(handle, actions.anyMask(handle));
                break;
            case 5:
                world.submit(handle, actions.anyMask(handle));
                break;
            case 6:
                actions.close(handle);
                break;
            case 7:
                actions.close(actions.anyHandle());
                break;
            case 8:
                FuzzHandle other = actions.anyHandle();
                if (other.isLive()) {
                    world.submit(other, actions.anyMask(other));
                }
                break;
            case 9:
                throw new IllegalStateException("a handle in trouble");
            case 10:
                actions.revert(random.nextBoolean() ? handle : actions.anyHandle());
                break;
            case 12:
                actions.closeBehindTheLoopsBack(random.nextBoolean() ? handle : actions.anyHandle());
                break;
            case 11:
                FuzzHandle any = actions.anyHandle();
                if (any instanceof FuzzStream) {
                    streams.userActs((FuzzStream) any);
                }
                break;
            default:
                break;
        }
    }

    @Override
    public void hasSent(FuzzStream handle) {
        switch (random.nextInt(16)) {
            case 0:
                handle.send();
                break;
            case 1:
                actions.close(random.nextBoolean() ? handle : actions.anyHandle());
                break;
            case 2:
                streams.userActs(handle);
                break;
            case 3:
                throw new IllegalStateException("a handle in trouble after it has sent");
            case 4:
                actions.closeBehindTheLoopsBack(random.nextBoolean() ? handle : actions.anyHandle());
                break;
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
            world.submit(handle, actions.anyMask(handle));
        } else if (choice == 3 && !(handle instanceof FuzzStream) && random.nextInt(4) == 0) {
            handle.closeFd();
            world.cancel(handle);
        } else {
            actions.fire(handle);
        }
        return true;
    }

    @Override
    public boolean leavesWhatIsClosed() {
        return random.nextBoolean();
    }

    @Override
    public boolean knowsItIsDrained() {
        return random.nextInt(4) != 0;
    }
}
