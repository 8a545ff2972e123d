/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.agent.app;

import io.netty.channel.Channel;
import org.asynchttpclient.AsyncCompletionHandler;
import org.asynchttpclient.AsyncHttpClient;
import org.asynchttpclient.Dsl;
import org.asynchttpclient.Response;

import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** Fetches with AsyncHttpClient's own group, which it makes of the class that it names. */
public final class AsyncHttpClientApp {
    private AsyncHttpClientApp() { }

    public static void main(String[] args) throws Exception {
        Channel[] used = new Channel[1];
        try (LocalHttp server = new LocalHttp();
             AsyncHttpClient client = Dsl.asyncHttpClient(Dsl.config().setUseNativeTransport(true)
                     .setUseOnlyEpollNativeTransport(true).setIoThreadsCount(2))) {
            String body = client.executeRequest(Dsl.get("http://127.0.0.1:" + server.port() + '/').build(),
                    new AsyncCompletionHandler<String>() {
                        @Override
                        public void onTcpConnectSuccess(InetSocketAddress address, Channel connection) {
                            used[0] = connection;
                        }

                        @Override
                        public String onCompleted(Response response) {
                            return response.getResponseBody();
                        }
                    }).get(30, TimeUnit.SECONDS);
            System.out.println("body=" + body);
            System.out.println("group=" + used[0].eventLoop().parent().getClass().getSimpleName());
            System.out.println("backend=" + Loops.backends(used[0].eventLoop().parent()));
        }
    }
}
