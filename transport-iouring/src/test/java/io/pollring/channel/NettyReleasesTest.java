/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.epoll.Epoll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is said of the releases that are found; the testsuite tries real ones. */
class NettyReleasesTest {
    private static final String[] PARTS = {
        "netty-buffer", "netty-common", "netty-resolver", "netty-transport", "netty-transport-classes-epoll",
        "netty-transport-native-epoll", "netty-transport-native-unix-common"
    };

    /** As whoever asks has done: calls are tried, and these need Netty's library. */
    @BeforeAll
    static void loadNettysLibrary() {
        Epoll.ensureAvailability();
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.2.7.Final", "4.2.18.Final", "4.2.100.Final", "4.3.0.Final", "5.0.0.Final",
        "4.2.21.Final-SNAPSHOT"})
    void oneReleaseNeedsNoWord(String version) {
        NettyReleases.Verdict verdict = NettyReleases.judge(all(version), null);
        assertNull(verdict.error);
        assertNull(verdict.warning);
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.2.6.Final", "4.2.0.RC4", "4.1.130.Final", "3.10.6.Final"})
    void anOldReleaseIsRefused(String version) {
        NettyReleases.Verdict verdict = NettyReleases.judge(all(version), null);
        assertEquals("Pollring cannot run on Netty " + version + " (" + String.join(", ", PARTS)
                + "); import netty-bom in one version, 4.2.7.Final or later", verdict.error);
    }

    @Test
    void anOldPartAmongNewerOnesIsRefused() {
        Map<String, String> versions = all("4.2.18.Final");
        versions.put("netty-common", "4.2.6.Final");
        assertTrue(NettyReleases.judge(versions, null).error
                .startsWith("Pollring cannot run on Netty 4.2.18.Final (netty-buffer, netty-resolver, "));
    }

    @Test
    void aMixThatWorksIsWarnedOf() {
        Map<String, String> versions = all("4.2.18.Final");
        versions.put("netty-buffer", "4.2.17.Final");
        NettyReleases.Verdict verdict = NettyReleases.judge(versions, null);
        assertNull(verdict.error);
        assertEquals("Several releases of Netty are mixed: Netty 4.2.17.Final (netty-buffer), 4.2.18.Final (netty-common, "
                + "netty-resolver, netty-transport, netty-transport-classes-epoll, netty-transport-native-epoll, "
                + "netty-transport-native-unix-common); import netty-bom in one version, 4.2.7.Final or later",
                verdict.warning);
    }

    @Test
    void whereEpollIsNotAvailableAMixIsNamed() {
        Map<String, String> versions = all("4.2.18.Final");
        versions.put("netty-transport-native-epoll", "4.2.20.Final");
        Throwable cause = new UnsatisfiedLinkError("no such method");
        NettyReleases.Verdict verdict = NettyReleases.judge(versions, cause);
        assertTrue(verdict.error.contains("no such method") && verdict.error.contains("4.2.20.Final"), verdict.error);
        assertSame(cause, verdict.cause);
    }

    /** Netty itself says best what is missing. */
    @Test
    void whereEpollIsNotAvailableOneReleaseNeedsNoWord() {
        assertNull(NettyReleases.judge(all("4.2.18.Final"), new UnsatisfiedLinkError()).error);
    }

    /** A jar that all others were merged into may have kept the file of one of them, or of none. */
    @Test
    void whatCannotBeIdentifiedIsTried() {
        Map<String, String> one = new TreeMap<>(Map.of("netty-common", "4.2.18.Final"));
        assertNull(NettyReleases.judge(one, null).error);
        assertNull(NettyReleases.judge(one, null).warning);
        assertNull(NettyReleases.judge(Map.of(), null).error);
    }

    @Test
    void aVersionThatIsNoneIsNotJudged() {
        assertNull(NettyReleases.judge(all("unknown"), null).error);
    }

    /** The calls have to be made where they work, or they say nothing where they do not. */
    @Test
    void allCallsAreThereInTheReleaseThatThisIsBuiltWith() {
        List<String> before = Resources.openFiles();
        assertNull(NettyCalls.findMissing());
        assertEquals(List.of(), Resources.filesSince(before));
    }

    private static Map<String, String> all(String version) {
        Map<String, String> versions = new TreeMap<>();
        for (String part : PARTS) {
            versions.put(part, version);
        }
        return versions;
    }
}
