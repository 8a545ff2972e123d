/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.netty;

import io.pollring.testsuite.harness.Family;
import io.pollring.testsuite.harness.Mode;
import io.pollring.testsuite.harness.Run;
import org.junit.jupiter.api.Test;

import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A program that was written for Netty's epoll channels needs no change but the names: ours have every public method
 * and constructor of theirs, with the same parameters. {@link NettyProgram} asks the same of other releases.
 */
public class PublicApiTest {
    @Test
    public void oursHaveWhatNettysHave() throws Exception {
        assumeTrue(Run.current().equals(new Run(Mode.RING, Family.OWN)), "classes are the same in all runs");
        PublicMembers members = PublicMembers.compare();
        assertEquals(Set.of(), members.missing);
        assertEquals(PublicMembers.EXCEPTIONS.keySet(), members.excused, "an exception that is none any more");
        assertTrue(members.compared > 500, "only " + members.compared);
    }
}
