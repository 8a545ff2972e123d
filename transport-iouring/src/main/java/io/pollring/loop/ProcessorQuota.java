/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Whether the control group of this process has a quota of processor time: a loop that watches would use it up, and be stopped
 * by the kernel when there is work.
 */
final class ProcessorQuota {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(ProcessorQuota.class);
    private static final Path ROOT = Path.of("/");
    private static final String NO_QUOTA_V2 = "max";
    private static final String NO_QUOTA_V1 = "-1";

    private ProcessorQuota() { }

    static boolean isLimited() {
        return isLimited(ROOT);
    }

    /** @param root where {@code proc} and {@code sys} are */
    static boolean isLimited(Path root) {
        Path groups = root.resolve("proc/self/cgroup");
        try {
            if (!Files.exists(groups)) {
                return false;
            }
            for (String line : Files.readAllLines(groups)) {
                if (isLimited(root, line)) {
                    return true;
                }
            }
            return false;
        } catch (IOException | RuntimeException e) {
            logger.debug("The quota of processor time is not known; there may be one", e);
            return true;
        }
    }

    /** @param line of a hierarchy: its number, its controllers (none in version 2) and the path of the group */
    private static boolean isLimited(Path root, String line) throws IOException {
        String[] fields = line.split(":", 3);
        if (fields.length < 3) {
            throw new IOException("not understood: " + line);
        }
        if (fields[1].isEmpty()) {
            return isLimited(root.resolve("sys/fs/cgroup"), fields[2], "cpu.max", NO_QUOTA_V2);
        }
        return List.of(fields[1].split(",")).contains("cpu")
                && isLimited(root.resolve("sys/fs/cgroup/cpu"), fields[2], "cpu.cfs_quota_us", NO_QUOTA_V1);
    }

    /** Each group above counts as well. In a container the group's path may be that of the host: then the root is its own. */
    private static boolean isLimited(Path hierarchy, String group, String file, String none) throws IOException {
        Path path = hierarchy.resolve(group.substring(1)).normalize();
        for (; path != null && path.startsWith(hierarchy); path = path.getParent()) {
            Path quota = path.resolve(file);
            if (Files.exists(quota) && !Files.readString(quota).trim().split(" ")[0].equals(none)) {
                return true;
            }
        }
        return false;
    }
}
