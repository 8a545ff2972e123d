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
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A process that runs out of fds: exceptions of the same type as with Netty's epoll, nothing leaked, and the loop works
 * on. {@link FdLimitMain} is what runs in that process, once on each transport.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FdLimitTest {
    private final Map<Setup, Map<String, String>> results = new EnumMap<>(Setup.class);

    @BeforeAll
    void run() throws Exception {
        // They mostly wait: Netty's acceptor pauses when it fails.
        Map<Setup, Process> processes = new EnumMap<>(Setup.class);
        for (Setup setup : new Setup[] {
            Setup.EPOLL, Setup.HOSTED_RING, Setup.HOSTED_NO_RING, Setup.OWN_RING, Setup.OWN_NO_RING
        }) {
            processes.put(setup, startWithFewFds(setup));
        }
        for (Map.Entry<Setup, Process> process : processes.entrySet()) {
            results.put(process.getKey(), results(process.getValue()));
        }
    }

    @Test
    void aChannelTooManyIsRefusedAsByEpoll() {
        assertSame("channels refused with");
        for (Map<String, String> result : results.values()) {
            assertEquals("20000", result.get("channels tried"));
            assertTrue(Integer.parseInt(result.get("channels opened")) > 50, result::toString);
            assertEquals("[]", result.get("fds leaked by channels"));
        }
    }

    @Test
    void aGroupTooManyIsRefusedAsByEpoll() {
        assertSame("group refused with");
        for (Map<String, String> result : results.values()) {
            assertEquals("[]", result.get("fds leaked by groups"));
            assertEquals("0", result.get("ring mappings leaked by groups"));
            assertEquals("0", result.get("threads leaked by groups"));
        }
    }

    @Test
    void aConnectionTooManyWaitsUntilAnFdIsFree() {
        assertSame("accept failed with");
        for (Map<String, String> result : results.values()) {
            assertEquals("20 of 20", result.get("accepted later"));
            assertTrue(Double.parseDouble(result.get("CPU while out of fds")) < 0.2, result::toString);
        }
    }

    @Test
    void theLoopWorksOn() {
        results.forEach((setup, result) -> {
            assertEquals("true", result.get("loop alive"));
            String backend = setup.mode == Mode.NO_RING ? "EPOLL" : setup.mode.isOurs() ? "RING" : "";
            assertEquals(backend, result.get("backend"), setup::name);
        });
    }

    private void assertSame(String key) {
        String expected = results.get(Setup.EPOLL).get(key);
        assertNotNull(expected, results::toString);
        results.forEach((setup, result) -> assertEquals(expected, result.get(key), setup::name));
    }

    private static Process startWithFewFds(Setup setup) throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -n 256; exec \"$@\"", "sh",
                Resources.java().toString(), "-ea", "-cp", System.getProperty("java.class.path")));
        command.add(FdLimitMain.class.getName());
        command.add(setup.name());
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
