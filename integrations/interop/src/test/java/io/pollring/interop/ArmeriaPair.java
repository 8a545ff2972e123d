/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServiceRequestContext;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Armeria's server and client, each on loops of its own. Closing proves that they leave nothing behind; no time limit
 * of Armeria's does away with what is forgotten.
 */
final class ArmeriaPair implements AutoCloseable {
    static final int LOOPS = 2;
    private static final int WAIT_SECONDS = 60;

    private final Side serverLoops;
    private final Side clientLoops;
    private final Server server;
    private final ClientFactory clients;
    private final WebClient client;
    private final AtomicInteger running = new AtomicInteger();

    /** Closes the loops as well. */
    ArmeriaPair(Side serverLoops, Side clientLoops, SessionProtocol protocol, HttpService service) {
        this.serverLoops = serverLoops;
        this.clientLoops = clientLoops;
        server = Server.builder().http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .workerGroup(serverLoops.group(), false)
                .requestTimeoutMillis(0).maxRequestLength(0).idleTimeoutMillis(0)
                .serviceUnder("/", (context, request) -> serve(service, context, request)).build();
        server.start().join();
        clients = ClientFactory.builder()
                .workerGroup(clientLoops.group(), false)
                .idleTimeoutMillis(0).build();
        client = client(protocol);
    }

    private WebClient client(SessionProtocol protocol) {
        return WebClient.builder(protocol.uriText() + "://127.0.0.1:" + server.activeLocalPort()).factory(clients)
                .responseTimeoutMillis(TimeUnit.SECONDS.toMillis(WAIT_SECONDS)).maxResponseLength(0).build();
    }

    private HttpResponse serve(HttpService service, ServiceRequestContext context, HttpRequest request)
            throws Exception {
        running.incrementAndGet();
        context.log().whenComplete().thenRun(running::decrementAndGet);
        return service.serve(context, request);
    }

    WebClient client() {
        return client;
    }

    /** One whose requests have connections of their own. */
    WebClient clientOfOwnConnections() {
        return client(SessionProtocol.H1C);
    }

    /** The client leaves first: its connections end the server's. */
    @Override
    public void close() throws Exception {
        try (Side toEndLast = serverLoops; Side toEndFirst = clientLoops) {
            try {
                Leftovers.awaitNone("requests that run", running::get);
                clients.close();
                clientLoops.awaitNoChannel();
                serverLoops.awaitNoChannel();
            } finally {
                clients.close();
                server.stop().join();
            }
            Leftovers.awaitNoThread("armeria-boss-");
        }
    }
}
