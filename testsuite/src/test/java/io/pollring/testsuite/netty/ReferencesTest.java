/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.netty;

import io.pollring.channel.IoUring;
import io.pollring.testsuite.harness.Family;
import io.pollring.testsuite.harness.Mode;
import io.pollring.testsuite.harness.Run;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Paths;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** What our classes refer to is there in every release that we claim to run on. */
public class ReferencesTest {

    @BeforeEach
    public void onlyOnce() {
        assumeTrue(Run.current().equals(new Run(Mode.RING, Family.OWN)), "class files are the same in all runs");
    }

    @ParameterizedTest
    @ValueSource(strings = {"oldest", "newer", "mixed"})
    public void allThatWeReferToIsThere(String release) throws Exception {
        References references = new References();
        references.addLibraries(OtherReleasesTest.RELEASES.resolve(release));
        references.addLibrary(Paths.get(IoUring.class.getProtectionDomain().getCodeSource().getLocation().toURI()));
        assertEquals(Set.of(), references.missing("io/pollring/"));
    }

    /** The oldest has no such field, so this class itself is what must be found. */
    @Test
    public void whatIsNotThereIsFound() throws Exception {
        References references = new References();
        references.addLibraries(OtherReleasesTest.RELEASES.resolve("oldest"));
        references.addClass(Newer.class);
        assertEquals(Set.of("io/netty/channel/epoll/EpollChannelOption.IP_MULTICAST_ALL, which "
                + Newer.class.getName().replace('.', '/') + " refers to"), references.missing("io/pollring/"));
    }

    /** Refers to what the oldest release lacks. */
    static final class Newer {
        private Newer() { }

        static Object option() {
            return io.netty.channel.epoll.EpollChannelOption.IP_MULTICAST_ALL;
        }
    }
}
