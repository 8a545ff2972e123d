/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Threads that use Netty's classes and ours for the first time at once do not block one another. */
class LoadingRaceTest {
    private static final int PROCESSES = Scale.of(20);

    @Test
    void bothLibrariesAreLoadedAtOnce() throws Exception {
        for (int i = 0; i < PROCESSES; i++) {
            Process process = new ProcessBuilder(Resources.java().toString(), "-XX:TieredStopAtLevel=1", "-cp",
                    System.getProperty("java.class.path"), Main.class.getName()).redirectErrorStream(true).start();
            try {
                assertTrue(process.waitFor(30, TimeUnit.SECONDS), "threads wait for one another for ever");
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertEquals(0, process.exitValue(), output);
                assertTrue(output.endsWith("loaded"), output);
            } finally {
                process.destroyForcibly();
            }
        }
    }

    static final class Main {
        private Main() { }

        public static void main(String[] args) throws Exception {
            List<Callable<?>> users = List.of(IoUring::isAvailable, Epoll::isAvailable, Main::newEpollChannel,
                    IoUringSocketChannel::new, () -> new IoUringEventLoopGroup(1));
            CyclicBarrier start = new CyclicBarrier(users.size());
            ExecutorService threads = Executors.newFixedThreadPool(users.size(), new DefaultThreadFactory("user", true));
            List<Future<?>> results = new ArrayList<>();
            for (Callable<?> user : users) {
                results.add(threads.submit(() -> {
                    start.await();
                    return user.call();
                }));
            }
            for (Future<?> result : results) {
                assertTrue(!Boolean.FALSE.equals(result.get()));
            }
            System.out.print("loaded");
            System.out.flush();
            // Group and channels go with the process.
            System.exit(0);
        }

        private static Object newEpollChannel() {
            // Its constructor relies on somebody having loaded the library.
            Epoll.ensureAvailability();
            return new EpollSocketChannel();
        }
    }
}
