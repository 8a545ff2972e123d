/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.ring.Abi;
import io.pollring.ring.Errno;
import io.pollring.ring.FakeFaults;
import io.pollring.ring.FakeOffer;
import io.pollring.ring.UserData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A handle's fd is closed, and says so, but nobody cancels its registration: it is told once that it has failed, what it
 * has in the kernel is taken back, the number is left to its next owner, and the loop sleeps.
 */
class ClosedFdTest {
    private static final int PATIENCE = 10;
    private static final int FIRST_INTERNAL_KIND = 8;
    private static final int IN = Abi.POLLIN;
    private static final int IN_AND_END = Abi.POLLIN | Abi.POLLRDHUP;
    private static final int LENGTH = 10;

    private final Faults faults = new Faults();
    private FakeLoop loop;

    @BeforeEach
    void setUp() {
        open(FakeOffer.everything());
    }

    private void open(FakeOffer offer) {
        if (loop != null) {
            loop.close();
        }
        loop = new FakeLoop(offer, 64, 128);
        loop.kernel.use(faults);
        assertSleeps();
    }

    @AfterEach
    void tearDown() {
        loop.close();
    }

    private void assertSleeps() {
        loop.sleep(PATIENCE);
    }

    private FakeStreamHandle reader(FakeStreamHandle handle) {
        handle.readsAll();
        assertSleeps();
        return handle;
    }

    /** Closes its fd, whose number is another's at once, who is to have nothing of it. */
    private void close(FakeLoop.Handle handle) {
        handle.closeFd();
        FakeStreamHandle next = loop.openStream(LENGTH);
        assertEquals(handle.fd().intValue(), next.fd().intValue());
        next.peer.arrive(LENGTH);
    }

    private void assertFailsOnce(FakeLoop.Handle handle) {
        int told = handle.told.size();
        long received = handle instanceof FakeStreamHandle ? ((FakeStreamHandle) handle).received : 0;
        assertSleeps();
        assertEquals(1, loop.failures.size(), loop.failures::toString);
        assertTrue(loop.failures.get(0).getMessage().contains("EBADF"), loop.failures::toString);
        assertEquals(told, handle.told.size());
        if (handle instanceof FakeStreamHandle) {
            assertEquals(received, ((FakeStreamHandle) handle).received);
            assertFalse(((FakeStreamHandle) handle).stream.reception.isInKernel());
        }
        assertEquals(List.of(), requests());
        assertTrue(handle.file.isReleased(), "nobody holds the file");
        handle.registration.cancel();
        assertEquals(1, handle.unregistered);
        assertEquals(PollRegistration.NO_SLOT, handle.registration.slot);
        loop.turns(2);
        assertEquals(1, loop.failures.size(), loop.failures::toString);
    }

    /** Those of handles that are in the kernel, or on their way there. */
    private List<Long> requests() {
        List<Long> requests = loop.kernel.armed();
        requests.removeIf(userData -> UserData.kind(userData) >= FIRST_INTERNAL_KIND);
        return requests;
    }

    enum Watch { RING, REVERTED }

    private FakeLoop.Handle openWatched(Watch watch, int mask) {
        FakeLoop.Handle handle = loop.open().submit(mask);
        assertSleeps();
        if (watch == Watch.REVERTED) {
            assertTrue(loop.loop.revert(handle, "test"));
            assertSleeps();
        }
        return handle;
    }

    @ParameterizedTest
    @EnumSource(Watch.class)
    void inItsHandler(Watch watch) {
        FakeLoop.Handle handle = openWatched(watch, IN);
        handle.reaction = events -> close(handle);
        handle.file.fire(IN);
        loop.turn();
        assertFailsOnce(handle);
    }

    @ParameterizedTest
    @EnumSource(Watch.class)
    void beforeItAsksForSomethingElse(Watch watch) {
        FakeLoop.Handle handle = openWatched(watch, IN);
        loop.inLoop = false;
        handle.submit(IN | Abi.POLLOUT);
        loop.inLoop = true;
        close(handle);
        assertFailsOnce(handle);
    }

    /** As a channel does whose socket is full, or that connects. */
    @ParameterizedTest
    @EnumSource(value = Watch.class, mode = EnumSource.Mode.EXCLUDE, names = "REVERTED")
    void whileItWaitsForRoom(Watch watch) {
        FakeLoop.Handle handle = openWatched(watch, Abi.POLLOUT);
        close(handle);
        assertSleeps();
        assertEquals(List.of(), loop.failures);
        handle.file.fire(Abi.POLLOUT);
        assertFailsOnce(handle);
    }

    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void whileItIsReceivedFor(boolean ahead) {
        FakeStreamHandle handle = reader(ahead ? loop.openStream(0) : loop.openStreamOfPieces());
        close(handle);
        handle.peer.arrive(LENGTH);
        assertFailsOnce(handle);
        assertEquals(0, handle.received);
    }

    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void whileMoreIsReceivedThanItTakes(boolean ahead) {
        FakeStreamHandle handle = reader(ahead ? loop.openStream(0) : loop.openStreamOfPieces());
        handle.reaction = events -> close(handle);
        handle.peer.arrive(3 * StreamRegistration.PIECE_BYTES);
        loop.turn();
        assertFailsOnce(handle);
    }

