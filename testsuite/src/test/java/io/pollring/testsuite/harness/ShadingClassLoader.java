/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.Remapper;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;

/**
 * Loads Netty and Pollring as an application does that has relocated both into a package of its own, the way shading
 * plug-ins do: classes get a prefix, and native libraries the prefix in their file names, as Netty's loader expects.
 */
public final class ShadingClassLoader extends ClassLoader {

    private static final String NATIVE = "META-INF/native/lib";

    private final String prefix;
    private final String mangledPrefix;
    private final Remapper relocation;

    /** @param prefix the package that is put in front, with dots, without one at its end */
    public ShadingClassLoader(String prefix, ClassLoader parent) {
        super(parent);
        this.prefix = prefix + '.';
        // An underscore separates packages in a library's name, so one that is part of a package's name is escaped.
        mangledPrefix = this.prefix.replace("_", "_1").replace('.', '_');
        String internalPrefix = this.prefix.replace('.', '/');
        relocation = new Remapper(Opcodes.ASM9) {
            @Override
            public String map(String name) {
                return name.startsWith("io/netty/") || name.startsWith("io/pollring/") ? internalPrefix + name : name;
            }
        };
    }

    /** The relocated twin of {@code original}. */
    public Class<?> twinOf(Class<?> original) throws ClassNotFoundException {
        return loadClass(prefix + original.getName());
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        if (!name.startsWith(prefix)) {
            throw new ClassNotFoundException(name);
        }
        String file = name.substring(prefix.length()).replace('.', '/') + ".class";
        try (InputStream in = getParent().getResourceAsStream(file)) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            ClassWriter writer = new ClassWriter(0);
            new ClassReader(in).accept(new ClassRemapper(writer, relocation), 0);
            byte[] relocated = writer.toByteArray();
            return defineClass(name, relocated, 0, relocated.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    /** Netty asks for all, to see whether a library is there twice. */
    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        if (!name.startsWith(NATIVE)) {
            return super.getResources(name);
        }
        String shaded = NATIVE + mangledPrefix;
        // Only under the new name: shading leaves no file under the old one.
        return name.startsWith(shaded) ? super.getResources(NATIVE + name.substring(shaded.length()))
                : Collections.emptyEnumeration();
    }
}
