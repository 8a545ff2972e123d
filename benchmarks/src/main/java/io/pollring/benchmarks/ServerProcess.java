/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import io.pollring.benchmarks.server.BenchmarkServer;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One contender's server, in a process of its own, mostly a JVM, that is pinned to one core. */
final class ServerProcess implements Closeable {
    private static final double START_SECONDS = 60;
    private static final double ANSWER_SECONDS = 20;
    /**
     * The same for all, and fixed: a JVM on one core would otherwise choose by what it thinks of the machine. Netty's
     * leak detector is off because it picks buffers at random and takes a stack trace of each, which is larger the
     * deeper the loop's stack is: 13 to 20 bytes per message that no transport has allocated.
     */
    private static final List<String> JVM_ARGS =
            List.of("-XX:+UseSerialGC", "-Dio.netty.leakDetection.level=disabled");
    /** With no more than 512 Netty pools no buffers of over 16 KiB, and its allocator is what is measured. */
    private static final int HEAP_MEBIBYTES = 768;
    /** Less, as it is resident, in all servers at once. */
    private static final int IDLE_HEAP_MEBIBYTES = 256;
    private static final int IDLE_CONNECTIONS_PER_MEBIBYTE = 100;
    /**
     * Where memory is measured, the heap is resident from the beginning, so that pages that become so later are not of
     * the heap, and the optimizing compiler, which takes memory as it likes, does not run.
     */
    private static final List<String> IDLE_JVM_ARGS = List.of("-XX:+AlwaysPreTouch", "-XX:TieredStopAtLevel=1");
    private static final int FIRST_JAVA_WITH_NATIVE_ACCESS_FLAG = 22;

    private final Contender contender;
    private final ServerProcess backend;
    private final LineProcess process;
    private final Map<String, Object> greeting;
    private final long startNanos;

    ServerProcess(Contender contender, Workload workload, Options options, boolean countIterations)
            throws IOException, InterruptedException {
        this(contender, workload, options, options.cores(), countIterations, null);
    }

    /** @param backend the server behind it, or {@code null} */
    ServerProcess(Contender contender, Workload workload, Options options, Cores allCores, boolean countIterations,
                  ServerProcess backend) throws IOException, InterruptedException {
        this.contender = contender;
        this.backend = backend;
        Cores cores = allCores.of(workload.kind());
        List<String> command = new ArrayList<>(cores.serverPrefix());
        command.addAll(contender.isLimit()
                ? List.of(options.binary(contender.transport()).toString(), workload.kind().label())
                : javaCommand(contender, workload, countIterations, backend));
        long begin = System.nanoTime();
        process = LineProcess.start(contender.label(), command);
        try {
            greeting = process.readJson(START_SECONDS);
            startNanos = System.nanoTime() - begin;
            if (cores.keepLoop() && unavailable() == null) {
                for (long thread : loopThreads()) {
                    Pinning.keep(thread, cores.server());
                }
            }
            if (workload.kind() == WorkloadKind.HANDOVER && allCores.pins() == Pins.PROCESSES
                    && unavailable() == null) {
                // The threads that hand over are made by it, so they stay there, too.
                Pinning.keep(((Number) greeting.get("commandThread")).longValue(), cores.generator());
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            process.close();
            throw e;
        }
    }

    /** The server behind the proxies that are measured: a limit server, on the load generators' core. */
    static ServerProcess newBackend(Options options) throws IOException, InterruptedException {
        return new ServerProcess(Contender.parseAll(List.of("limit-epoll")).get(0), new Workload(WorkloadKind.ECHO, 1),
                options, options.cores().swapped(), false, null);
    }

    /** How any JVM is started: with a heap of that size. */
    static List<String> java(int heapMebibytes) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_ARGS);
        command.addAll(List.of("-Xms" + heapMebibytes + 'm', "-Xmx" + heapMebibytes + 'm'));
        if (Runtime.version().feature() >= FIRST_JAVA_WITH_NATIVE_ACCESS_FLAG) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        return command;
    }

    private static List<String> javaCommand(Contender contender, Workload workload, boolean countIterations,
                                            ServerProcess backend) {
        List<String> idle = List.of();
        int heap = HEAP_MEBIBYTES;
        if (workload.kind() == WorkloadKind.IDLE) {
            idle = IDLE_JVM_ARGS;
            heap = IDLE_HEAP_MEBIBYTES + workload.connections() / IDLE_CONNECTIONS_PER_MEBIBYTE;
        }
        List<String> command = java(heap);
        command.addAll(idle);
        contender.systemProperties().forEach(property -> command.add("-D" + property));
        command.add("-Dio.pollring.benchmarks.loops=" + workload.loops());
        if (workload.kind() == WorkloadKind.SCHEDULED) {
            command.add("-Dio.pollring.benchmarks.tasks=" + workload.connections());
        }
        if (backend != null) {
            command.add("-Dio.pollring.benchmarks.backendPort=" + backend.address());
        }
        command.addAll(List.of("-cp", contender.classPath(System.getProperty("java.class.path")),
                BenchmarkServer.class.getName(), contender.transport(), workload.kind().label()));
        if (countIterations) {
            command.add("count-iterations");
        }
        return command;
    }

    Contender contender() {
        return contender;
    }

    /** The server behind it, or {@code null}. */
    ServerProcess backend() {
        return backend;
    }

    /** Why this transport cannot be used here, or {@code null}. */
    String unavailable() {
        return (String) greeting.get("unavailable");
    }

    /** Where it listens: a port of the loopback interface, or the path of a UNIX domain socket. */
    String address() {
        Object path = greeting.get("path");
        return (path == null ? greeting.get("port") : path).toString();
    }

    long pid() {
        return process.pid();
    }

    /** The kernel's ids of the event loops' threads, of which there is one unless the workload says otherwise. */
    List<Long> loopThreads() {
        return ((List<?>) greeting.get("loopThreads")).stream().map(id -> ((Number) id).longValue())
                .toList();
    }

    /** For how long its loops wanted to run but something else had the core; each other, where there are several. */
    long loopsWaitedNanos() throws IOException {
        long waited = 0;
        for (long thread : loopThreads()) {
            waited += ProcFs.waitedNanos(pid(), thread);
        }
        return waited;
    }

    /** What else it said of itself when it started: for our transport, which backend its loop is on. */
    Map<String, Object> greeting() {
        return greeting;
    }

    /** How long it took from its start until it said where it listens. */
    long startNanos() {
        return startNanos;
    }

    /** What it holds in memory, after a collection of garbage. */
    Map<String, Object> memory() throws IOException, InterruptedException {
        Map<String, Object> memory = process.ask("memory", ANSWER_SECONDS);
        memory.put("residentBytes", ProcFs.residentBytes(pid()));
        return memory;
    }

    /** Has that many of its threads hand work to its loop for that long; they are made when this is called first. */
    Map<String, Object> handover(int threads, double seconds) throws IOException, InterruptedException {
        return process.ask(String.format(Locale.ROOT, "handover %d %.3f", threads, seconds), seconds + ANSWER_SECONDS);
    }

    ServerStats stats() throws IOException, InterruptedException {
        return new ServerStats(process.ask("stats", ANSWER_SECONDS));
    }

    @Override
    public void close() throws IOException {
        process.close();
    }
}
