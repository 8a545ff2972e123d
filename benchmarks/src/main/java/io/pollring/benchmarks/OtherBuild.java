/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** Our transport as it was built at another time: its jars, for a server to run with instead of those of this build. */
final class OtherBuild {
    private static final String TRANSPORT = "io/pollring/channel/IoUring.class";
    private static final String NATIVE = "META-INF/native/libpollring_iouring";

    private final List<Path> jars;
    /** What one of {@link #jars} has; this build's must not be there as well, as two native libraries are refused. */
    private final List<String> replaced;

    private OtherBuild(List<Path> jars) {
        this.jars = jars;
        replaced = Stream.of(TRANSPORT, NATIVE).filter(marker -> jars.stream().anyMatch(jar -> has(jar, marker)))
                .toList();
    }

    /**
     * @param path the jar of the transport, or a folder that has it. If there is no native one beside it in that
     *             folder, this build's goes with it.
     * @throws IllegalArgumentException if it is neither
     */
    static OtherBuild at(Path path) {
        OtherBuild build = new OtherBuild(jars(path));
        if (!build.replaced.contains(TRANSPORT)) {
            throw new IllegalArgumentException(path + " has no jar of our transport");
        }
        return build;
    }

    private static List<Path> jars(Path path) {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (Stream<Path> files = Files.list(path)) {
            return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        } catch (IOException e) {
            throw new IllegalArgumentException(path + " cannot be read", e);
        }
    }

    /** {@code classPath} with the other build's jars in place of this build's. */
    String in(String classPath) {
        Predicate<Path> ours = entry -> replaced.stream().anyMatch(marker -> has(entry, marker));
        List<String> entries = new ArrayList<>();
        jars.forEach(jar -> entries.add(jar.toString()));
        Arrays.stream(classPath.split(File.pathSeparator)).filter(entry -> !ours.test(Path.of(entry)))
                .forEach(entries::add);
        return String.join(File.pathSeparator, entries);
    }

    /** @param entry of a class path: a jar or a folder, which need not exist */
    private static boolean has(Path entry, String marker) {
        if (!Files.isRegularFile(entry)) {
            return hasFile(entry.resolve(marker));
        }
        try (JarFile jar = new JarFile(entry.toFile())) {
            return jar.stream().map(JarEntry::getName).anyMatch(name -> name.startsWith(marker));
        } catch (IOException e) {
            throw new UncheckedIOException(entry + " is no jar", e);
        }
    }

    private static boolean hasFile(Path marker) {
        try (Stream<Path> files = Files.isDirectory(marker.getParent()) ? Files.list(marker.getParent())
                : Stream.empty()) {
            return files.anyMatch(file -> file.toString().startsWith(marker.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
