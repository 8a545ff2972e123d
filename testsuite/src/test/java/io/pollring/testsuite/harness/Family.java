/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

/** Whose channels a run tests. */
public enum Family {
    /** Netty's own {@code Epoll*Channel}s, hosted by the loop under test. */
    HOSTED,
    /** Pollring's own channels. */
    OWN
}
