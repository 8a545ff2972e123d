/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.epoll.Native;
import io.pollring.ring.Abi;
import io.pollring.ring.EpollSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The eventfd that ends a loop's sleep, on the kernel of this machine. */
@Timeout(60)
class WakerTest {
    private static final int EPOLLET = 1 << 31;
    private static final int TASKS = 20_000;
    private static final int TOO_LATE_MILLIS = 10_000;

    private static EpollSet watch(Waker waker) {
        EpollSet set = new EpollSet(io.pollring.ring.Native.kernel(), Native.sizeofEpollEvent(),
                Native.offsetofEpollData());
        assertEquals(0, set.set(waker.fd(), Abi.POLLIN | EPOLLET, false));
        return set;
    }

    /**
     * Each thread hands over a task, wakes the loop, and waits until its task has run. A single thread is stalled by
     * each wake-up that is lost; of eight, all have to lose one, but they race each other as well.
     */
    @ParameterizedTest
    @CsvSource({"1, false", "2, false", "8, false", "1, true", "2, true", "8, true"})
    void noWakeUpIsLost(int threadCount, boolean watches) throws Exception {
        Waker waker = new Waker();
        AtomicInteger handedOver = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < threadCount; i++) {
            Thread thread = new Thread(() -> {
                for (int n = 0; n < TASKS / threadCount; n++) {
                    int mine = handedOver.incrementAndGet();
                    waker.wakeup();
                    while (done.get() < mine) {
                        LockSupport.parkNanos(1000);
                    }
                }
            });
            threads.add(thread);
        }
        int sleeps = 0;
        try (EpollSet set = watch(waker)) {
            threads.forEach(Thread::start);
            while (done.get() < TASKS) {
                // As the loop does: announce the sleep, or the watch, look once more, sleep.
                if (watches) {
                    waker.prepareToWatch();
                } else {
                    waker.prepareToSleep();
                }
                if (handedOver.get() == done.get() && (!watches || watchAndFallAsleep(waker, sleeps))) {
                    sleeps++;
                    assertEquals(1, set.await(TOO_LATE_MILLIS), () -> "slept on with " + handedOver + " tasks, " + done
                            + " done");
                }
                waker.awake();
                done.set(handedOver.get());
            }
            for (Thread thread : threads) {
                thread.join();
            }
        } finally {
            waker.close();
        }
        assertTrue(sleeps > 100, "the loop hardly ever slept: " + sleeps);
    }

    /** For some looks, so that wake-ups come before, at and after the end of the watch. */
    private static boolean watchAndFallAsleep(Waker waker, int sleeps) {
        for (int looks = sleeps % 64; looks > 0; looks--) {
            if (!waker.isWatched()) {
                return false;
            }
            Thread.onSpinWait();
        }
        return waker.sleepInstead();
    }

    @Test
    void nobodyWritesToALoopThatWatches() throws Exception {
        Waker waker = new Waker();
        try (EpollSet set = watch(waker)) {
            waker.prepareToWatch();
            assertTrue(waker.isWatched());
            waker.wakeup();
            assertFalse(waker.isWatched());
            assertFalse(waker.sleepInstead(), "it was woken");
            waker.wakeup();
            waker.awake();
            assertEquals(0, set.await(0));
            waker.prepareToWatch();
            assertTrue(waker.sleepInstead());
            waker.wakeup();
            assertEquals(1, set.await(0));
            waker.awake();
            waker.prepareToWatch();
            waker.awake();
            assertFalse(waker.isWatched());
            waker.wakeup();
            assertEquals(0, set.await(0));
        } finally {
            waker.close();
        }
    }

    @Test
    void onlyTheFirstOfManyWakeUpsWrites() throws Exception {
        Waker waker = new Waker();
        try (EpollSet set = watch(waker)) {
            waker.wakeup();
            assertEquals(0, set.await(0), "an awake loop was written to");
            waker.prepareToSleep();
            waker.wakeup();
            assertEquals(1, set.await(0));
            waker.wakeup();
            waker.wakeup();
            assertEquals(0, set.await(0), "a loop that is woken already was written to");
            waker.awake();
            waker.prepareToSleep();
            waker.awake();
            waker.wakeup();
            assertEquals(0, set.await(0));
        } finally {
            waker.close();
        }
    }

    /** As when the loop that it wakes preempts the thread that does. */
    @Test
    void aWriteUnderWayKeepsNoLoopAwake() throws Exception {
        Semaphore writes = new Semaphore(0);
        CountDownLatch goOn = new CountDownLatch(1);
        Waker waker = new Waker() {
            @Override
            void write() {
                writes.release();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                super.write();
            }
        };
        Thread[] threads = new Thread[3];
        Thread closer = new Thread(waker::close);
        try (EpollSet set = watch(waker)) {
            for (int i = 0; i < threads.length; i++) {
                waker.prepareToSleep();
                threads[i] = new Thread(waker::wakeup);
                threads[i].start();
                // Not one relies on another's write, whose event the loop may have seen.
                assertTrue(writes.tryAcquire(10, TimeUnit.SECONDS));
                waker.awake();
            }
            closer.start();
            closer.join(100);
            assertTrue(closer.isAlive(), "closed while it is written to");
            goOn.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
            closer.join();
        } finally {
            goOn.countDown();
            waker.close();
        }
    }

    /** A late wake-up must not write to whatever has the eventfd's number by then. */
    @Test
    void aClosedOneIsNeverWritten() throws Exception {
        for (int i = 0; i < 200; i++) {
            Waker waker = new Waker();
            waker.prepareToSleep();
            Thread[] threads = new Thread[2];
            for (int t = 0; t < threads.length; t++) {
                threads[t] = new Thread(() -> {
                    for (int n = 0; n < 50; n++) {
                        waker.wakeup();
                    }
                });
                threads[t].start();
            }
            waker.close();
            waker.close();
            Waker stranger = new Waker();
            try (EpollSet set = watch(stranger)) {
                for (Thread thread : threads) {
                    thread.join();
                }
                waker.wakeup();
                assertEquals(0, set.await(0), "a stranger's eventfd was written");
            } finally {
                stranger.close();
            }
        }
    }
}
