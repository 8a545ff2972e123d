/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The objects that the kernel's slab allocator has given out, of the whole machine. */
final class KernelMemory {
    private static final Path SLABS = Path.of("/proc/slabinfo");
    private static final int HEADER_LINES = 2;
    /** What grew by less than an object for two connections is not theirs. */
    private static final double MIN_OBJECTS = 0.5;
    /**
     * What grows when somebody looks at a file of a process, and is kept for as long as there is memory; and what a
     * closed connection leaves for a minute.
     */
    private static final Pattern OTHERS = Pattern.compile("dentry|.*inode_cache.*|buffer_head|tw_sock_.*");
    /** The kernel frees some objects in batches, up to five seconds after they were let go of. */
    private static final int BATCH_SECONDS = 6;
    private static final int MAX_BATCHES = 5;
    /** So many objects come and go on a machine that does nothing else. */
    private static final long UNREST = 300;

    /** Bytes of an object, by the name of its slab. */
    private final Map<String, Long> sizes = new HashMap<>();
    private final Map<String, Long> objects = new HashMap<>();

    KernelMemory(List<String> lines) {
        for (String line : lines.subList(HEADER_LINES, lines.size())) {
            String[] fields = line.split("\\s+");
            objects.put(fields[0], Long.parseLong(fields[1]));
            sizes.put(fields[0], Long.parseLong(fields[3]));
        }
    }

    /** Whether this process may read it: root may. */
    static boolean isReadable() {
        return Files.isReadable(SLABS);
    }

    static KernelMemory read() throws IOException {
        return new KernelMemory(Files.readAllLines(SLABS));
    }

    /** As {@link #read()}, when what was closed is gone; or, if the machine is never quiet, after half a minute. */
    static KernelMemory readSettled() throws IOException, InterruptedException {
        KernelMemory memory = read();
        for (int i = 0; i < MAX_BATCHES; i++) {
            KernelMemory before = memory;
            TimeUnit.SECONDS.sleep(BATCH_SECONDS);
            memory = read();
            if (!memory.differsFrom(before)) {
                break;
            }
        }
        return memory;
    }

    boolean differsFrom(KernelMemory before) {
        return objects.entrySet().stream().anyMatch(slab -> !OTHERS.matcher(slab.getKey()).matches()
                && Math.abs(slab.getValue() - before.objects.getOrDefault(slab.getKey(), 0L)) > UNREST);
    }

    /** Bytes in objects of which there are more than {@code before}, shared by {@code connections}. */
    double grownSince(KernelMemory before, int connections) {
        double bytes = 0;
        for (Map.Entry<String, Long> slab : objects.entrySet()) {
            long grown = slab.getValue() - before.objects.getOrDefault(slab.getKey(), 0L);
            if (grown >= MIN_OBJECTS * connections && !OTHERS.matcher(slab.getKey()).matches()) {
                bytes += grown * sizes.get(slab.getKey());
            }
        }
        return bytes / connections;
    }
}
