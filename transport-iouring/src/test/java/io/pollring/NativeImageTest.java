/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring;

import io.pollring.channel.IoUring;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What GraalVM's native-image is told to keep is there, and is all that is looked up by name. */
class NativeImageTest {
    private static final String FOLDER = "META-INF/native-image/io.pollring/transport-iouring/";
    private static final Path C_SOURCES = Paths.get("../transport-iouring-native/src/main/c");

    @Test
    void everythingNamedExists() throws Exception {
        for (String file : new String[] {"jni-config.json", "reflect-config.json"}) {
            List<String> classes = valuesOf(file, "name").stream().filter(name -> name.contains("."))
                    .collect(Collectors.toList());
            assertFalse(classes.isEmpty(), file);
            for (String name : classes) {
                Class.forName(name, false, IoUring.class.getClassLoader());
            }
        }
        for (String type : valuesOf("jni-config.json", "typeReachable")) {
            Class.forName(type, false, IoUring.class.getClassLoader());
        }
    }

    /** A bootstrap makes a channel of its class with the constructor that takes nothing. */
    @Test
    void everyChannelClassIsKept() throws Exception {
        Set<String> expected = new TreeSet<>();
        try (Stream<Path> sources = Files.list(Paths.get("src/main/java/io/pollring/channel"))) {
            sources.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith("IoUring") && name.endsWith("Channel.java"))
                    .forEach(name -> expected.add("io.pollring.channel." + name.replace(".java", "")));
        }
        assertFalse(expected.isEmpty());
        Set<String> kept = new TreeSet<>(valuesOf("reflect-config.json", "name"));
        assertTrue(kept.remove("<init>"));
        // NettysHandles looks that up.
        assertTrue(kept.remove("io.netty.channel.RecvByteBufAllocator$DelegatingHandle"));
        assertTrue(kept.remove("delegate"));
        assertEquals(expected, kept);
    }

    @Test
    void everyMemberThatTheLibraryLooksUpIsKept() throws Exception {
        Set<String> members = new TreeSet<>();
        Pattern lookup = Pattern.compile("Get(?:Static)?(?:Field|Method)ID\\(env, \\w+, \"([^\"]+)\"");
        try (Stream<Path> sources = Files.list(C_SOURCES)) {
            for (Path source : sources.filter(path -> path.toString().endsWith(".c")).collect(Collectors.toList())) {
                Matcher matcher = lookup.matcher(Files.readString(source));
                while (matcher.find()) {
                    members.add(matcher.group(1));
                }
            }
        }
        Set<String> kept = valuesOf("jni-config.json", "name").stream().filter(name -> !name.contains("."))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(members, kept);
    }

    @Test
    void theLibraryIsAResourceOfTheImage() throws Exception {
        String pattern = valuesOf("resource-config.json", "pattern").get(0).replace("\\\\", "\\");
        for (String prefix : new String[] {"", "com_first_app_"}) {
            for (String arch : new String[] {"x86_64", "aarch_64"}) {
                String resource = "META-INF/native/lib" + prefix + "pollring_iouring_" + arch + ".so";
                assertTrue(resource.matches(pattern), resource);
            }
        }
    }

    /** All string values of {@code key} in a file, in their order. */
    private static List<String> valuesOf(String file, String key) throws IOException {
        List<String> values = new ArrayList<>();
        try (InputStream in = IoUring.class.getClassLoader().getResourceAsStream(FOLDER + file)) {
            String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            Matcher matcher = Pattern.compile('"' + key + "\"\\s*:\\s*\"([^\"]+)\"").matcher(json);
            while (matcher.find()) {
                values.add(matcher.group(1));
            }
        }
        return values;
    }
}
