/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.pollring.channel.IoUring;
import io.pollring.channel.IoUringEventLoopGroup;

import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.concurrent.TimeUnit;

/**
 * A program that uses Pollring as any other would, and prints what became of it, one {@code name=value} a line.
 * Started by a test in an environment where rings cannot be had.
 */
public final class EchoProgram {

    private static final int BYTES = 1 << 20;
    private static final int THREADS = 2;

    private EchoProgram() { }

    public static void main(String[] args) throws Exception {
        for (String line : Files.readAllLines(Paths.get("/proc/self/status"))) {
            if (line.startsWith("Seccomp:")) {
                print("seccomp", line.substring("Seccomp:".length()).trim());
            }
        }
        print("module", IoUring.class.getModule().getName());
        print("available", IoUring.isAvailable());
        print("cause", IoUring.isAvailable() ? "" : IoUring.unavailabilityCause());
        EventLoopGroup group = new IoUringEventLoopGroup(THREADS);
        try {
            for (EventExecutor loop : group) {
                Echo.roundTrip((EventLoop) loop, BYTES, (server, client) -> {
                    print("loop", IoUring.backend(client.eventLoop()));
                    print("channel", IoUring.backend(client));
                    print("echoed", BYTES);
                });
            }
            print("rings", KernelRings.completionQueueSizes().size());
        } finally {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
        print("done", true);
    }

    private static void print(String name, Object value) {
        System.out.println(name + '=' + value);
    }
}
