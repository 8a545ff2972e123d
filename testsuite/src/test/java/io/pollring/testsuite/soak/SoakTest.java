/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

import io.pollring.testsuite.harness.Family;
import io.pollring.testsuite.harness.Mode;
import io.pollring.testsuite.harness.Program;
import io.pollring.testsuite.harness.Run;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The soak in a JVM of its own, for a minute; {@code testsuite/soak/run} is for longer. */
public class SoakTest {
    private static final int CONNECTIONS = 300;

    @Test
    public void everyConnectionEndsAsAskedAndNothingIsLeftBehind() {
        assumeTrue(Run.current().equals(new Run(Mode.RING, Family.OWN)), "it has both families, so once is enough");
        List<String> arguments = new ArrayList<>(SoakSettings.JVM);
        // The test JVMs of this machine run side by side, and all connections are to be there within the minute.
        arguments.add("-D" + SoakSettings.PREFIX + "connections=" + CONNECTIONS);
        System.getProperties().stringPropertyNames().stream().filter(name -> name.startsWith(SoakSettings.PREFIX))
                .forEach(name -> arguments.add("-D" + name + '=' + System.getProperty(name)));
        arguments.addAll(List.of("-cp", Program.classPath(), SoakProgram.class.getName()));
        List<String> output = assertTimeoutPreemptively(Duration.ofSeconds(new SoakSettings().seconds + 600),
                () -> Program.run(arguments));
        output.forEach(System.out::println);
        assertTrue(output.contains("violations: none") && output.contains("exit=0"), () -> String.join("\n", output));
    }
}
