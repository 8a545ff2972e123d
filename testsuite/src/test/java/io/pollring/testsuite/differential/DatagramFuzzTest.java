/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import org.junit.jupiter.api.Test;

/** The same as {@link DifferentialFuzzTest} for datagrams, over the loopback interface, which loses none. */
public class DatagramFuzzTest {
    private static final int PROGRAMS = 100;

    @Test
    public void everyTransportDoesWithDatagramsWhatEpollDoes() throws Exception {
        new Fuzz("datagrams", Transport.FOR_DATAGRAMS, DatagramPrograms::generate).run(PROGRAMS);
    }
}
