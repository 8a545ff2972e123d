/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import io.pollring.benchmarks.server.QuicGenerator;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The load generator's process, connected to one server; see {@code loadgen.c} for what it does, and
 * {@link QuicGenerator}, which takes the same commands.
 */
final class LoadGenerator implements AutoCloseable {
    private static final double CONNECT_SECONDS = 30;
    /** Fewer, a second, no server accepts, once there are so many that they take their time. */
    private static final double MIN_CONNECTIONS_PER_SECOND = 1000;
    /** Beyond the time that a load is meant to take; a generator whose server stalls gives up sooner by itself. */
    private static final double GRACE_SECONDS = 30;
    /** So many times longer the generator takes at most, where there are more messages than can be answered. */
    private static final int OVERLOAD = 4;
    /** Slower than this even a server under strace is not. */
    private static final double MIN_MESSAGES_PER_SECOND = 200;

    /** Of a generator in Java. */
    private static final int HEAP_MEBIBYTES = 256;

    private final LineProcess process;
    private final Map<String, Object> greeting;

    /** @param address a port of the loopback interface, or the path of a UNIX domain socket */
    LoadGenerator(Path binary, String server, String address, Workload workload, Cores cores)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(cores.of(workload.kind()).generatorPrefix());
        command.addAll(program(binary, workload.kind().load()));
        command.addAll(List.of(workload.kind().load().label(), address,
                Integer.toString(workload.clients()), Integer.toString(workload.kind().load().messageSize())));
        process = LineProcess.start("load generator of " + server, command);
        try {
            greeting = process.readJson(CONNECT_SECONDS + workload.sockets() / MIN_CONNECTIONS_PER_SECOND);
        } catch (IOException | InterruptedException | RuntimeException e) {
            process.close();
            throw e;
        }
    }

    /** The one in C knows all but QUIC. */
    private static List<String> program(Path binary, LoadMode mode) {
        if (mode != LoadMode.QUIC) {
            return List.of(binary.toString());
        }
        List<String> program = new ArrayList<>(ServerProcess.java(HEAP_MEBIBYTES));
        program.addAll(List.of("-cp", System.getProperty("java.class.path"), QuicGenerator.class.getName()));
        return program;
    }

    /** Why load of that kind cannot be made here, or {@code null}. */
    static String unusable(Path binary, LoadMode mode) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(program(binary, mode));
        command.addAll(List.of("check", mode.label()));
        try (LineProcess check = LineProcess.start("load generator", command)) {
            return (String) check.readJson(CONNECT_SECONDS).get("unusable");
        }
    }

    long pid() {
        return process.pid();
    }

    /** The kernel's id of the thread that does the work: of a process in C, its only one. */
    long thread() {
        return ((Number) greeting.getOrDefault("thread", pid())).longValue();
    }

    /** Sends messages for that long; when this returns, all of them have been answered. */
    LoadReport run(double seconds) throws IOException, InterruptedException {
        return ask(String.format(Locale.ROOT, "run %.3f", seconds), seconds);
    }

    /** The same at random times, so many a second on average, whether or not others are answered. */
    LoadReport run(double seconds, double rate) throws IOException, InterruptedException {
        return ask(String.format(Locale.ROOT, "run %.3f %.3f", seconds, rate), OVERLOAD * seconds);
    }

    private LoadReport ask(String command, double seconds) throws IOException, InterruptedException {
        LoadReport report = new LoadReport(process.ask(command, seconds + GRACE_SECONDS));
        if (report.messages() < 1) {
            throw new IOException("no message was answered after '" + command + "'");
        }
        return report;
    }

    /** Sends exactly that many messages. */
    LoadReport count(long messages) throws IOException, InterruptedException {
        LoadReport report =
                new LoadReport(process.ask("count " + messages, messages / MIN_MESSAGES_PER_SECOND + GRACE_SECONDS));
        if (report.messages() != messages) {
            throw new IOException("of " + messages + " messages " + report.messages() + " were answered");
        }
        return report;
    }

    @Override
    public void close() throws IOException {
        process.close();
    }
}
