/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A plain socket that is connected to a server on a loop, and what can be done with it while the loop is busy. */
final class RawClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 10_000;

    final Socket socket = new Socket();

    RawClient(Channel server) throws IOException {
        socket.connect(server.localAddress());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
    }

    RawClient send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    void end() throws IOException {
        socket.shutdownOutput();
    }

    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** @return what has come of {@code length} bytes when they, the end, or the time limit has come */
    String receive(int length) throws IOException {
        StringBuilder text = new StringBuilder();
        try {
            for (int next; text.length() < length && (next = socket.getInputStream().read()) >= 0;) {
                text.append((char) next);
            }
        } catch (SocketTimeoutException e) {
            // What is missing is for the caller to see.
            return text.toString();
        }
        return text.toString();
    }

    /** Does something while {@code loop} does nothing, so that all of it is there in one turn. */
    static void whileBusy(EventLoop loop, TestGroup.Task task) throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        loop.execute(() -> {
            begun.countDown();
            try {
                done.await(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        begun.await();
        try {
            task.run();
        } finally {
            done.countDown();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
