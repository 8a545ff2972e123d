/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.List;
import java.util.Map;

/** What came out of one workload. */
interface Result {
    Workload workload();

    /** Those that cannot be used here, and why. */
    Map<String, String> unavailable();

    /** As a person reads it, in a terminal. */
    List<String> toText();

    /** Everything, to be written as JSON. */
    Map<String, Object> toMap();
}
