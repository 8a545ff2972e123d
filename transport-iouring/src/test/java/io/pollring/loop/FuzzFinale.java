/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.ring.Abi;
import io.pollring.ring.FakeStream;
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
    private final FuzzStreamActions streams;
    private final Random random;

    FuzzFinale(FuzzWorld world, FuzzStreamActions streams, Random random) {
        this.world = world;
        this.streams = streams;
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
                fire(handle);
            }
        }
        turnUntil(this::allIsTold, "slept too soundly");
        world.trace(null, () -> "-- finale: what was sent has come");
        drainStreams();
        world.trace(null, () -> "-- finale: what is closed is gone");
        closeAll();
    }

    private void cancelWhatIsClosed() {
        world.turn();
        for (FuzzHandle handle : new ArrayList<>(world.handles)) {
            // Others stay: the loop must not be kept busy by those whose descriptors say that they are closed.
            if (!handle.isLive() && !handle.cancelled && (handle.closedBehind || random.nextBoolean())) {
                world.cancel(handle);
                handle.closeFd();
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
            if (handle.isDeaf(handle.told) || handle.isLive() && handle instanceof FuzzStream
                    && !((FuzzStream) handle).bytes().isDrained()) {
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
            } else if (handle instanceof FuzzStream) {
                rest((FuzzStream) handle);
            } else {
                handle.clear(handle.desired | FuzzHandle.ALWAYS);
            }
        }
    }

    /** Takes all there is, and asks for no more of what never ends. */
    private void rest(FuzzStream handle) {
        if (!handle.isLive()) {
            return;
        }
        FakeStream stream = handle.bytes().stream();
        if (stream.isReset()) {
            world.submit(handle, 0);
        } else if (stream.isOver()) {
            world.submit(handle, handle.desired & ~(Abi.POLLIN | Abi.POLLRDHUP));
        }
        stream.fill();
        while ((handle.desired & Abi.POLLIN) != 0 && handle.read(streams.anyLength())) {
            // To the last byte.
        }
    }

    private void fire(FuzzHandle handle) {
        if (!(handle instanceof FuzzStream)) {
            handle.fire(anyBit(handle.desired));
            return;
        }
        FuzzStream stream = (FuzzStream) handle;
        if (stream.bytes().stream().isOver()) {
            stream.bytes().stream().makeRoom(1);
        } else if (random.nextInt(4) == 0) {
            stream.end(random.nextBoolean());
        } else {
            stream.bytes().stream().arrive(streams.anyLength());
            stream.bytes().stream().makeRoom(1);
        }
    }

    private void drainStreams() {
        for (FuzzHandle handle : world.handles) {
            if (handle.isLive() && handle instanceof FuzzStream) {
                world.submit(handle, Abi.POLLIN | Abi.POLLRDHUP);
            }
        }
        turnUntil(this::allIsDrained, "does not get all that its peer has sent");
        for (FuzzHandle handle : world.handles) {
            if (handle instanceof FuzzStream && handle.isLive()) {
                ((FuzzStream) handle).bytes().checkSent((FuzzStream) handle);
            }
        }
    }

    private boolean allIsDrained() {
        for (FuzzHandle handle : world.handles) {
            if (handle.isLive() && handle instanceof FuzzStream && !((FuzzStream) handle).bytes().isDrained()) {
                return false;
            }
        }
        return true;
    }

    private void checkThatItSleeps() {
        int quiet = 0;
        for (int i = 0; i < MAX_TURNS; i++) {
            long completed = world.loop.metrics().ring.completed();
            world.handles.forEach(FuzzHandle::forgetTold);
            boolean slept = world.turn();
            for (FuzzHandle handle : world.handles) {
                slept &= handle.told == 0;
            }
            quiet = slept && world.loop.metrics().ring.completed() == completed ? quiet + 1 : 0;
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
                if (world.isExact() && handle.registration.slot != PollRegistration.NO_SLOT) {
                    throw new AssertionError(handle + " still has its slot");
                }
            }
            handle.closeFd();
            if (world.isExact() && !handle.file.isReleased()) {
                throw new AssertionError(handle + " is closed, but somebody holds its file");
            }
        }
        // Removals that could not be confirmed, because completions are dropped, are over with the ring at last.
        turnUntil(() -> world.loop.registrations() == 0 || !world.isExact(), "slots are left");
        world.turn();
        if (world.kernel.buffersTaken() != 0) {
            throw new AssertionError(world.kernel.buffersTaken() + " buffers are not given back");
        }
        // Enters that fail, one after the other, can use up a cancellation's patience.
        if (world.isExact() && world.profile.faults == 0
                && world.loop.metrics().removalsUnconfirmed.get() != 0) {
            throw new AssertionError(world.loop.metrics().removalsUnconfirmed.get() + " removals were not confirmed");
        }
        List<Long> armed = world.kernel.armed();
        armed.removeIf(userData -> UserData.kind(userData) >= FIRST_INTERNAL_KIND);
        if (world.isExact() && !armed.isEmpty()) {
            throw new AssertionError("requests are left: " + armed);
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
        if (handle instanceof FuzzStream) {
            // As a channel does, it takes something of what it is told of: there are buffers for few who do not.
            if ((events & Abi.POLLIN) != 0) {
                streams.read((FuzzStream) handle);
            }
            return;
        }
        // Leaves everything behind.
        if ((events & Abi.POLLERR) != 0 && random.nextBoolean()) {
            handle.clear(Abi.POLLERR);
        }
    }

    @Override
    public void hasSent(FuzzStream handle) {
        // Has nothing more to send.
    }

    @Override
    public boolean whileAsleep() {
        return false;
    }

    @Override
    public boolean leavesWhatIsClosed() {
        return random.nextBoolean();
    }

    @Override
    public boolean knowsItIsDrained() {
        return true;
    }
}
