/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

/** What the scheduler does to a connection. */
enum SoakEvent {
    SEND, PAUSE, SLOW, MOVE, REVERT
}
