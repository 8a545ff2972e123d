/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A process that runs out of fds: exceptions of the same type as with Netty's epoll, nothing leaked, and the loop works
 * on. {@link FdLimitMain} is what runs in that process, once on each transport.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FdLimitTest {
    private Map<String, String> epoll;
    private Map<String, String> ring;
    private Map<String, String> noRing;

    @BeforeAll
    void run() throws Exception {
        // They mostly wait: Netty's acceptor pauses when it fails.
        Map<Mode, Process> processes = new EnumMap<>(Mode.class);
        for (Mode mode : new Mode[] {Mode.EPOLL, Mode.RING, Mode.NO_RING}) {
            processes.put(mode, startWithFewFds(mode));
        }
        epoll = results(processes.get(Mode.EPOLL));
        ring = results(processes.get(Mode.RING));
        noRing = results(processes.get(Mode.NO_RING));
    }

    @Test
    void aChannelTooManyIsRefusedAsByEpoll() {
        assertSame("channels refused with");
        for (Map<String, String> result : List.of(epoll, ring, noRing)) {
            assertEquals("20000", result.get("channels tried"));
            assertTrue(Integer.parseInt(result.get("channels opened")) > 50, result::toString);
            assertEquals("[]", result.get("fds leaked by channels"));
        }
    }

    @Test
    void aGroupTooManyIsRefusedAsByEpoll() {
        assertSame("group refused with");
        for (Map<String, String> result : List.of(epoll, ring, noRing)) {
            assertEquals("[]", result.get("fds leaked by groups"));
            assertEquals("0", result.get("ring mappings leaked by groups"));
            assertEquals("0", result.get("threads leaked by groups"));
        }
    }

    @Test
    void aConnectionTooManyWaitsUntilAnFdIsFree() {
        assertSame("accept failed with");
        for (Map<String, String> result : List.of(epoll, ring, noRing)) {
            assertEquals("20 of 20", result.get("accepted later"));
            assertTrue(Double.parseDouble(result.get("CPU while out of fds")) < 0.2, result::toString);
        }
    }

    @Test
    void theLoopWorksOn() {
        for (Map<String, String> result : List.of(epoll, ring, noRing)) {
            assertEquals("true", result.get("loop alive"));
        }
        assertEquals("RING", ring.get("backend"));
        assertEquals("EPOLL", noRing.get("backend"));
    }

    private void assertSame(String key) {
        assertTrue(epoll.get(key) != null, epoll::toString);
        assertEquals(epoll.get(key), ring.get(key));
        assertEquals(epoll.get(key), noRing.get(key));
    }

    private static Process startWithFewFds(Mode mode) throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -n 256; exec \"$@\"", "sh",
                Resources.java().toString(), "-ea", "-cp", System.getProperty("java.class.path")));
        command.add(FdLimitMain.class.getName());
        command.add(mode.name());
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static Map<String, String> results(Process process) throws Exception {
        byte[] output = process.getInputStream().readAllBytes();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        String text = new String(output, StandardCharsets.UTF_8);
        assertEquals(0, process.exitValue(), text);
        Map<String, String> results = new TreeMap<>();
        for (String line : text.split("\n")) {
            if (line.startsWith(FdLimitMain.PREFIX)) {
                String[] parts = line.substring(FdLimitMain.PREFIX.length()).split(": ", 2);
                results.put(parts[0], parts[1]);
            }
        }
        return results;
    }
}
