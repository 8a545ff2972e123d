/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import com.fasterxml.jackson.jr.ob.JSON;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.pollring.channel.IoUring;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.ThreadFactory;

/**
 * A server in a process of its own: {@code BenchmarkServer TRANSPORT SERVICE [count-iterations]}. It has one event
 * loop, or as many as the system property {@code io.pollring.benchmarks.loops} says.
 * <p>
 * Its standard input and output are the control channel, one line of JSON for each line of command. It says once where
 * it listens (or that its transport cannot be used here), answers {@code stats} with its counters, {@code memory} with
 * what it holds after a collection of garbage, and {@code handover THREADS SECONDS} with how its loop has done what
 * that many of its threads handed to it for that long. It ends when its standard input does.
 */
public final class BenchmarkServer {

    private BenchmarkServer() {
    }

    public static void main(String[] args) throws Exception {
        Transport transport = Transport.valueOf(enumName(args[0]));
        Service service = Service.valueOf(enumName(args[1]));
        boolean countIterations = args.length > 2 && "count-iterations".equals(args[2]);
        String unavailable = unavailable(transport, service);
        if (unavailable != null) {
            say(Map.of("unavailable", unavailable));
            return;
        }
        ThreadFactory threads = new DefaultThreadFactory("loop");
        EventLoopGroup group = countIterations ? transport.newCountingGroup(threads)
                : transport.newGroup(Integer.getInteger("io.pollring.benchmarks.loops", 1), threads);
        try (Listener listener = Listener.open(group, transport, service)) {
            List<EventLoop> loops = loopsOf(group);
            if (service == Service.SCHEDULED) {
                ScheduledTasks.fill(listener.eventLoop(), Integer.getInteger("io.pollring.benchmarks.tasks"));
            }
            say(greeting(transport, listener, loops));
            obey(new LoopStats(transport, loops), listener);
        } finally {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    /** Why this transport cannot be measured with this service, or {@code null}. */
    private static String unavailable(Transport transport, Service service) {
        Throwable cause = transport.unavailabilityCause();
        // Where there is no ring our loop waits on its epoll set instead: that is worth a measurement, too.
        if (cause != null && !transport.isOurs()) {
            return cause.toString();
        }
        if (service.isSegmented() && transport == Transport.NIO) {
            return "its channels send no segments";
        }
        return null;
    }

    private static String enumName(String name) {
        return name.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    static List<EventLoop> loopsOf(EventLoopGroup group) {
        List<EventLoop> loops = new ArrayList<>();
        group.forEach(loop -> loops.add((EventLoop) loop));
        return loops;
    }

    private static Map<String, Object> greeting(Transport transport, Listener listener, List<EventLoop> loops)
            throws Exception {
        Map<String, Object> greeting = new LinkedHashMap<>(listener.whereabouts());
        List<Integer> threads = new ArrayList<>();
        for (EventLoop loop : loops) {
            threads.add(loop.submit(BenchmarkServer::kernelThreadId).get());
        }
        greeting.put("loopThreads", threads);
        greeting.put("commandThread", kernelThreadId());
        if (transport.isOurs()) {
            // Where one has no ring, that is what has to be said.
            greeting.put("backend", loops.stream().map(loop -> IoUring.backend(loop).name())
                    .filter("EPOLL"::equals).findFirst().orElse("RING"));
            greeting.put("features", IoUring.featureString());
        }
        return greeting;
    }

    /** The id under which strace and perf know the calling thread; Java has no way to say it. */
    static int kernelThreadId() throws IOException {
        return Integer.parseInt(Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString());
    }

    private static void obey(LoopStats stats, Listener listener) throws Exception {
        Handover handover = null;
        MemoryStats memory = new MemoryStats();
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            String[] words = command.split(" ");
            switch (words[0]) {
                case "stats":
                    say(stats.read());
                    break;
                case "memory":
                    say(memory.read());
                    break;
                case "handover":
                    if (handover == null) {
                        handover = new Handover((int) listener.whereabouts().get("port"), Integer.parseInt(words[1]));
                    }
                    say(handover.run(Double.parseDouble(words[2]), stats::loopCpuNanos));
                    break;
                default:
                    throw new IllegalArgumentException("cannot obey: " + command);
            }
        }
    }

    static void say(Map<String, ?> line) throws IOException {
        System.out.println(JSON.std.asString(line));
        System.out.flush();
    }
}
