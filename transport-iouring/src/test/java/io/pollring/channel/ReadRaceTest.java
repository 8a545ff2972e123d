/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.ChannelOption;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** Interest that changes in the very moment in which data arrives. */
class ReadRaceTest {

    @ParameterizedTest
    @EnumSource(Setup.class)
    void pausesAndResumesFromAnotherThreadLoseNothing(Setup setup) throws Exception {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try (TestGroup group = setup.newGroup(1); Connection connection = Connection.open(group)) {
            AtomicBoolean stop = new AtomicBoolean();
            Future<Integer> sent = executor.submit(() -> {
                int count = 0;
                while (!stop.get()) {
                    connection.send(100);
                    count += 100;
                    Thread.onSpinWait();
                }
                return count;
            });
            for (int i = 0; i < setup.rounds(2000); i++) {
                connection.channel.config().setAutoRead(i % 2 == 1);
                spin(3000);
            }
            connection.channel.config().setAutoRead(true);
            stop.set(true);
            int total = sent.get(10, TimeUnit.SECONDS);
            Await.until("all is read", 10_000, () -> connection.recorder.byteCount() == total);
        } finally {
            executor.shutdownNow();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HOSTED_RING, 5000", "HOSTED_REVERTED, 1000", "HOSTED_NO_RING, 1000", "HOSTED_NO_FEATURES, 2000",
        "OWN_RING, 1500", "OWN_DIRECT, 500", "OWN_REVERTED, 200", "OWN_NO_RING, 200", "OWN_NO_FEATURES, 500",
        "EPOLL, 500"
    })
    void dataAndDemandAtTheSameInstantMeet(Setup setup, int rounds) throws Exception {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        int count = Scale.of(rounds);
        try (TestGroup group = setup.newGroup(1);
             Connection connection = Connection.open(group,
                     bootstrap -> bootstrap.childOption(ChannelOption.AUTO_READ, false))) {
            CyclicBarrier barrier = new CyclicBarrier(2);
            Future<?> sender = executor.submit(() -> {
                for (int i = 0; i < count; i++) {
                    barrier.await(20, TimeUnit.SECONDS);
                    spin(200);
                    connection.send(1);
                }
                return null;
            });
            for (int i = 1; i <= count; i++) {
                barrier.await(20, TimeUnit.SECONDS);
                spin(200);
                if (i % 3 == 0) {
                    // Asked for and given up again before, in the same turn.
                    connection.channel.eventLoop().execute(() -> {
                        connection.channel.config().setAutoRead(true);
                        connection.channel.config().setAutoRead(false);
                        connection.channel.read();
                    });
                } else {
                    connection.channel.read();
                }
                int total = i;
                long deadline = System.nanoTime() + 5_000_000_000L;
                while (connection.recorder.byteCount() != total) {
                    assertTrue(System.nanoTime() < deadline, () -> "byte " + total + " was not read");
                    Thread.onSpinWait();
                }
            }
            sender.get(5, TimeUnit.SECONDS);
        } finally {
            executor.shutdownNow();
        }
    }

    private static void spin(int max) {
        for (int i = ThreadLocalRandom.current().nextInt(max); i > 0; i--) {
            Thread.onSpinWait();
        }
    }
}
