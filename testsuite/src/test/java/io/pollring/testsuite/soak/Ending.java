/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

/** How a connection ends. */
enum Ending {
    /** Both sides end their output, one after the other; all that was sent arrives. */
    HALF_CLOSE,
    /** One side falls silent; when all of its bytes are there the other sends its last ones and closes. All arrive. */
    CLOSE,
    /** One side closes at once, TCP with a reset; what is on the way may be lost. */
    RESET
}
