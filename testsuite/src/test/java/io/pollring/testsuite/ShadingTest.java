/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite;

import io.netty.channel.epoll.EpollSocketChannel;
import io.pollring.testsuite.harness.Family;
import io.pollring.testsuite.harness.Mode;
import io.pollring.testsuite.harness.Run;
import io.pollring.testsuite.harness.ShadedProgram;
import io.pollring.testsuite.harness.ShadingClassLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.Callable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Two libraries that each bring a relocated copy of Netty and Pollring, in one JVM with the original. */
@Timeout(60)
public class ShadingTest {

    @Test
    public void shouldEchoOnTheRing_whenRelocatedTwiceInOneProcess() throws Exception {
        assumeTrue(Run.current().equals(new Run(Mode.RING, Family.HOSTED)), "what a copy is called depends on no mode");
        // An underscore in a package is what the names of native methods and libraries have to escape. ("lib" in one is
        // more than the C part of Netty can bear.)
        for (String prefix : new String[] {"com.first_app.shaded", "org.second"}) {
            ShadingClassLoader loader = new ShadingClassLoader(prefix, ShadingTest.class.getClassLoader());
            Callable<?> program = (Callable<?>) loader.twinOf(ShadedProgram.class)
                    .getConstructor().newInstance();
            assertEquals(prefix + '.' + EpollSocketChannel.class.getName() + " on RING", program.call());
        }
    }
}
