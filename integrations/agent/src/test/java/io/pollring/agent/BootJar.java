/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.agent;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Enumeration;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** A jar as Spring Boot's plugin makes it: its loader at the root, the application's jars in {@code BOOT-INF/lib}. */
final class BootJar {
    private BootJar() { }

    static void write(Path file, String mainClass, String classPath) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Start-Class", mainClass);
        manifest.getMainAttributes().putValue("Spring-Boot-Classes", "BOOT-INF/classes/");
        manifest.getMainAttributes().putValue("Spring-Boot-Lib", "BOOT-INF/lib/");
        try (OutputStream out = Files.newOutputStream(file); JarOutputStream jar = new JarOutputStream(out, manifest)) {
            // Boot takes no file for a part of the class path whose folder has no entry.
            for (String folder : new String[] {"BOOT-INF/", "BOOT-INF/classes/", "BOOT-INF/lib/"}) {
                store(jar, folder, new byte[0]);
            }
            for (String entry : classPath.split(File.pathSeparator)) {
                add(jar, Paths.get(entry));
            }
        }
    }

    private static void add(JarOutputStream jar, Path entry) throws IOException {
        String name = entry.getFileName().toString();
        if (Files.isDirectory(entry)) {
            addClasses(jar, entry);
        } else if (name.startsWith("spring-boot-loader")) {
            addContents(jar, entry);
        } else if (name.startsWith("netty-")) {
            store(jar, "BOOT-INF/lib/" + name, Files.readAllBytes(entry));
        }
    }

    private static void addClasses(JarOutputStream jar, Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            List<Path> classes = files.filter(Files::isRegularFile).collect(Collectors.toList());
            for (Path file : classes) {
                store(jar, "BOOT-INF/classes/" + root.relativize(file), Files.readAllBytes(file));
            }
        }
    }

    private static void addContents(JarOutputStream jar, Path other) throws IOException {
        try (JarFile from = new JarFile(other.toFile())) {
            for (Enumeration<JarEntry> entries = from.entries(); entries.hasMoreElements();) {
                JarEntry entry = entries.nextElement();
                if (entry.getName().endsWith(".class")) {
                    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                    from.getInputStream(entry).transferTo(bytes);
                    store(jar, entry.getName(), bytes.toByteArray());
                }
            }
        }
    }

    /** Nested jars are read where they are, so they may not be compressed. */
    private static void store(JarOutputStream jar, String name, byte[] bytes) throws IOException {
        CRC32 sum = new CRC32();
        sum.update(bytes);
        JarEntry entry = new JarEntry(name);
        entry.setMethod(JarEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCrc(sum.getValue());
        jar.putNextEntry(entry);
        jar.write(bytes);
        jar.closeEntry();
    }
}
