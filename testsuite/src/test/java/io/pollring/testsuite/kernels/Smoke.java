/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.kernels;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.pollring.channel.IoUring;
import io.pollring.channel.IoUringBackend;
import io.pollring.channel.IoUringEventLoopGroup;

import java.net.SocketAddress;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Tells what this kernel gives this user, and sends bytes to and fro over the transports that are named. The last line
 * begins with {@code got:} and is what {@code testsuite/kernels/run} compares.
 */
public final class Smoke {
    /** A kernel in software emulation is slow; a transport that works takes a second or two. */
    private static final int LIMIT_SECONDS = 60;

    private Smoke() { }

    public static void main(String[] args) {
        System.out.println("features: " + IoUring.featureString());
        StringBuilder got = new StringBuilder(IoUring.isAvailable() ? "available" : "unavailable");
        IoUringEventLoopGroup group = new IoUringEventLoopGroup(1);
        try {
            IoUringBackend backend = IoUring.backend((EventLoop) group.iterator().next());
            got.append(' ').append(backend);
            for (String name : args) {
                String failure = failure(SmokeTransport.valueOf(name), group, backend);
                System.out.println(name + ": " + (failure == null ? "works" : failure));
                if (failure != null) {
                    got.append(", not ").append(name.toLowerCase(Locale.ROOT));
                }
            }
            System.out.println("metrics: " + IoUring.metrics((EventLoop) group.iterator().next()));
        } finally {
            if (!group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS)) {
                got.append(", does not shut down");
            }
        }
        System.out.println("got: " + got);
        System.out.flush();
        // A loop that hangs must not keep the machine from the next configuration.
        Runtime.getRuntime().halt(0);
    }

    private static String failure(SmokeTransport transport, IoUringEventLoopGroup group, IoUringBackend backend) {
        try {
            Channel server = transport.listen(group);
            try {
                echo(transport, group, transport.reached(server), backend);
            } finally {
                server.close().sync();
            }
            return null;
        } catch (Throwable t) {
            t.printStackTrace(System.out);
            return t.toString();
        }
    }

    private static void echo(SmokeTransport transport, IoUringEventLoopGroup group, SocketAddress address,
                             IoUringBackend backend) throws Exception {
        RoundTrips trips = transport.roundTrips(address);
        Channel client = transport.connect(group, address, trips);
        try {
            trips.start(client);
            trips.done.get(LIMIT_SECONDS, TimeUnit.SECONDS);
            if (IoUring.backend(client) != backend) {
                throw new IllegalStateException("the loop is on " + backend + ", and the channel is not");
            }
        } catch (TimeoutException e) {
            throw new IllegalStateException("not over in " + LIMIT_SECONDS + " s: " + trips, e);
        } finally {
            client.close().sync();
        }
    }
}
