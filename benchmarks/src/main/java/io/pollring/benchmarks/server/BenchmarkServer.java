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
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.ThreadFactory;

/**
 * A server of one event loop, in a process of its own: {@code BenchmarkServer TRANSPORT SERVICE [count-iterations]}.
 * <p>
 * Its standard input and output are the control channel, one line of JSON for each line of command. It says once where
 * it listens (or that its transport cannot be used here), answers {@code stats} with its counters and
 * {@code memory} with what it holds after a collection of garbage, and ends at {@code quit} or when its standard input
 * does.
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
        EventLoopGroup group = countIterations ? transport.newCountingGroup(threads) : transport.newGroup(threads);
        try (Listener listener = Listener.open(group, transport, service)) {
            say(greeting(transport, listener));
            EventLoop loop = listener.eventLoop();
            obey(new LoopStats(transport, loop, onLoop(loop, () -> Thread.currentThread().getId())));
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
        if (service.isDomain()) {
            return DomainSocket.unavailable(transport);
        }
        return service.isDatagram() && !transport.hasDatagramChannel() ? "it has no datagram channel yet" : null;
    }

    private static String enumName(String name) {
        return name.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static Map<String, Object> greeting(Transport transport, Listener listener) throws Exception {
        Map<String, Object> greeting = new LinkedHashMap<>(listener.whereabouts());
        greeting.put("loopThread", onLoop(listener.eventLoop(), BenchmarkServer::kernelThreadId));
        if (transport.isOurs()) {
            greeting.put("backend", IoUring.backend(listener.eventLoop()).name());
            greeting.put("features", IoUring.featureString());
        }
        return greeting;
    }

    /** The id under which strace and perf know the calling thread; Java has no way to say it. */
    private static int kernelThreadId() throws IOException {
        return Integer.parseInt(Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString());
    }

    private static <T> T onLoop(EventLoop loop, java.util.concurrent.Callable<T> call) throws Exception {
        return loop.submit(call).get();
    }

    private static void obey(LoopStats stats) throws IOException, InterruptedException {
        MemoryStats memory = new MemoryStats();
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command = commands.readLine(); command != null && !"quit".equals(command);
                command = commands.readLine()) {
            switch (command) {
                case "stats":
                    say(stats.read());
                    break;
                case "memory":
                    say(memory.read());
                    break;
                default:
                    throw new IllegalArgumentException("cannot obey: " + command);
            }
        }
    }

    private static void say(Map<String, ?> line) throws IOException {
        System.out.println(JSON.std.asString(line));
        System.out.flush();
    }
}
