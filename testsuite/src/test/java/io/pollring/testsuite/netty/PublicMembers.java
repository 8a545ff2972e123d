/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.netty;

import io.netty.channel.epoll.EpollSocketChannel;

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

/**
 * The public methods and constructors of the epoll channels of the Netty on the class path, and which of them our
 * channels lack.
 */
final class PublicMembers {
    private static final String NETTY = "io.netty.channel.epoll.";

    /** What ours lack, and why. */
    static final Map<String, String> EXCEPTIONS = new TreeMap<>(Map.of(
            "setEpollMode", "the mode has no effect in Netty 4.2, and names Netty's transport",
            "getEpollMode", "as above",
            "EpollDomainSocketChannel.<init>(io.netty.channel.Channel, io.netty.channel.epoll.LinuxSocket)",
            "for a server that accepts; ours is not for others to call"));

    /** Classes of Netty's, and members of theirs, that ours lack and no exception is made for. */
    final Set<String> missing = new TreeSet<>();
    /** The exceptions that were needed. */
    final Set<String> excused = new TreeSet<>();
    int compared;

    static PublicMembers compare() throws IOException, URISyntaxException, ClassNotFoundException {
        PublicMembers members = new PublicMembers();
        for (Class<?> theirs : nettysClasses()) {
            Class<?> ours = inPlaceOf(theirs);
            if (ours == theirs) {
                members.missing.add(theirs.getName());
            } else {
                members.compare(theirs, ours);
            }
        }
        return members;
    }

    private void compare(Class<?> theirs, Class<?> ours) {
        for (Method method : theirs.getMethods()) {
            // Of those whose result a subclass has made narrower, one has the same parameters.
            if (method.getDeclaringClass() != Object.class && !method.isBridge()) {
                note(theirs, ours, method);
            }
        }
        if (!Modifier.isAbstract(theirs.getModifiers())) {
            for (Constructor<?> constructor : theirs.getConstructors()) {
                note(theirs, ours, constructor);
            }
        }
    }

    private void note(Class<?> theirs, Class<?> ours, Executable member) {
        compared++;
        if (isIn(ours, member)) {
            return;
        }
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

    private static boolean isIn(Class<?> ours, Executable member) {
        Class<?>[] parameters = Arrays.stream(member.getParameterTypes()).map(PublicMembers::inPlaceOf)
                .toArray(Class<?>[]::new);
        try {
            Executable our = member instanceof Method
                    ? ours.getMethod(member.getName(), parameters) : ours.getConstructor(parameters);
            return Modifier.isStatic(member.getModifiers()) == Modifier.isStatic(our.getModifiers());
        } catch (NoSuchMethodException e) {
            return false;
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
        return classes;
    }

    /** Throws if ours lack anything, or if too little was compared for that to tell. */
    static void requireAll() throws Exception {
        PublicMembers members = compare();
        if (!members.missing.isEmpty() || members.compared < 500) {
            throw new IllegalStateException("of " + members.compared + " ours lack " + members.missing);
        }
    }
}
