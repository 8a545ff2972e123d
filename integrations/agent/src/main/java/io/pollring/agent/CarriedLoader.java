/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.agent;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;

/**
 * Defines what the agent carries, below a loader of the application that has Netty. Pollring needs of Netty what is
 * public, and no more, so it need not be in the same loader, and the application does not see it. Where the application
 * has Pollring itself, that is used.
 */
final class CarriedLoader extends ClassLoader {
    static {
        registerAsParallelCapable();
    }

    private static final String FOLDER = "META-INF/pollring/";
    private static final String GLUE = "io.pollring.agent.carried.";
    private static final String POLLRING = "io.pollring.";
    private static final String AGENT = "io.pollring.agent.";
    /**
     * The library belongs to the loader of the class that loads it, which is this class of Netty's. So there is one in
     * the loader of ours, too; Netty's {@code NativeLibraryLoader} looks for it there.
     */
    private static final String LIBRARY_HELPER = "io.netty.util.internal.NativeLibraryUtil";

    private final boolean parentHasPollring;

    CarriedLoader(ClassLoader parent) {
        super("pollring", parent);
        parentHasPollring = parent.getResource("io/pollring/channel/IoUringIoHandler.class") != null;
    }

    boolean parentHasPollring() {
        return parentHasPollring;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (name.startsWith(AGENT) && !name.startsWith(GLUE)) {
            return Class.forName(name, false, CarriedLoader.class.getClassLoader());
        }
        URL own = own(name);
        if (own == null) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name, own) : loaded;
        }
    }

    /** Where a class is that this loader defines itself; {@code null} if it is the parent's. */
    private URL own(String name) {
        String path = name.replace('.', '/') + ".class";
        if (name.startsWith(GLUE)) {
            return agentsResource(path);
        }
        if (parentHasPollring) {
            return null;
        }
        if (name.equals(LIBRARY_HELPER)) {
            return getParent().getResource(path);
        }
        return name.startsWith(POLLRING) ? agentsResource(FOLDER + path) : null;
    }

    private Class<?> define(String name, URL url) throws ClassNotFoundException {
        try (InputStream in = url.openStream()) {
            byte[] bytes = in.readAllBytes();
            return defineClass(name, bytes, 0, bytes.length, CarriedLoader.class.getProtectionDomain());
        } catch (IOException e) {
            throw new ClassNotFoundException(name + " cannot be read from " + url, e);
        }
    }

    @Override
    protected URL findResource(String name) {
        return parentHasPollring ? null : agentsResource(FOLDER + name);
    }

    @Override
    protected Enumeration<URL> findResources(String name) {
        URL url = findResource(name);
        List<URL> all = new ArrayList<>();
        if (url != null) {
            all.add(url);
        }
        return Collections.enumeration(all);
    }

    private static URL agentsResource(String path) {
        return CarriedLoader.class.getClassLoader().getResource(path);
    }
}
