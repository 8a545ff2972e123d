/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a kernel may refuse while a ring is made, and that nothing is left then. */
class RingSetupTest {

    private static Ring open(FakeKernel kernel, Set<RingFeature> allowed) throws RingException {
        return Ring.open(kernel, 8, 16, allowed, new RingCounters(), (userData, result, flags) -> { });
    }

    private static Ring open(FakeKernel kernel) throws RingException {
        return open(kernel, EnumSet.allOf(RingFeature.class));
    }

    private static void assertNothingLeft(FakeKernel kernel) {
        assertEquals(0, kernel.files().count(), kernel::toString);
        assertEquals(0, kernel.mappings(), kernel::toString);
    }

    @ParameterizedTest
    @CsvSource({
        "1, EPERM, seccomp", "13, EACCES, seccomp", "38, ENOSYS, no io_uring", "12, ENOMEM, RLIMIT_MEMLOCK",
        "22, EINVAL, lacks [RESTRICTIONS]", "24, EMFILE, ''", "23, ENFILE, ''", "14, errno 14, ''"
    })
    void aRefusedSetupIsExplained(int errno, String name, String remedy) {
        FakeKernel kernel = new FakeKernel(FakeOffer.everything());
        kernel.use(new FakeFaults() {
            @Override
            public int setup(int flags) {
                return -errno;
            }
        });
        RingException e = assertThrows(RingException.class, () -> open(kernel));
        assertEquals(errno, e.errno());
        assertTrue(e.getMessage().startsWith("io_uring_setup failed with " + name), e.getMessage());
        assertTrue(e.getMessage().contains(remedy), e.getMessage());
        assertNothingLeft(kernel);
    }

    /** Only EINVAL means that a flag is unknown; asking again after any other would hide the reason. */
    @Test
    void onlyEinvalMakesItAskForLess() {
        FakeKernel kernel = new FakeKernel(FakeOffer.everything());
        kernel.use(new FakeFaults() {
            @Override
            public int setup(int flags) {
                return -Errno.EPERM;
            }
        });
        assertThrows(RingException.class, () -> open(kernel));
        assertEquals(1, kernel.calls("setup"));
    }

    private static final Set<RingFeature> STREAM_IO_NEEDS = EnumSet.of(RingFeature.SUBMIT_ALL, RingFeature.DEFER_TASKRUN,
            RingFeature.CQE_SKIP);

    private static Set<RingFeature> required() {
        return RingFeature.REQUIRED;
    }

    /** What a kernel can lack. STREAM_IO follows from others. */
    private static Set<RingFeature> optional() {
        Set<RingFeature> optional = EnumSet.complementOf(EnumSet.of(RingFeature.STREAM_IO));
        optional.removeAll(RingFeature.REQUIRED);
        return optional;
    }

    @ParameterizedTest
    @MethodSource("optional")
    void aKernelThatLacksAFeatureIsUsedWithoutIt(RingFeature feature) throws RingException {
        FakeKernel kernel = new FakeKernel(FakeOffer.everything().without(feature));
        int probeFd = kernel.files().open();
        try (Ring ring = open(kernel)) {
            ring.enable(probeFd);
            assertFalse(ring.has(feature), ring::toString);
            for (RingFeature other : RingFeature.values()) {
                // SUBMIT_ALL and DEFER_TASKRUN are asked for together: no kernel that we know has one of them only.
                boolean expected = (other != RingFeature.DEFER_TASKRUN || feature != RingFeature.SUBMIT_ALL)
                        && (other != RingFeature.SUBMIT_ALL || feature != RingFeature.DEFER_TASKRUN)
                        && (other != RingFeature.STREAM_IO && other != RingFeature.RECEIVE_LIMIT
                        || !STREAM_IO_NEEDS.contains(feature));
                if (other != feature && expected) {
                    assertTrue(ring.has(other), () -> "without " + feature + ": " + ring);
                }
            }
        }
        kernel.files().close(probeFd);
        assertNothingLeft(kernel);
    }

    @Test
    void aKernelWithNothingButWhatIsRequiredIsEnough() throws RingException {
        FakeKernel kernel = new FakeKernel(FakeOffer.of(RingFeature.REQUIRED));
        int probeFd = kernel.files().open();
        try (Ring ring = open(kernel)) {
            ring.enable(probeFd);
            assertEquals(RingFeature.REQUIRED, ring.features());
            assertEquals(2, kernel.mappings());
        }
        kernel.files().close(probeFd);
        assertNothingLeft(kernel);
    }

    @ParameterizedTest
    @MethodSource("required")
    void aKernelThatLacksWhatIsRequiredHasNoRing(RingFeature feature) throws RingException {
        for (FakeOffer offer : List.of(FakeOffer.everything(), FakeOffer.of(RingFeature.REQUIRED))) {
            FakeKernel kernel = new FakeKernel(offer.without(feature));
            int probeFd = kernel.files().open();
            RingException e = assertThrows(RingException.class, () -> {
                try (Ring ring = open(kernel)) {
                    ring.enable(probeFd);
                }
            });
            assertTrue(e.getMessage().contains(" lacks [" + feature + "]"), e.getMessage());
            assertTrue(e.getMessage().contains("Linux 5.15"), e.getMessage());
            kernel.files().close(probeFd);
            assertNothingLeft(kernel);
        }
    }

