/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.nativelib;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The library's dynamic symbols, as {@code nm} of the compiler's own tools shows them. */
class LibrarySymbolsTest {
    private static final String LIBRARY = System.getProperty("pollring.native.library");
    /** In glibc since 2.17 at the latest, and in musl. */
    private static final Set<String> IN_GLIBC_AND_MUSL = Set.of("__errno_location", "dladdr", "epoll_wait", "memcpy",
            "getsockopt", "mmap", "munmap", "sendfile", "strchr", "strlen", "strncmp", "strrchr", "strstr", "syscall",
            "sysconf", "timerfd_settime");
    /** glibc 2.17, of 2012: the oldest that Netty's own libraries run on. */
    private static final int MAX_GLIBC_MINOR = 17;

    @Test
    void onlyTheLoaderFunctionIsExported() throws Exception {
        List<String> exported = new ArrayList<>();
        for (String line : nm("--defined-only")) {
            exported.add(line.replaceAll(".* ", ""));
        }
        assertEquals(List.of("JNI_OnLoad"), exported);
    }

    @Test
    void nothingIsNeededThatMuslOrAnOldGlibcLacks() throws Exception {
        int needed = 0;
        for (String line : nm("--undefined-only")) {
            String[] fields = line.trim().split(" +");
            if (fields[0].equals("w")) {
                continue; // Weak: the loader does without it.
            }
            String[] symbol = fields[1].split("@+");
            assertTrue(IN_GLIBC_AND_MUSL.contains(symbol[0]), line);
            if (symbol.length > 1) {
                String[] version = symbol[1].replaceFirst("GLIBC_", "").split("\\.");
                assertEquals("2", version[0], line);
                assertTrue(Integer.parseInt(version[1]) <= MAX_GLIBC_MINOR, line);
            }
            needed++;
        }
        assertTrue(needed > 5, "nm lists the library's needs");
    }

    private static List<String> nm(String which) throws IOException, InterruptedException {
        Process nm = new ProcessBuilder("nm", "--dynamic", which, LIBRARY).redirectErrorStream(true).start();
        String output = new String(nm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, nm.waitFor(), output);
        return List.of(output.split("\n"));
    }
}
