/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/** Nothing but a library in META-INF, where modules hide nothing. */
@SuppressWarnings("module") // The platform has a number at its end.
module io.pollring.transport.linux.${native.arch} {
}
