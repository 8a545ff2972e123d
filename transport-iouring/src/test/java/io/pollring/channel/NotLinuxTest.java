/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;


import static org.junit.jupiter.api.Assertions.assertTrue;

/** In a process that takes its machine for another: Netty reads the system's name from a property. */
@Timeout(60)
class NotLinuxTest {

    @Test
    void theClassesLoadAndSayWhyThereIsNoRing() throws Exception {
        String output = ChildJvm.outputOf(Main.class, "-Dos.name=Windows 11");
        assertTrue(output.contains("available: false"), output);
        assertTrue(output.contains("only there on Linux, and this is windows"), output);
    }

    static final class Main {
        public static void main(String[] args) {
            System.out.println("available: " + IoUring.isAvailable());
            System.out.println("because: " + IoUring.unavailabilityCause());
            System.out.println("features: " + IoUring.featureString());
        }
    }
}
