/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What the files of control groups say of a quota, in trees that the tests make. */
class ProcessorQuotaTest {
    @TempDir
    private Path root;

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    @Test
    void thereIsNoneWithoutControlGroups() {
        assertFalse(ProcessorQuota.isLimited(root));
    }

    @ParameterizedTest
    @CsvSource({"max 100000, false", "50000 100000, true", "400000 100000, true"})
    void versionTwoTellsTheQuotaFirst(String text, boolean limited) throws IOException {
        write("proc/self/cgroup", "0::/service/loop\n");
        write("sys/fs/cgroup/service/loop/cpu.max", text + '\n');
        assertEquals(limited, ProcessorQuota.isLimited(root));
    }

    @ParameterizedTest
    @CsvSource({"-1, false", "50000, true"})
    void versionOneHasAHierarchyForProcessors(String text, boolean limited) throws IOException {
        write("proc/self/cgroup", "3:memory:/a\n2:cpu,cpuacct:/service\n1:name=systemd:/\n");
        write("sys/fs/cgroup/cpu/service/cpu.cfs_quota_us", text + '\n');
        assertEquals(limited, ProcessorQuota.isLimited(root));
    }

    @Test
    void quotaOfAGroupAboveCounts() throws IOException {
        write("proc/self/cgroup", "0::/service/loop\n");
        write("sys/fs/cgroup/service/loop/cpu.max", "max 100000\n");
        assertFalse(ProcessorQuota.isLimited(root));
        write("sys/fs/cgroup/service/cpu.max", "100000 100000\n");
        assertTrue(ProcessorQuota.isLimited(root));
    }

    /** As in a container whose file tells the host's path, and whose own group is the root. */
    @Test
    void rootCountsForAGroupThatIsNotThere() throws IOException {
        write("proc/self/cgroup", "0::/kubepods/pod1\n");
        write("sys/fs/cgroup/cpu.max", "200000 100000\n");
        assertTrue(ProcessorQuota.isLimited(root));
    }

    @Test
    void groupOutsideOfTheHierarchyIsNotLookedFor() throws IOException {
        write("proc/self/cgroup", "0::/../../..\n");
        write("cpu.max", "1 100000\n");
        assertFalse(ProcessorQuota.isLimited(root));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense\n", "0:\n", "0::\n"})
    void whatIsNotUnderstoodMayBeAQuota(String text) throws IOException {
        write("proc/self/cgroup", text);
        assertTrue(ProcessorQuota.isLimited(root));
    }
}
