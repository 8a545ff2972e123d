/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.examples;

import io.netty.channel.uring.IoUring;
import org.junit.jupiter.api.Assumptions;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** Small helpers of the tests: options, plain blocking sockets, and the one reason to skip. */
final class TestSupport {
    static final int SOCKET_TIMEOUT_MILLIS = 20_000;

    private static final int POLL_MILLIS = 20;
    private static final int STALL_MILLIS = 500;

    private TestSupport() {
    }

    /** A machine without io_uring cannot run Netty's official transport; every other one must run everywhere. */
    static void assumeAvailable(Transport transport) {
        if (transport == Transport.IO_URING && !IoUring.isAvailable()) {
            String message = "skipped: Netty's io_uring transport is not available: " + IoUring.unavailabilityCause();
            System.out.println(message);
            Assumptions.abort(message);
        }
    }

    /** Options that a test runs with: few threads and, unless it says otherwise, a free port. */
    static Options parse(Options options, Transport transport, String... more) {
        List<String> args = new ArrayList<>(
                List.of("--transport", transport.toString(), "--threads", "2", "--port", "0"));
        args.addAll(List.of(more));
        return options.parse(args.toArray(new String[0]));
    }

    static Server echoServer(Transport transport, String... more) throws IOException {
        return EchoServer.start(parse(EchoServer.options(), transport, more));
    }

    static Socket connect(InetSocketAddress address) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(SOCKET_TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        socket.connect(address, SOCKET_TIMEOUT_MILLIS);
        return socket;
    }

    static byte[] pattern(int length) {
        byte[] bytes = new byte[length];
        TestPattern.fill(bytes, length, 0);
        return bytes;
    }

    /** Runs in a thread of its own; what it throws comes out of the future. */
    static <T> CompletableFuture<T> async(Callable<T> task) {
        CompletableFuture<T> future = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                future.complete(task.call());
            } catch (Throwable e) {
                future.completeExceptionally(e);
            }
        }, "test-async");
        thread.setDaemon(true);
        thread.start();
        return future;
    }

    static CompletableFuture<Void> send(Socket socket, byte[] data) {
        return async(() -> {
            socket.getOutputStream().write(data);
            return null;
        });
    }

    static CompletableFuture<Void> sendAndEnd(Socket socket, byte[] data) {
        return async(() -> {
            socket.getOutputStream().write(data);
            socket.shutdownOutput();
            return null;
        });
    }

    /** How large the kernel lets the buffers of one TCP socket grow by themselves, both directions together. */
    static long kernelBufferLimit() throws IOException {
        long sum = 0;
        for (String name : List.of("tcp_rmem", "tcp_wmem")) {
            // By lines, in one large read: a sysctl file has no more to give after a read of its first byte.
            String[] sizes = Files.readAllLines(Path.of("/proc/sys/net/ipv4", name)).get(0).trim().split("\\s+");
            sum += Long.parseLong(sizes[2]);
        }
        return sum;
    }

    /** Returns when a counter that has begun to move has stood still for a while. */
    static void awaitStall(AtomicLong counter) throws InterruptedException {
        long last = -1;
        int still = 0;
        while (still < STALL_MILLIS / POLL_MILLIS || last == 0) {
            Thread.sleep(POLL_MILLIS);
            long now = counter.get();
            still = now == last ? still + 1 : 0;
            last = now;
        }
    }

    /** Reads one line up to CR LF. */
    static String readLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("end of stream after '" + line + '\'');
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
