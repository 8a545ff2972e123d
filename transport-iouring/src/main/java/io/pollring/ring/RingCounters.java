/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

/** What rings count. A loop that replaces its ring goes on with the same counters. */
public final class RingCounters {
    final Counter enters = new Counter();
    final Counter submitted = new Counter();
    final Counter completed = new Counter();
    final Counter overflows = new Counter();

    /** How often the kernel was entered. */
    public long enters() {
        return enters.get();
    }

    /** How many SQEs the kernel has consumed. */
    public long submitted() {
        return submitted.get();
    }

    /** How many CQEs were collected. */
    public long completed() {
        return completed.get();
    }

    /** How many times the completion queue was found overflowing. */
    public long overflows() {
        return overflows.get();
    }
}
