/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

/**
 * Takes the place of the class of the same name, because it comes first on the class path: where the system property
 * {@code pollring.test.refusePolls} is set while a loop is made, its kernel is a {@link RefusingKernel}.
 */
public final class SystemKernel {
    private SystemKernel() { }

    public static Kernel get() {
        return Boolean.getBoolean("pollring.test.refusePolls") ? new RefusingKernel(Native.kernel()) : Native.kernel();
    }
}