    @Test
    void whileNobodyAsksForWhatIsReceived() {
        FakeStreamHandle handle = reader(loop.openStream(0));
        handle.submit(Abi.POLLRDHUP);
        handle.peer.arrive(LENGTH);
        assertSleeps();
        close(handle);
        loop.inLoop = false;
        handle.submit(IN_AND_END);
        loop.inLoop = true;
        assertFailsOnce(handle);
    }

    @Test
    void whileItsReceiveIsBeingCancelled() {
        FakeStreamHandle handle = reader(loop.openStream(0));
        handle.submit(Abi.POLLRDHUP);
        handle.peer.arrive(LENGTH);
        faults.lateness = 3;
        loop.mayBlock = false;
        for (int i = 0; handle.stream.reception != Reception.CANCELLING; i++) {
            assertTrue(i < PATIENCE, "what nobody asks for is not received for ever");
            loop.turn();
        }
        loop.mayBlock = true;
        loop.inLoop = false;
        handle.submit(IN_AND_END);
        loop.inLoop = true;
        close(handle);
        assertFailsOnce(handle);
    }

    @Test
    void whileItHasFoundNoBuffer() {
        FakeStreamHandle handle = loop.openStream(0);
        handle.submit(IN_AND_END);
        assertSleeps();
        faults.buffers = 0;
        handle.peer.arrive(LENGTH);
        handle.reaction = events -> close(handle);
        loop.turns(2);
        assertEquals(1, loop.loop.metrics().receivesStarved.get());
        assertFailsOnce(handle);
    }

    @Test
    void whileTheKernelHasNoMemoryForItsRequests() {
        FakeStreamHandle handle = loop.openStream(0);
        handle.submit(IN_AND_END);
        faults.noMemory = true;
        loop.turn();
        assertEquals(2, requests().size());
        close(handle);
        faults.noMemory = false;
        assertFailsOnce(handle);
    }

    @Test
    void beforeItIsAskedWhatToSend() {
        FakeStreamHandle handle = loop.openStream(LENGTH);
        handle.reaction = events -> {
            handle.readAll();
            assertTrue(handle.stream.sendLater());
            close(handle);
        };
        handle.submit(IN_AND_END);
        assertSleeps();
        handle.peer.arrive(1);
        loop.turn();
        assertFailsOnce(handle);
        // It is told to send by itself, or to fail.
        assertEquals(List.of(-Errno.EAGAIN), handle.sends);
        assertEquals(0, handle.peer.accepted());
    }

    /** Another one's handler closes it as it goes on by itself, when the first one's request is made already. */
    @Test
    void afterItWasAskedWhatToSend() {
        FakeStreamHandle handle = loop.openStream(LENGTH);
        FakeStreamHandle closer = loop.openStream(LENGTH);
        for (FakeStreamHandle sender : List.of(handle, closer)) {
            sender.reaction = events -> {
                sender.readAll();
                assertTrue(sender.stream.sendLater());
            };
            sender.submit(IN_AND_END);
        }
        assertSleeps();
        closer.spoilt = true;
        closer.onSent = () -> close(handle);
        handle.peer.arrive(1);
        loop.turn();
        assertEquals(1, handle.sends.size());
        handle.sends.clear();
        handle.peer.arrive(1);
        closer.peer.arrive(1);
        loop.turn();
        assertEquals(List.of(-Errno.EBADF), handle.sends);
        closer.registration.cancel();
        handle.peer.arrive(1);
        assertFailsOnce(handle);
    }

    @Test
    void whenTheRingIsReplaced() {
        FakeStreamHandle handle = reader(loop.openStream(0));
        close(handle);
        faults.enterError = -Errno.EEXIST;
        loop.turn();
        assertFailsOnce(handle);
    }

    private static final class Faults extends FakeFaults {
        boolean noMemory;
        int lateness;
        int buffers = Integer.MAX_VALUE;
        int enterError;

        @Override
        public int enter(boolean overflowing) {
            int error = enterError;
            enterError = 0;
            return error;
        }

        @Override
        public int accepted(int submitted) {
            return noMemory ? 0 : submitted;
        }

        @Override
        public int lateness(long userData) {
            return lateness;
        }

        @Override
        public int buffers() {
            return buffers;
        }
    }
}
