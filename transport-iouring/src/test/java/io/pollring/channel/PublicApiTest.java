/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.epoll.EpollSocketChannel;
import org.junit.jupiter.api.Test;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A program that was written for Netty's epoll channels needs no change but the names: ours have every public method
 * and constructor of theirs, with the same parameters.
 */
class PublicApiTest {
    private static final String NETTY = "io.netty.channel.epoll.";

    /** What ours lack, and why. */
    private static final Map<String, String> EXCEPTIONS = new TreeMap<>(Map.of(
            "setEpollMode", "the mode has no effect in Netty 4.2, and names Netty's transport",
            "getEpollMode", "as above",
            "EpollDomainSocketChannel.<init>(io.netty.channel.Channel, io.netty.channel.epoll.LinuxSocket)",
            "for a server that accepts; ours is not for others to call"));

    @Test
    void oursHaveWhatNettysHave() throws Exception {
        Set<String> missing = new TreeSet<>();
        Set<String> excused = new TreeSet<>();
        int compared = 0;
        for (Class<?> theirs : nettysClasses()) {
            Class<?> ours = inPlaceOf(theirs);
            if (ours == theirs) {
                missing.add(theirs.getName());
                continue;
            }
            for (Method method : theirs.getMethods()) {
                // Of those whose result a subclass has made narrower, one has the same parameters.
                if (method.getDeclaringClass() != Object.class && !method.isBridge()) {
                    compared++;
                    note(theirs, ours, method, missing, excused);
                }
            }
            if (!Modifier.isAbstract(theirs.getModifiers())) {
                for (Constructor<?> constructor : theirs.getConstructors()) {
                    compared++;
                    note(theirs, ours, constructor, missing, excused);
                }
            }
        }
        assertEquals(Set.of(), missing);
        assertEquals(EXCEPTIONS.keySet(), excused, "an exception that is none any more");
        assertTrue(compared > 500, "only " + compared);
    }

    private static void note(Class<?> theirs, Class<?> ours, Executable member, Set<String> missing,
                             Set<String> excused) {
        Class<?>[] parameters = Arrays.stream(member.getParameterTypes()).map(PublicApiTest::inPlaceOf)
                .toArray(Class<?>[]::new);
        try {
            if (member instanceof Method) {
                Method our = ours.getMethod(member.getName(), parameters);
                assertEquals(Modifier.isStatic(member.getModifiers()), Modifier.isStatic(our.getModifiers()),
                        our::toString);
            } else {
                ours.getConstructor(parameters);
            }
        } catch (NoSuchMethodException e) {
            String name = member instanceof Method ? member.getName() : "<init>";
            String whole = theirs.getSimpleName() + '.' + name + Arrays.stream(member.getParameterTypes())
                    .map(Class::getName).collect(Collectors.joining(", ", "(", ")"));
            if (EXCEPTIONS.containsKey(name)) {
                excused.add(name);
            } else if (EXCEPTIONS.containsKey(whole)) {
                excused.add(whole);
            } else {
                missing.add(whole);
            }
        }
    }

    /** The type of ours that takes the place of Netty's, or {@code type} itself. */
    private static Class<?> inPlaceOf(Class<?> type) {
        if (!type.getName().startsWith(NETTY)) {
            return type;
        }
        try {
            return Class.forName("io.pollring.channel." + type.getName().substring(NETTY.length())
                    .replace("Epoll", "IoUring"));
        } catch (ClassNotFoundException e) {
            return type;
        }
    }

    private static Set<Class<?>> nettysClasses() throws IOException, URISyntaxException, ClassNotFoundException {
        Set<Class<?>> classes = new LinkedHashSet<>();
        File jar = Paths.get(EpollSocketChannel.class.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toFile();
        try (JarFile file = new JarFile(jar)) {
            for (String entry : file.stream().map(Object::toString).collect(Collectors.toList())) {
                if (entry.matches("io/netty/channel/epoll/(Abstract)?Epoll(\\w*Channel(Config)?|TcpInfo)\\.class")) {
                    Class<?> type = Class.forName(entry.replace('/', '.').replace(".class", ""));
                    if (Modifier.isPublic(type.getModifiers())) {
                        classes.add(type);
                    }
                }
            }
        }
        assertTrue(classes.size() >= 15, classes::toString);
        return classes;
    }
}
