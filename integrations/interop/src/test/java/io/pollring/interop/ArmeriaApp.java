/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import com.linecorp.armeria.client.ClientRequestContextCaptor;
import com.linecorp.armeria.client.Clients;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.logging.RequestLog;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.pollring.agent.app.Loops;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Armeria's server and client as anybody has them, who does not know Pollring: a long body goes up, and one comes down.
 * Prints what came of the bodies, and what they ran on, and ends when its threads do.
 *
 * <p>Arguments: the bodies' chunks.
 */
public final class ArmeriaApp {
    private static final int WAIT_SECONDS = 60;

    private final SessionProtocol protocol;
    private final ArmeriaBodies bodies;
    private final CompletableFuture<RequestLog> served = new CompletableFuture<>();

    private ArmeriaApp(SessionProtocol protocol, ArmeriaBodies bodies) {
        this.protocol = protocol;
        this.bodies = bodies;
    }

    public static void main(String[] args) throws Exception {
        System.out.println("visible=" + (ArmeriaApp.class.getClassLoader()
                .getResource("io/pollring/channel/IoUring.class") != null));
        for (SessionProtocol protocol : new SessionProtocol[] {SessionProtocol.H1C, SessionProtocol.H2C}) {
            new ArmeriaApp(protocol, new ArmeriaBodies(Integer.parseInt(args[0]))).run();
        }
    }

    private void run() throws Exception {
        try (ArmeriaPair pair = new ArmeriaPair(new ArmeriaLoops(), new ArmeriaLoops(), protocol, this::serve)) {
            print("up", pair.client().execute(ArmeriaBodies.upload(bodies.body())).aggregate()
                    .get(WAIT_SECONDS, TimeUnit.SECONDS).contentUtf8());
            try (ClientRequestContextCaptor captor = Clients.newContextCaptor()) {
                print("down", ArmeriaBodies.sum(pair.client().get("/").split().body()).toFuture()
                        .get(WAIT_SECONDS, TimeUnit.SECONDS));
                print("client", captor.get().log().whenComplete().get(WAIT_SECONDS, TimeUnit.SECONDS).channel());
            }
            Channel connection = served.get(WAIT_SECONDS, TimeUnit.SECONDS).channel();
            print("server", connection);
            print("accepting", connection.parent());
        }
    }

    private HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
        if (request.method() == HttpMethod.POST) {
            return HttpResponse.of(ArmeriaBodies.sum(request).map(HttpResponse::of).toFuture());
        }
        context.log().whenComplete().thenAccept(served::complete);
        return ArmeriaBodies.answer(bodies.body());
    }

    /** What a channel is, what the loops of its group run on, and whether rings were used, and given up. */
    private void print(String name, Channel channel) throws Exception {
        EventLoopGroup group = channel.eventLoop().parent();
        print(name, channel.getClass().getSimpleName() + " on " + Loops.backends(group) + ' '
                + (Loops.metric(group, "cqes") > 0 ? "used" : "unused") + " reverts " + Loops.metric(group, "reverts"));
    }

    private void print(String name, Object value) {
        System.out.println(protocol + "." + name + '=' + value);
    }
}
