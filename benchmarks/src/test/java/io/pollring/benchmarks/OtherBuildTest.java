/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class OtherBuildTest {
    private static final String TRANSPORT = "io/pollring/channel/IoUring.class";
    private static final String NATIVE = "META-INF/native/libpollring_iouring_x86_64.so";

    @TempDir
    Path directory;

    private Path jar(String name, String... entries) throws IOException {
        Path file = Files.createDirectories(directory.resolve(name).getParent()).resolve(Path.of(name).getFileName());
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file))) {
            jar.putNextEntry(new ZipEntry("META-INF/MANIFEST.MF"));
            for (String entry : entries) {
                jar.putNextEntry(new ZipEntry(entry));
            }
        }
        return file;
    }

    private Path classes(String entry) throws IOException {
        Path folder = directory.resolve("classes");
        Files.createDirectories(folder.resolve(entry).getParent());
        Files.createFile(folder.resolve(entry));
        return folder;
    }

    private static String path(Object... entries) {
        StringBuilder path = new StringBuilder();
        for (Object entry : entries) {
            path.append(path.length() == 0 ? "" : File.pathSeparator).append(entry);
        }
        return path.toString();
    }

    @Test
    void jarsOfAFolderTakeThePlaceOfThisBuilds() throws IOException {
        Path otherNative = jar("old/a-native.jar", NATIVE);
        Path other = jar("old/transport.jar", TRANSPORT);
        Path netty = jar("netty.jar", "io/netty/channel/Channel.class", "META-INF/native/libnetty_epoll.so");
        String now = path(jar("now.jar", TRANSPORT), netty, jar("now-native.jar", NATIVE), "gone");
        assertEquals(path(otherNative, other, netty, "gone"), OtherBuild.at(directory.resolve("old")).in(now));
    }

    @Test
    void classesOfThisBuildNeedNotBeInAJar() throws IOException {
        Path other = jar("old/transport.jar", TRANSPORT);
        assertEquals(path(other, "netty.jar"),
                OtherBuild.at(directory.resolve("old")).in(path(classes(TRANSPORT), "netty.jar")));
    }

    @Test
    void aJarAloneGoesWithTheNativeLibraryOfThisBuild() throws IOException {
        Path other = jar("old.jar", TRANSPORT);
        Path library = jar("now-native.jar", NATIVE);
        assertEquals(path(other, library), OtherBuild.at(other).in(path(jar("now.jar", TRANSPORT), library)));
    }

    @Test
    void whatHasNoTransportIsRefused() throws IOException {
        Path library = jar("old/native.jar", NATIVE);
        assertThrows(IllegalArgumentException.class, () -> OtherBuild.at(library));
        assertThrows(IllegalArgumentException.class, () -> OtherBuild.at(directory.resolve("old")));
        assertThrows(IllegalArgumentException.class, () -> OtherBuild.at(directory.resolve("nothing")));
    }

    @Test
    void onlyOurTransportsAreOfAnotherBuildAndOnlyOnce() throws IOException {
        Path other = jar("old.jar", TRANSPORT);
        Options options = Options.parse("--loadgen", "x", "--cores", "0,1", "--transports",
                "own@jar=" + other + "@a=1,pollring,own-direct@jar=" + other);
        Contender own = options.contenders().get(0);
        assertEquals("own@jar=" + other + "@a=1", own.label());
        assertEquals(List.of("a=1"), own.systemProperties());
        assertEquals(path(other, "netty.jar"), own.classPath("netty.jar"));
        assertEquals("netty.jar", options.contenders().get(1).classPath("netty.jar"));
        assertEquals(path(other, "netty.jar"), options.contenders().get(2).classPath("netty.jar"));
        for (String refused : new String[] {"epoll@jar=" + other, "limit-epoll@jar=" + other,
                "own@jar=" + other + "@jar=" + other, "own@jar=" + directory.resolve("nothing")}) {
            assertThrows(IllegalArgumentException.class,
                    () -> Options.parse("--loadgen", "x", "--cores", "0,1", "--transports", refused), refused);
        }
    }
}
