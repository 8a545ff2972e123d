/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import org.junit.jupiter.api.Test;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ErrnoTest {

    @Test
    void everyConstantHasItsName() throws ReflectiveOperationException {
        int checked = 0;
        for (Field field : Errno.class.getFields()) {
            if (Modifier.isStatic(field.getModifiers())) {
                assertEquals(field.getName(), Errno.name(field.getInt(null)));
                checked++;
            }
        }
        assertTrue(checked > 10);
        assertEquals("errno 4095", Errno.name(4095));
    }

    @Test
    void anExceptionTellsTheCallTheErrnoAndTheRemedy() {
        RingException e = new RingException("io_uring_setup", -Errno.EPERM, RingSetup.remedy(Errno.EPERM));

        assertEquals(Errno.EPERM, e.errno());
        assertTrue(e.getMessage().startsWith("io_uring_setup failed with EPERM"), e.getMessage());
        assertTrue(e.getMessage().contains("seccomp"), e.getMessage());
        assertTrue(e.getMessage().contains("kernel.io_uring_disabled"), e.getMessage());
        assertTrue(RingSetup.remedy(Errno.ENOMEM).contains("RLIMIT_MEMLOCK"));
        assertTrue(RingSetup.remedy(Errno.ENOSYS).contains("no io_uring"));
    }
}
