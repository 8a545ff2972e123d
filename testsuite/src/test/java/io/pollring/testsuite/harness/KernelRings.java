/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;

/** The rings of this process, as the kernel lists them under /proc; independent of what our classes say. */
public final class KernelRings {

    private static final Path FDS = Paths.get("/proc/self/fd");
    private static final Path FD_INFO = Paths.get("/proc/self/fdinfo");
    private static final String MASK_LABEL = "CqMask:";

    private KernelRings() { }

    /** @return for each ring of this process the number of entries of its completion queue */
    public static List<Long> completionQueueSizes() {
        List<Long> sizes = new ArrayList<>();
        try (DirectoryStream<Path> fds = Files.newDirectoryStream(FDS)) {
            for (Path fd : fds) {
                try {
                    if (Files.readSymbolicLink(fd).toString().equals("anon_inode:[io_uring]")) {
                        sizes.add(completionQueueSize(FD_INFO.resolve(fd.getFileName())));
                    }
                } catch (NoSuchFileException e) {
                    // Closed since the directory was listed.
                    continue;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sizes;
    }

    private static long completionQueueSize(Path fdInfo) throws IOException {
        for (String line : Files.readAllLines(fdInfo)) {
            if (line.startsWith(MASK_LABEL)) {
                return Long.decode(line.substring(MASK_LABEL.length()).trim()) + 1;
            }
        }
        throw new IOException("no " + MASK_LABEL + " in " + fdInfo);
    }
}
