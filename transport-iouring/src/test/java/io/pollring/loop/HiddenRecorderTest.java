/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import jdk.jfr.FlightRecorder;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;

import static org.junit.jupiter.api.Assertions.assertNotSame;

/** A flight recorder that a loop's classes see a part of must not end the loop. */
class HiddenRecorderTest {

    /** As bundles of OSGi do, which see what is exported: up to JDK 17 an event needs more than that. */
    private static final class ExportedOnly extends ClassLoader {
        private final String hidden;

        ExportedOnly(String hidden) {
            super(HiddenRecorderTest.class.getClassLoader());
            this.hidden = hidden;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith(hidden)) {
                throw new ClassNotFoundException(name + " is hidden");
            }
            if (!name.startsWith(FlightEvents.class.getName())) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? define(name) : loaded;
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    @Test
    void aRecorderWhoseInnerClassesAreHiddenIsNone() throws Exception {
        tellAll("jdk.jfr.internal.");
    }

    @Test
    void aRecorderThatIsHiddenIsNone() throws Exception {
        tellAll("jdk.jfr.");
    }

    private static void tellAll(String hidden) throws Exception {
        // Nothing is told before somebody records.
        FlightRecorder.getFlightRecorder();
        Class<?> events = new ExportedOnly(hidden).loadClass(FlightEvents.class.getName());
        assertNotSame(FlightEvents.class, events);
        tell(events, "waitsOnRing", new Class<?>[] {String.class, boolean.class}, "loop", false);
        tell(events, "waitsOnEpoll", new Class<?>[] {String.class, String.class}, "loop", "a test");
        tell(events, "reverted", new Class<?>[] {int.class, String.class}, 1, "EINVAL");
    }

    private static void tell(Class<?> events, String name, Class<?>[] types, Object... arguments) throws Exception {
        Method method = events.getDeclaredMethod(name, types);
        method.setAccessible(true);
        method.invoke(null, arguments);
    }
}
