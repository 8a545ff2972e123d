/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.ring.Abi;
import io.pollring.ring.UserData;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * The end of a schedule. Nothing fails any more, and what is now asked must come true within a bounded number of turns:
 * whatever is ready is told again and again, a loop with nothing to tell sleeps, a sleeping one still hears of
 * everything, and what is closed is gone.
 */
final class FuzzFinale implements FuzzReactions {
    private static final int MAX_TURNS = 120;
    private static final int QUIET_TURNS = 3;
    private static final int FIRST_INTERNAL_KIND = 8;

    private final FuzzWorld world;
    private final Random random;

    FuzzFinale(FuzzWorld world, Random random) {
        this.world = world;
        this.random = random;
    }

    void run() {
        world.use(this);
        world.trace(null, () -> "-- finale: whatever is ready is told");
        cancelWhatIsClosed();
        // Twice: an event that is left behind is told again.
        for (int i = 0; i < 2; i++) {
            world.handles.forEach(FuzzHandle::forgetTold);
            turnUntil(this::allIsTold, "is not told of what is ready");
        }
        world.trace(null, () -> "-- finale: the loop sleeps");
        clearWhatIsWanted();
        checkThatItSleeps();
        world.trace(null, () -> "-- finale: a sleeping loop hears of everything");
        world.handles.forEach(FuzzHandle::forgetTold);
        for (FuzzHandle handle : world.handles) {
            if (handle.desired != 0) {
                handle.fire(anyBit(handle.desired));
            }
        }
        turnUntil(this::allIsTold, "slept too soundly");
        world.trace(null, () -> "-- finale: what is closed is gone");
        closeAll();
    }

    private void cancelWhatIsClosed() {
        world.turn();
        for (FuzzHandle handle : new ArrayList<>(world.handles)) {
            if (!handle.isLive() && !handle.cancelled) {
                world.cancel(handle);
            }
        }
    }

    private boolean allIsTold() {
        for (FuzzHandle handle : world.handles) {
            if (handle.isDeaf(handle.told)) {
                return false;
            }
        }
        return true;
    }

    private void turnUntil(BooleanSupplier done, String complaint) {
        for (int i = 0; i < MAX_TURNS; i++) {
            world.turn();
            if (done.getAsBoolean()) {
                return;
            }
        }
        for (FuzzHandle handle : world.handles) {
            if (handle.isDeaf(handle.told)) {
                throw new AssertionError(handle + " " + complaint + "; told only " + PollNames.of(handle.told));
            }
        }
        throw new AssertionError(complaint);
    }

    /** What is not wanted stays ready: it must not keep the loop busy. */
    private void clearWhatIsWanted() {
        for (FuzzHandle handle : new ArrayList<>(world.handles)) {
            if (handle.regular) {
                // Always ready, by its nature.
                world.cancel(handle);
                handle.closeFd();
            } else {
                handle.clear(handle.desired | FuzzHandle.ALWAYS);
            }
        }
    }

    private void checkThatItSleeps() {
        int quiet = 0;
        for (int i = 0; i < MAX_TURNS; i++) {
            long completed = world.loop.metrics().ring().completed();
            world.handles.forEach(FuzzHandle::forgetTold);
            boolean slept = world.turn();
            for (FuzzHandle handle : world.handles) {
                slept &= handle.told == 0;
            }
            quiet = slept && world.loop.metrics().ring().completed() == completed ? quiet + 1 : 0;
            if (quiet == QUIET_TURNS) {
                return;
            }
        }
        throw new AssertionError("the loop does not sleep though nothing wanted is ready: " + world.handles
                + world.kernel.armed() + ", calls " + world.kernel);
    }

    private static int anyBit(int mask) {
        return Integer.lowestOneBit(mask);
    }

    private void closeAll() {
        for (FuzzHandle handle : new ArrayList<>(world.handles)) {
            if (!handle.cancelled) {
                world.cancel(handle);
                if (world.profile.isExact() && handle.registration.slot != PollRegistration.NO_SLOT) {
                    throw new AssertionError(handle + " still has its slot");
                }
            }
            handle.closeFd();
            if (world.profile.isExact() && !handle.file.isReleased()) {
                throw new AssertionError(handle + " is closed, but somebody holds its file");
            }
        }
        // Removals that could not be confirmed, because completions are dropped, are over with the ring at last.
        turnUntil(() -> world.loop.registrations() == 0 || !world.profile.isExact(), "slots are left");
        // Enters that fail, one after the other, can use up a cancellation's patience.
        if (world.profile.isExact() && world.profile.faults == 0
                && world.loop.metrics().removalsUnconfirmed() != 0) {
            throw new AssertionError(world.loop.metrics().removalsUnconfirmed() + " removals were not confirmed");
        }
        List<Long> armed = world.kernel.armed();
        armed.removeIf(userData -> UserData.kind(userData) >= FIRST_INTERNAL_KIND);
        if (world.profile.isExact() && !armed.isEmpty()) {
            throw new AssertionError("polls are left: " + armed);
        }
        world.loop.prepareToDestroy();
        world.loop.destroy();
        if (world.loop.registrations() != 0) {
            throw new AssertionError(world.loop.registrations() + " slots are left in a destroyed loop");
        }
        if (world.files().count() != 0 || world.kernel.mappings() != 0) {
            throw new AssertionError(world.files().count() + " fds and " + world.kernel.mappings()
                    + " mappings are left");
        }
    }

    @Override
    public void react(FuzzHandle handle, int events) {
        // Leaves everything behind.
        if ((events & Abi.POLLERR) != 0 && random.nextBoolean()) {
            handle.clear(Abi.POLLERR);
        }
    }

    @Override
    public boolean whileAsleep() {
        return false;
    }

    @Override
    public boolean knowsItIsDrained() {
        return true;
    }
}
