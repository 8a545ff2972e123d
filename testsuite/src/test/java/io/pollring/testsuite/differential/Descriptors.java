/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;
import java.util.TreeSet;

/** The process's sockets, pipes, rings and the like, and the files of messages; not what the JVM opens for itself. */
public final class Descriptors {
    private static final File DIRECTORY = new File("/proc/self/fd");

    private Descriptors() { }

    /** Each with its number and what it is. */
    public static Set<String> open() {
        Set<String> open = new TreeSet<>();
        String[] numbers = DIRECTORY.list();
        for (String number : numbers == null ? new String[0] : numbers) {
            try {
                String target = Files.readSymbolicLink(new File(DIRECTORY, number).toPath()).toString();
                if (!target.startsWith("/") || target.contains(Pattern.FILE_NAME)) {
                    open.add(number + ' ' + target);
                }
            } catch (IOException e) {
                // The directory itself is gone by now.
                continue;
            }
        }
        return open;
    }
}
