/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import org.junit.jupiter.api.Test;

import java.util.EnumSet;

/**
 * Random programs of operations on streams and of their peers, run on Netty's epoll and on all that is ours: bytes,
 * events, promises, states, references and files must agree after every step. {@link Fuzz} tells how to choose programs.
 */
public class DifferentialFuzzTest {
    private static final int PROGRAMS = 300;

    @Test
    public void everyTransportDoesWhatEpollDoes() throws Exception {
        new Fuzz("streams", EnumSet.allOf(Transport.class), StreamPrograms::generate).run(PROGRAMS);
    }
}
