/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A JVM of its own, of this JVM's kind, for what depends on how a JVM is started. */
public final class Program {
    private static final Path THIS_JAVA = Paths.get(System.getProperty("java.home"), "bin", "java");

    private Program() { }

    /** This JVM's class path. */
    public static String classPath() {
        // Surefire starts this JVM with a jar that only lists the real class path.
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /**
     * Runs it to its end.
     *
     * @param arguments options, the class and its arguments
     * @return the lines that it printed, and one more, {@code exit=} with its exit status
     */
    public static List<String> run(List<String> arguments) throws IOException, InterruptedException {
        return start(new ArrayList<>(), THIS_JAVA, arguments);
    }

    /** The same through a {@code launcher}, which gets the command as its arguments. */
    public static List<String> runThrough(String launcher, List<String> arguments)
            throws IOException, InterruptedException {
        return start(new ArrayList<>(List.of(launcher)), THIS_JAVA, arguments);
    }

    /** The same with the Java launcher {@code java} of another run time. */
    public static List<String> runOn(Path java, List<String> arguments) throws IOException, InterruptedException {
        return start(new ArrayList<>(), java, arguments);
    }

    /** The same with {@code environment}: each a name, {@code =} and a value. */
    public static List<String> runWith(List<String> environment, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("env"));
        command.addAll(environment);
        return start(command, THIS_JAVA, arguments);
    }

    private static List<String> start(List<String> command, Path java, List<String> arguments)
            throws IOException, InterruptedException {
        command.add(java.toString());
        command.add("-Dpollring.testsuite.run=" + Run.current().id());
        // Where there is no network card to name the machine by, Netty warns; programs are judged by their warnings.
        command.add("-Dio.netty.machineId=02:00:00:00:00:01");
        if (System.getProperty(Network.PROPERTY) != null) {
            command.add("-D" + Network.PROPERTY + '=' + System.getProperty(Network.PROPERTY));
        }
        command.addAll(arguments);
        // As a service has it: a descriptor 0 that epoll cannot watch.
        Process process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectInput(new File("/dev/null")).start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            List<String> lines = new ArrayList<>(Arrays.asList(output.split("\n")));
            lines.add("exit=" + process.waitFor());
            return lines;
        } finally {
            process.destroyForcibly();
        }
    }
}
