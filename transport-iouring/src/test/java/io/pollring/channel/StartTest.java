/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.ChannelInboundHandlerAdapter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Set;
import java.util.stream.Collectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a process loads for its first group, which is most of what it takes to start. */
@Timeout(60)
class StartTest {
    private static final String LOADED = "[class,load] ";

    /** @return the names of the classes that a process has loaded when it listens */
    private static Set<String> loadedBy(Class<?> main) throws Exception {
        String output = ChildJvm.outputOf(main, "-Xlog:class+load");
        return output.lines().filter(line -> line.contains(LOADED))
                .map(line -> line.substring(line.indexOf(LOADED) + LOADED.length()).split(" ")[0])
                .collect(Collectors.toSet());
    }

    @Test
    void firstGroupLoadsNeitherEventsOfTheRecorderNorFormatsOfDates() throws Exception {
        Set<String> loaded = loadedBy(Main.class);
        assertTrue(loaded.contains("io.pollring.loop.FlightEvents"), "the loop has told that it waits on something");
        assertTrue(loaded.contains("io.pollring.channel.NettyReleases"), "Netty's releases are known");
        Set<String> expensive = loaded.stream()
                .filter(name -> name.startsWith("jdk.jfr.internal.settings.") || name.startsWith("java.text.DateFormat"))
                .collect(Collectors.toSet());
        assertEquals(Set.of(), expensive);
    }

    static final class Main {
        private Main() { }

        public static void main(String[] args) throws Exception {
            try (TestGroup group = new TestGroup(Mode.RING, Channels.OURS, 1)) {
                group.listen(new ChannelInboundHandlerAdapter(), bootstrap -> { });
            }
        }
    }
}