    @ParameterizedTest
    @MethodSource("required")
    void whatIsRequiredCannotBeForbidden(RingFeature feature) {
        FakeKernel kernel = new FakeKernel(FakeOffer.everything());
        RingException e = assertThrows(RingException.class,
                () -> open(kernel, EnumSet.complementOf(EnumSet.of(feature))));
        assertEquals("making a ring of what the settings allow failed with EOPNOTSUPP: it lacks [" + feature + ']',
                e.getMessage());
        assertEquals(0, kernel.calls("setup"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aMappingThatFailsLeavesNothing(int failing) {
        FakeKernel kernel = new FakeKernel(FakeOffer.everything());
        kernel.use(new FakeFaults() {
            private int maps;

            @Override
            public int map(long offset) {
                return maps++ == failing ? -Errno.ENOMEM : 0;
            }
        });
        RingException e = assertThrows(RingException.class, () -> open(kernel));
        assertEquals(Errno.ENOMEM, e.errno());
        assertEquals(failing + 1, kernel.calls("map"));
        assertNothingLeft(kernel);
    }

    @Test
    void aRegisterCallThatIsForbiddenLeavesNothing() {
        for (int opcode : new int[] {Abi.REGISTER_RESTRICTIONS, Abi.REGISTER_ENABLE_RINGS}) {
            FakeKernel kernel = new FakeKernel(FakeOffer.everything());
            int probeFd = kernel.files().open();
            kernel.use(new FakeFaults() {
                @Override
                public int register(int called) {
                    return called == opcode ? -Errno.EPERM : 0;
                }
            });
            RingException e = assertThrows(RingException.class, () -> {
                try (Ring ring = open(kernel)) {
                    ring.enable(probeFd);
                }
            });
            assertEquals(Errno.EPERM, e.errno());
            assertTrue(e.getMessage().matches(
                    "io_uring_register\\(\\w+\\) of ring fd \\d+ failed with EPERM: .*seccomp.*"), e.getMessage());
            kernel.files().close(probeFd);
            assertNothingLeft(kernel);
        }
    }

    /** There are seccomp profiles that allow setup and refuse the rest: then there is no ring. */
    @Test
    void anEnterThatIsForbiddenIsFoundWhenTheRingIsEnabled() throws RingException {
        FakeKernel kernel = new FakeKernel(FakeOffer.everything());
        int probeFd = kernel.files().open();
        Ring ring = open(kernel);
        kernel.use(new FakeFaults() {
            @Override
            public int enter(boolean overflowing) {
                return -Errno.EPERM;
            }
        });
        RingException e = assertThrows(RingException.class, () -> ring.enable(probeFd));
        assertTrue(e.getMessage().startsWith("io_uring_enter of ring fd " + ring.fd() + " failed with EPERM"),
                e.getMessage());
        ring.close();
        kernel.files().close(probeFd);
        assertNothingLeft(kernel);
    }

    @ParameterizedTest
    @ValueSource(ints = {Abi.OP_NOP, Abi.OP_POLL_ADD})
    void aRequestThatIsForbiddenIsFoundWhenTheRingIsEnabled(int opcode) throws RingException {
        FakeKernel kernel = new FakeKernel(FakeOffer.everything());
        int probeFd = kernel.files().open();
        try (Ring ring = open(kernel)) {
            kernel.use(new FakeFaults() {
                @Override
                public int result(int started, long userData) {
                    return started == opcode ? -Errno.EACCES : 0;
                }
            });
            if (opcode == Abi.OP_NOP) {
                // Answered, whatever the answer: the ring works.
                ring.enable(probeFd);
            } else {
                RingException e = assertThrows(RingException.class, () -> ring.enable(probeFd));
                assertEquals(Errno.EACCES, e.errno());
                assertTrue(e.getMessage().contains("polls do not work"), e.getMessage());
            }
        }
    }

    /** The probe on an fd that is ready, as the eventfd of a loop that gets a new ring is. */
    @Test
    void theProbeWorksOnAReadyFd() throws RingException {
        for (RingFeature without : optional()) {
            FakeKernel kernel = new FakeKernel(FakeOffer.everything().without(without));
            int probeFd = kernel.files().open();
            kernel.files().get(probeFd).fire(Abi.POLLIN);
            try (Ring ring = open(kernel)) {
                ring.enable(probeFd);
                assertFalse(ring.has(without), ring::toString);
                assertTrue(ring.features().containsAll(RingFeature.REQUIRED), ring::toString);
                assertEquals(List.of(), kernel.armed());
            }
        }
    }

    @Test
    void whatIsNotAllowedIsNotAskedFor() throws RingException {
        List<Integer> asked = new ArrayList<>();
        FakeKernel kernel = new FakeKernel(FakeOffer.everything());
        kernel.use(new FakeFaults() {
            @Override
            public int setup(int flags) {
                asked.add(flags);
                return 0;
            }
        });
        open(kernel, RingFeature.REQUIRED).close();
        assertEquals(List.of(Abi.SETUP_CQSIZE | Abi.SETUP_CLAMP | Abi.SETUP_R_DISABLED), asked);
        assertNothingLeft(kernel);
    }

    @Test
    void aRingIsClosedOnce() throws RingException {
        FakeKernel kernel = new FakeKernel(FakeOffer.everything());
        Ring ring = open(kernel);
        ring.close();
        ring.close();
        assertFalse(ring.isOpen());
        assertEquals(1, kernel.calls("close"));
        assertNothingLeft(kernel);
    }

    @Test
    void aClosedRingRefusesToEnter() throws RingException {
        FakeKernel kernel = new FakeKernel(FakeOffer.everything());
        Ring ring = open(kernel);
        ring.close();
        RingException e = assertThrows(RingException.class, ring::submitAndRunTaskWork);
        assertEquals(Errno.EBADF, e.errno());
    }
}
