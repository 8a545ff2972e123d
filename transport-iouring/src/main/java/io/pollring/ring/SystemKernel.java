/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

/** The kernel of a loop. A class of its own, so that a run of tests can put another before it on its class path. */
public final class SystemKernel {
    private SystemKernel() { }

    /** As {@link Native#kernel()}. */
    public static Kernel get() {
        return Native.kernel();
    }
}
