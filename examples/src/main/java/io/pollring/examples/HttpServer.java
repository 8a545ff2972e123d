/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.examples;

import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;

import java.io.IOException;

/**
 * An HTTP/1.1 server with keep-alive and pipelining. It answers {@code /plaintext}, {@code /echo} (a POST gets its body
 * back), {@code /backend} (what the loop that serves this connection waits on) and {@code /metrics} (its counters).
 */
public final class HttpServer {
    static final int DEFAULT_PORT = 8080;
    static final int MAX_BODY = 1 << 20;

    private HttpServer() {
    }

    public static void main(String[] args) {
        Launcher.serve(options(), args, HttpServer::start);
    }

    static Options options() {
        return new Options("HttpServer", "Serves /plaintext, /echo, /backend and /metrics over HTTP/1.1.",
                DEFAULT_PORT, "port to listen on; 0 takes a free one");
    }

    static Server start(Options options) throws IOException {
        return Server.listen(options,
                bootstrap -> { },
                channel -> channel.pipeline().addLast(
                        new HttpServerCodec(),
                        // Closes after the answer where HTTP/1.0 or "Connection: close" wants it.
                        new HttpServerKeepAliveHandler(),
                        // Also answers "Expect: 100-continue", and 413 to what is too long.
                        new HttpObjectAggregator(MAX_BODY),
                        new HttpHandler(options.transport())));
    }
}
