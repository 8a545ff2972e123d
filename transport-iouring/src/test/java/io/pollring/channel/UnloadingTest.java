/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import org.junit.jupiter.api.Test;

import java.io.File;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** An application that brings this module along, and Netty not, can be taken out of its server again. */
class UnloadingTest {

    @Test
    void aClassLoaderThatHasUsedALoopCanBeCollected() throws Exception {
        WeakReference<ClassLoader> used = use();
        for (int i = 0; i < 100 && used.get() != null; i++) {
            System.gc();
            Thread.sleep(50);
        }
        assertNull(used.get(), "something still refers to classes of the module");
    }

    /** Loads the module anew, and runs an echo on a loop of that, whose library is loaded anew as well. */
    private static WeakReference<ClassLoader> use() throws Exception {
        ClassLoader loader = new Child(moduleAndTests());
        Class<?> main = loader.loadClass(Echo.class.getName());
        assertNotSame(Echo.class, main);
        main.getMethod("run").invoke(null);
        return new WeakReference<>(loader);
    }

    private static URL[] moduleAndTests() throws Exception {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (entry.contains("transport-iouring")) {
                urls.add(Path.of(entry).toUri().toURL());
            }
        }
        assertTrue(urls.size() >= 2, urls::toString);
        return urls.toArray(new URL[0]);
    }

    /** Has classes of this module of its own. */
    private static final class Child extends URLClassLoader {
        Child(URL[] urls) {
            super(urls, UnloadingTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("io.pollring.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : findClass(name);
            }
        }
    }

    /** What the application does. */
    public static final class Echo {
        private Echo() { }

        public static void run() throws Exception {
            for (Mode mode : new Mode[] { Mode.RING, Mode.REVERTED, Mode.NO_RING }) {
                for (Channels channels : Channels.values()) {
                    try (TestGroup group = new TestGroup(mode, channels, 1);
                         Connection connection = Connection.open(group)) {
                        connection.send(100);
                        Await.until("it is read", 5000, () -> connection.recorder.byteCount() == 100);
                    }
                }
            }
        }
    }
}
