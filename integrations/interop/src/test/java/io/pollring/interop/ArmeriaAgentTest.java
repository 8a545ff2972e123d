/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import com.linecorp.armeria.common.SessionProtocol;
import io.pollring.agent.AgentJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * Armeria under the agent, in a JVM of its own that has Pollring from nowhere else: there it can have our channels, and
 * accepts on a loop of ours, though it names all classes by itself.
 */
@Timeout(180)
class ArmeriaAgentTest {
    private static final String RING = " on RING used reverts 0";

    @Test
    void bothSidesAndWhatAcceptsAreOurChannelsOnOurLoops() throws Exception {
        assertRuns(new AgentJvm().option("-Dio.pollring.agent.channels=own"), "IoUring", RING);
    }

    @Test
    void withNettysChannelsAllLoopsAreOursToo() throws Exception {
        Scope.requireWhole();
        assertRuns(new AgentJvm(), "Epoll", RING);
    }

    /** Without which nothing above would say anything. */
    @Test
    void withoutTheAgentAllIsNettys() throws Exception {
        Scope.requireWhole();
        assertRuns(new AgentJvm().withoutAgent(), "Epoll", " on EpollIoHandler unused reverts 0");
    }

    private static void assertRuns(AgentJvm jvm, String channels, String loops) throws Exception {
        AgentJvm.Output output = jvm.run(ArmeriaApp.class.getName(), Integer.toString(ArmeriaTest.CHUNKS));
        assertEquals("false", output.value("visible"), output::toString);
        String sum = new ArmeriaBodies(ArmeriaTest.CHUNKS).expectedSum();
        for (SessionProtocol protocol : new SessionProtocol[] {SessionProtocol.H1C, SessionProtocol.H2C}) {
            assertEquals(sum, output.value(protocol + ".up"), output::toString);
            assertEquals(sum, output.value(protocol + ".down"), output::toString);
            assertEquals(channels + "SocketChannel" + loops, output.value(protocol + ".client"), output::toString);
            assertEquals(channels + "SocketChannel" + loops, output.value(protocol + ".server"), output::toString);
            assertEquals(channels + "ServerSocketChannel" + loops, output.value(protocol + ".accepting"),
                    output::toString);
        }
    }
}
