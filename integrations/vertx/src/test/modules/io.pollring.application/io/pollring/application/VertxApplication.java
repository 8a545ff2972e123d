/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.application;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.NetServer;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A user's program in a module of its own: sends a word to a server and back. */
public final class VertxApplication {
    private static final String WORD = "pollring";

    private VertxApplication() { }

    public static void main(String[] args) throws Exception {
        Vertx vertx = Vertx.vertx();
        System.out.println("transport=" + ((VertxInternal) vertx).transport().getClass().getModule().getName());
        NetServer server = await(vertx.createNetServer().connectHandler(socket -> socket.handler(socket::write))
                .listen(0, "127.0.0.1"));
        StringBuilder read = new StringBuilder();
        CompletableFuture<String> answer = new CompletableFuture<>();
        await(vertx.createNetClient().connect(server.actualPort(), "127.0.0.1").compose(socket -> {
            socket.handler(bytes -> {
                if (read.append(bytes).length() >= WORD.length()) {
                    answer.complete(read.toString());
                }
            });
            return socket.write(WORD);
        }));
        System.out.println("echoed=" + answer.get(20, TimeUnit.SECONDS));
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
