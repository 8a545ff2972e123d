/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.jmh;

import io.pollring.ring.Kernel;
import io.pollring.ring.MemoryKernel;
import io.pollring.ring.Native;

/** On which kernel an operation is measured. */
public enum KernelKind {
    /** One in memory: the figure is what our own code costs. */
    MEMORY,
    /** The machine's: the figure has the system calls and the kernel's work in it. */
    LINUX;

    Kernel open() {
        return this == MEMORY ? new MemoryKernel() : Native.kernel();
    }
}
