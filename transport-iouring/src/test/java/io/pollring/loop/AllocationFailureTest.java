/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.epoll.EpollIoHandle;
import io.netty.util.collection.IntObjectMap;
import io.pollring.ring.BufferRing;
import io.pollring.ring.Abi;
import io.pollring.ring.FakeOffer;
import io.pollring.ring.MessageHeaders;
import io.pollring.ring.Ring;
import io.pollring.ring.RingException;
import io.pollring.ring.RingFeature;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Each piece of memory that a loop asks for while it runs is refused once, in turn, and then all of them are. */
class AllocationFailureTest {
    private static final int IN = Abi.POLLIN;
    private static final int IN_AND_END = Abi.POLLIN | Abi.POLLRDHUP;
    /** More than fit into what a loop begins with. */
    private static final int COUNT = 150;
    private static final int PATIENCE = 60;

    private final ScarceMemory memory = new ScarceMemory();
    private final List<FakeStreamHandle> streams = new ArrayList<>();
    private final List<FakeLoop.Handle> reverted = new ArrayList<>();
    private FakeLoop loop;

    @Test
    void eachIsRefusedInTurn() {
        run();
        int allocations = memory.asked;
        assertTrue(allocations > 2 * COUNT + 10, "the loop has grown: " + allocations);
        for (int refused = 0; refused < allocations; refused++) {
            memory.from = refused;
            memory.to = refused;
            run();
        }
    }

    @Test
    void allAreRefusedFromOneOn() {
        for (int first = 0; first < 2 * COUNT + 20; first += 7) {
            memory.from = first;
            memory.to = Integer.MAX_VALUE;
            run();
        }
    }

    private void run() {
        memory.asked = 0;
        streams.clear();
        reverted.clear();
        loop = new FakeLoop(FakeOffer.everything(), new LoopSettings(256, 1024, 0, Long.MAX_VALUE, 1, 0, 0, true, false,
                EnumSet.allOf(RingFeature.class)), memory, new FakeLoop.Wrapper());
        // What a loop begins with is not in question.
        memory.armed = true;
        openAll();
        for (int round = 1; round <= 2; round++) {
            loop.turns(PATIENCE);
            streams.forEach(handle -> handle.peer.arrive(1));
            reverted.forEach(handle -> handle.file.fire(IN));
            loop.turns(PATIENCE);
            for (FakeStreamHandle handle : streams) {
                assertEquals(round, handle.received);
                assertEquals(10 * round, handle.peer.accepted());
            }
        }
        int told = (int) reverted.stream().filter(handle -> !handle.told.isEmpty()).count();
        assertEquals(reverted.size(), told + loop.failures.size(), "who is not told has failed");
        closeAll();
    }

    private void openAll() {
        for (int i = 0; i < COUNT; i++) {
            FakeStreamHandle handle = new FakeStreamHandle(loop, loop.kernel.files().openStream(1, 1000));
            handle.reaction = events -> {
                handle.readAll();
                if (handle.stream.maySendLater()) {
                    handle.stream.sendLater();
                }
            };
            if (isRegistered(handle)) {
                handle.submit(IN_AND_END);
                streams.add(handle);
            }
        }
        for (int i = 0; i < COUNT; i++) {
            FakeLoop.Handle handle = loop.new Handle(loop.kernel.files().open());
            handle.reaction = events -> handle.file.clear(IN);
            if (isRegistered(handle)) {
                loop.loop.revert(handle, "test");
                handle.submit(IN);
                reverted.add(handle);
            }
        }
    }

    /** Without memory for it nothing is left of a registration. */
    private boolean isRegistered(FakeLoop.Handle handle) {
        int before = loop.loop.registrations();
        try {
            handle.registration = (PollRegistration) loop.loop.register(handle);
            return true;
        } catch (OutOfMemoryError e) {
            assertEquals(before, loop.loop.registrations());
            handle.closeFd();
            return false;
        }
    }

    private void closeAll() {
        streams.forEach(handle -> handle.registration.cancel());
        reverted.forEach(handle -> handle.registration.cancel());
        assertEquals(0, loop.loop.registrations());
        // Every slot is found again, whether there was memory to take note of it or not.
        memory.armed = false;
        int slots = 0;
        for (FakeLoop.Handle handle : streams) {
            handle.registration = (PollRegistration) loop.loop.register(handle);
            slots = Math.max(slots, handle.registration.slot);
        }
        assertTrue(slots < 2 * COUNT, "slots are lost");
        loop.close();
        assertEquals(0, loop.kernel.mappings());
    }

    /** Refuses what is asked for from one number to another. */
    private static final class ScarceMemory extends LoopMemory {
        int from = -1;
        int to = -2;
        int asked;
        boolean armed;

        private void ask() {
            int number = armed ? asked++ : -1;
            if (number >= 0 && number >= from && number <= to) {
                throw new OutOfMemoryError("on purpose");
            }
        }

        @Override
        PollRegistration registration(RegistrationLoop loop, EpollIoHandle handle) {
            ask();
            return super.registration(loop, handle);
        }

        @Override
        <T> T[] copyOf(T[] array, int length) {
            ask();
            return super.copyOf(array, length);
        }

        @Override
        int[] copyOf(int[] array, int length) {
            ask();
            return super.copyOf(array, length);
        }

        @Override
        IntObjectMap<PollRegistration> map(int size) {
            ask();
            return super.map(size);
        }

        @Override
        ByteBuffer direct(int bytes) {
            ask();
            return super.direct(bytes);
        }

        @Override
        MessageHeaders headers(int count) {
            ask();
            return super.headers(count);
        }

        @Override
        BufferRing bufferRing(Ring ring, int count, int bytes) throws RingException {
            ask();
            return super.bufferRing(ring, count, bytes);
        }
    }
}
