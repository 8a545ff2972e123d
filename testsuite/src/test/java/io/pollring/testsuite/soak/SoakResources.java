/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the process holds at a moment. */
final class SoakResources {
    static final long RSS_TOLERANCE_KIB = 64 << 10;
    static final long DIRECT_TOLERANCE = 64 << 20;
    /** The slab's count is the whole machine's, and the kernel keeps some that are free for each processor. */
    static final long REQUESTS_TOLERANCE = 2048;
    private static final long UNKNOWN = -1;
    private static final int LEAST_SECONDS = 3;
    private static final int WAIT_SECONDS = 20;

    /** Sockets, pipes, rings and the like by kind; not files, which the JVM opens for itself. */
    final Map<String, Long> files;
    final Map<String, Long> threads;
    /** In buffers that nobody has released: exact. */
    final long usedByBuffers;
    final long directMemory;
    final long rssKib;
    /** The kernel's objects for requests of rings; -1 if that cannot be read or is not only this process's. */
    final long requests;

    SoakResources(Map<String, Long> files, Map<String, Long> threads, long usedByBuffers, long directMemory,
                  long rssKib, long requests) {
        this.files = files;
        this.threads = threads;
        this.usedByBuffers = usedByBuffers;
        this.directMemory = directMemory;
        this.rssKib = rssKib;
        this.requests = requests;
    }

    /** Waits for what ends a little later than what caused it, as long as there is more than {@code before}. */
    static SoakResources settled(SoakResources before) throws Exception {
        SoakResources now = now();
        for (int i = 0; i < LEAST_SECONDS || i < WAIT_SECONDS && !now.excessOver(before).isEmpty(); i++) {
            // The collector finds leaked buffers, too, and the next allocation has them reported.
            System.gc();
            Thread.sleep(1000);
            SoakNet.ALLOCATORS.forEach(allocator -> allocator.directBuffer(1).release());
            now = now();
        }
        return now;
    }

    static SoakResources now() throws IOException {
        return new SoakResources(files(), threads(), PooledByteBufAllocator.DEFAULT.pinnedDirectMemory()
                + PooledByteBufAllocator.DEFAULT.pinnedHeapMemory()
                + UnpooledByteBufAllocator.DEFAULT.metric().usedDirectMemory()
                + UnpooledByteBufAllocator.DEFAULT.metric().usedHeapMemory(),
                PlatformDependent.usedDirectMemory(), number("/proc/self/status", "VmRSS:"),
                othersHaveRings() ? UNKNOWN : number("/proc/slabinfo", "io_kiocb "));
    }

    /** @return what there is more of now than {@code before}; empty if nothing */
    List<String> excessOver(SoakResources before) {
        List<String> excess = new ArrayList<>();
        compare(excess, "open files: ", before.files, files);
        compare(excess, "threads: ", before.threads, threads);
        compare(excess, "bytes in buffers", before.usedByBuffers, usedByBuffers, 0);
        compare(excess, "bytes of direct memory", before.directMemory, directMemory, DIRECT_TOLERANCE);
        compare(excess, "KiB of resident memory", before.rssKib, rssKib, RSS_TOLERANCE_KIB);
        compare(excess, "io_kiocb in the kernel", before.requests, requests, REQUESTS_TOLERANCE);
        return excess;
    }

    /** For what is compared with this only what has to be back at once counts: the rest fills up in the beginning. */
    SoakResources withoutMemory() {
        return new SoakResources(files, threads, usedByBuffers, UNKNOWN, UNKNOWN, UNKNOWN);
    }

    private static void compare(List<String> excess, String what, Map<String, Long> before, Map<String, Long> now) {
        now.forEach((kind, count) -> compare(excess, what + kind, before.getOrDefault(kind, 0L), count, 0));
    }

    private static void compare(List<String> excess, String what, long before, long now, long tolerance) {
        if (before != UNKNOWN && now > before + tolerance) {
            excess.add(what + ": " + now + ", before " + before
                    + (tolerance == 0 ? "" : "; tolerated are " + tolerance + " more"));
        }
    }

    private static Map<String, Long> files() {
        Map<String, Long> files = new TreeMap<>();
        File directory = new File("/proc/self/fd");
        for (String number : directory.list()) {
            try {
                String target = Files.readSymbolicLink(new File(directory, number).toPath()).toString();
                if (!target.startsWith("/")) {
                    files.merge(target.replaceAll(":\\[\\d+]", ""), 1L, Long::sum);
                }
            } catch (IOException e) {
                // That of the directory itself, closed by now.
                continue;
            }
        }
        return files;
    }

    private static Map<String, Long> threads() {
        Map<String, Long> threads = new TreeMap<>();
        Thread.getAllStackTraces().keySet().forEach(thread -> threads.merge(
                thread.getName().replaceAll("\\d+", "N"), 1L, Long::sum));
        return threads;
    }

    private static long number(String file, String name) {
        try {
            for (String line : Files.readAllLines(Paths.get(file))) {
                if (line.startsWith(name)) {
                    return Long.parseLong(line.substring(name.length()).trim().split("\\s+")[0]);
                }
            }
            return UNKNOWN;
        } catch (IOException e) {
            return UNKNOWN;
        }
    }

    private static boolean othersHaveRings() {
        String self = Long.toString(ProcessHandle.current().pid());
        for (String process : new File("/proc").list((directory, name) -> name.matches("\\d+"))) {
            File[] files = process.equals(self) ? null : new File("/proc/" + process + "/fd").listFiles();
            for (File file : files == null ? new File[0] : files) {
                try {
                    if (Files.readSymbolicLink(file.toPath()).equals(Path.of("anon_inode:[io_uring]"))) {
                        return true;
                    }
                } catch (IOException e) {
                    // Closed meanwhile.
                    continue;
                }
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return "files=" + files + " threads=" + threads.values().stream().mapToLong(Long::longValue).sum()
                + " bytes in buffers=" + usedByBuffers + " direct memory=" + directMemory + " VmRSS=" + rssKib
                + " KiB io_kiocb=" + (requests == UNKNOWN ? "unknown" : requests);
    }
}
