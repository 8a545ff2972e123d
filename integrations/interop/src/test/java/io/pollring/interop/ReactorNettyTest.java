/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.WebsocketClientSpec;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRoutes;
import reactor.netty.resources.ConnectionProvider;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Reactor Netty's client and server, each on loops of its own. */
@Timeout(120)
class ReactorNettyTest {
    private static final String TRANSPORTS = "io.pollring.interop.Transport#tried";
    private static final int LOOPS = 2;
    private static final Duration WAIT = Duration.ofSeconds(60);
    /** 200 MiB. */
    private static final int CHUNKS = 3_200;
    private static final int EVENTS = 20_000;
    private static final int REQUESTS = 500;
    private static final int RESETS = 200;

    private final Noise noise = new Noise(CHUNKS);

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    void aBodyOf200MegabytesComesDownWhole(Transport transport) {
        run(transport, routes -> routes.get("/", (request, response) -> response.send(body())), client ->
                assertEquals(noise.length() + " " + noise.checksum(),
                        sum(client.get().uri("/").responseContent()).block(WAIT)));
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    void aBodyOf200MegabytesGoesUpWhole(Transport transport) {
        run(transport, routes -> routes.post("/", (request, response) -> sum(request.receive())
                .flatMap(text -> response.sendString(Mono.just(text)).then())), client ->
                assertEquals(noise.length() + " " + noise.checksum(), client.post().uri("/").send(body())
                        .responseContent().aggregate().asString().block(WAIT)));
    }

    private Flux<ByteBuf> body() {
        return Flux.range(0, noise.chunks()).map(noise::chunk);
    }

    /** Length and checksum, as text. */
    private static Mono<String> sum(Flux<ByteBuf> body) {
        long[] length = new long[1];
        CRC32 checksum = new CRC32();
        return body.doOnNext(part -> {
            length[0] += part.readableBytes();
            checksum.update(part.nioBuffer());
        }).then(Mono.fromSupplier(() -> length[0] + " " + checksum.getValue()));
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    void eventsAreSentOneByOneAndArriveInOrder(Transport transport) {
        run(transport, routes -> routes.get("/", (request, response) -> response.sse()
                .send(Flux.range(0, EVENTS).map(ReactorNettyTest::event), event -> true)), client -> {
            StringBuilder expected = new StringBuilder();
            for (int i = 0; i < EVENTS; i++) {
                expected.append("data: ").append(i).append("\n\n");
            }
            assertEquals(expected.toString(),
                    client.get().uri("/").responseContent().aggregate().asString().block(WAIT));
        });
    }

    private static ByteBuf event(int index) {
        return Unpooled.copiedBuffer("data: " + index + "\n\n", StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    void aWebSocketEchoesEachFrame(Transport transport) {
        run(transport, routes -> routes.ws("/", (in, out) -> out.sendObject(
                in.aggregateFrames().receive().retain().map(BinaryWebSocketFrame::new))), client -> {
            Noise frames = new Noise(REQUESTS);
            Flux<BinaryWebSocketFrame> sent = Flux.range(0, REQUESTS)
                    .map(i -> new BinaryWebSocketFrame(frames.chunk(i)));
            String echoed = client.websocket(webSocket()).uri("/").handle((in, out) -> Flux.merge(
                    out.sendObject(sent).then().cast(String.class),
                    sum(in.aggregateFrames().receive().take(REQUESTS)))).blockLast(WAIT);
            assertEquals(frames.length() + " " + frames.checksum(), echoed);
        });
    }

    private static WebsocketClientSpec webSocket() {
        return WebsocketClientSpec.builder().maxFramePayloadLength(1 << 20).build();
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    void fiveHundredRequestsAtATimeGetEachItsAnswer(Transport transport) {
        run(transport, routes -> routes.get("/{id}", (request, response) -> response.sendString(
                Mono.just("answer " + request.param("id")).delayElement(Duration.ofMillis(50)))), client -> {
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i++) {
                expected.add("answer " + i);
            }
            assertEquals(expected, Flux.range(0, REQUESTS).flatMapSequential(i -> client.get().uri("/" + i)
                    .responseContent().aggregate().asString(), REQUESTS).collectList().block(WAIT));
        });
    }

    /** Who leaves before the end has bytes unread, so that the server's connection is reset. */
    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    void bodiesThatAreBrokenOffDisturbNoOther(Transport transport) {
        run(transport, routes -> routes.get("/", (request, response) -> response.send(body())), client -> {
            Mono<String> whole = sum(client.get().uri("/").responseContent()).cache();
            Flux<ByteBuf> broken = Flux.range(0, RESETS)
                    .flatMap(i -> client.get().uri("/").responseContent().take(3), 10);
            whole.subscribe();
            broken.blockLast(WAIT);
            assertEquals(noise.length() + " " + noise.checksum(), whole.block(WAIT));
        });
    }

    /** With a connection for each request that is under way. */
    private static void run(Transport transport, Consumer<HttpServerRoutes> routes, Consumer<HttpClient> use) {
        try (Loops serverLoops = new Loops(transport, LOOPS); Loops clientLoops = new Loops(transport, LOOPS)) {
            DisposableServer server = HttpServer.create().runOn(new ReactorLoops(serverLoops)).route(routes)
                    .bindAddress(() -> new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).bindNow(WAIT);
            ConnectionProvider connections = ConnectionProvider.create("interop", REQUESTS);
            try {
                use.accept(HttpClient.create(connections).runOn(new ReactorLoops(clientLoops))
                        .remoteAddress(server::address));
            } finally {
                connections.disposeLater().block(WAIT);
                server.disposeNow(WAIT);
            }
        }
    }
}
