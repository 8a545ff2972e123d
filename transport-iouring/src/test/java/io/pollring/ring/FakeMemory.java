/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;

/**
 * Memory by its address, as the kernel sees it. By reflection, as the compiler warns of the class that can do this on
 * every JDK that the tests run on.
 */
final class FakeMemory {
    private static final MethodHandle GET;
    private static final MethodHandle PUT;

    static {
        try {
            Class<?> type = Class.forName("sun.misc.Unsafe");
            Field field = type.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            Object unsafe = field.get(null);
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            GET = lookup.bind(unsafe, "getByte", MethodType.methodType(byte.class, long.class));
            PUT = lookup.bind(unsafe, "putByte", MethodType.methodType(void.class, long.class, byte.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private FakeMemory() { }

    static byte get(long address) {
        try {
            return (byte) GET.invokeExact(address);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    static void put(long address, byte value) {
        try {
            PUT.invokeExact(address, value);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    static int getShort(long address) {
        return (int) getLittleEndian(address, Short.BYTES);
    }

    static int getInt(long address) {
        return (int) getLittleEndian(address, Integer.BYTES);
    }

    static long getLong(long address) {
        return getLittleEndian(address, Long.BYTES);
    }

    private static long getLittleEndian(long address, int bytes) {
        long value = 0;
        for (int i = bytes; i-- > 0;) {
            value = value << Byte.SIZE | get(address + i) & 0xFF;
        }
        return value;
    }
}
