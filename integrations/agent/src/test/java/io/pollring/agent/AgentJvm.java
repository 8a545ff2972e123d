/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.agent;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A JVM with the agent, and a class path that has Netty and nothing of Pollring. The tests of interop use it, too. */
public final class AgentJvm {
    static final String AGENT = System.getProperty("pollring.agent.jar");
    private static final Pattern NETTY = Pattern.compile(
            ".*/netty-(common|buffer|resolver|transport(-classes-epoll|-native-unix-common|-native-epoll)?)-[0-9].*");

    private final Path javaHome;
    private final List<String> options = new ArrayList<>();
    private String classPath = applicationClassPath();
    private boolean withAgent = true;

    public AgentJvm() {
        this(Paths.get(System.getProperty("java.home")));
    }

    AgentJvm(Path javaHome) {
        this.javaHome = javaHome;
    }

    public AgentJvm option(String option) {
        options.add(option);
        return this;
    }

    AgentJvm classPath(String newClassPath) {
        classPath = newClassPath;
        return this;
    }

    /** What the program uses of Netty is on the module path then, and the rest on the class path. */
    AgentJvm nettyAsModules() {
        Map<Boolean, String> paths = Stream.of(classPath.split(File.pathSeparator)).collect(Collectors.partitioningBy(
                entry -> NETTY.matcher(entry).matches(), Collectors.joining(File.pathSeparator)));
        options.addAll(List.of("-p", paths.get(true), "--add-modules", "ALL-MODULE-PATH",
                // The program looks at its loops' handlers.
                "--add-opens", "io.netty.transport/io.netty.channel=ALL-UNNAMED"));
        return classPath(paths.get(false));
    }

    public AgentJvm withoutAgent() {
        withAgent = false;
        return this;
    }

    /** What the program has written, whose end must be a good one. */
    public Output run(String mainClass, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(javaHome.resolve("bin/java").toString(), "-ea", "-Xmx256m",
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        if (withAgent) {
            command.add("-javaagent:" + AGENT);
        }
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, mainClass));
        command.addAll(List.of(arguments));
        Path text = Files.createTempFile("agent", ".txt");
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(text.toFile())
                    .redirectInput(new File("/dev/null")).start();
            boolean ended = process.waitFor(120, TimeUnit.SECONDS);
            process.destroyForcibly();
            Output output = new Output(Files.readAllLines(text));
            assertTrue(ended, () -> "hangs: " + output);
            assertEquals(0, process.exitValue(), output::toString);
            return output;
        } finally {
            Files.delete(text);
        }
    }

    /** That of the tests, without Pollring. */
    static String applicationClassPath() {
        return join(withoutAgentsClasses()
                .filter(entry -> !has(entry, "io/pollring/channel/IoUring.class"))
                .filter(entry -> !entry.contains("transport-iouring-native")));
    }

    static String classPathWithPollring() {
        return join(withoutAgentsClasses());
    }

    private static Stream<String> withoutAgentsClasses() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !has(entry, "io/pollring/agent/Agent.class"));
    }

    private static String join(Stream<String> entries) {
        return entries.collect(Collectors.joining(File.pathSeparator));
    }

    private static boolean has(String entry, String name) {
        Path path = Paths.get(entry);
        if (!Files.isRegularFile(path)) {
            return Files.exists(path.resolve(name));
        }
        try (JarFile jar = new JarFile(path.toFile())) {
            return jar.getEntry(name) != null;
        } catch (IOException e) {
            throw new IllegalStateException(entry, e);
        }
    }

    /** Lines, some of which are {@code name=value}. */
    public static final class Output {
        private final List<String> lines;

        private Output(List<String> lines) {
            this.lines = lines;
        }

        List<String> values(String name) {
            return lines.stream().filter(line -> line.startsWith(name + '='))
                    .map(line -> line.substring(name.length() + 1)).collect(Collectors.toList());
        }

        public String value(String name) {
            assertEquals(1, values(name).size(), this::toString);
            return values(name).get(0);
        }

        int linesWith(String text) {
            return (int) lines.stream().filter(line -> line.contains(text)).count();
        }

        @Override
        public String toString() {
            return String.join("\n", lines);
        }
    }
}
