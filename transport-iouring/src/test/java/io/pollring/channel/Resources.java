/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.util.internal.PlatformDependent;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What this process holds: to be compared before and after a test. */
final class Resources {
    private Resources() { }

    /** The targets of all open fds, sorted: {@code socket:[1234]}, {@code anon_inode:[eventpoll]}, ... */
    static List<String> openFiles() {
        List<String> targets = new ArrayList<>();
        File[] links = new File("/proc/self/fd").listFiles();
        for (File link : links) {
            try {
                String target = Files.readSymbolicLink(link.toPath()).toString();
                // The JVM opens jars and random devices when it likes to, and the listing has an fd of its own.
                if (!target.startsWith("/")) {
                    targets.add(target);
                }
            } catch (IOException e) {
                // The fd of the listing itself, or one that another thread has closed meanwhile.
                continue;
            }
        }
        Collections.sort(targets);
        return targets;
    }

    /** The open files that were not there {@code before}. Those that are gone do not count: the JVM collects some. */
    static List<String> filesSince(List<String> before) {
        List<String> fresh = openFiles();
        for (String file : before) {
            fresh.remove(file);
        }
        return fresh;
    }

    /** The rings that are mapped into this process; each ring has one or more mappings. */
    static int ringMappings() throws IOException {
        int count = 0;
        for (String line : Files.readAllLines(Paths.get("/proc/self/maps"), StandardCharsets.UTF_8)) {
            if (line.contains("[io_uring]")) {
                count++;
            }
        }
        return count;
    }

    static int threads(String namePrefix) {
        int count = 0;
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.isAlive() && thread.getName().startsWith(namePrefix)) {
                count++;
            }
        }
        return count;
    }

    /** Direct memory of Netty's, in bytes. */
    static long directMemory() {
        return PlatformDependent.usedDirectMemory();
    }

    /** The threads of this process as the kernel sees them, io_uring's own workers among them. */
    static int kernelThreads() {
        String[] tasks = new File("/proc/self/task").list();
        return tasks.length;
    }

    /** The java executable that runs this test. */
    static Path java() {
        return Paths.get(System.getProperty("java.home"), "bin", "java");
    }
}
