/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.ClosedSessionException;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.HttpService;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import static io.pollring.interop.ArmeriaBodies.answer;
import static io.pollring.interop.ArmeriaBodies.sum;
import static io.pollring.interop.ArmeriaBodies.upload;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Armeria's client and server, over HTTP/1.1 and HTTP/2. It names the channels' classes by itself, so that it cannot
 * have ours, and a server accepts on a loop of Armeria's own: what it has accepted runs on ours. Under the agent it is
 * another thing: see {@link ArmeriaAgentTest}.
 */
@Timeout(120)
class ArmeriaTest {
    private static final String RUNS = "runs";
    private static final Duration WAIT = Duration.ofSeconds(60);
    /** 100 MiB, or 16 MiB: in any case more than what sockets and windows hold. */
    static final int CHUNKS = Scope.isWhole() ? 1_600 : 256;
    private static final int REQUESTS = 500;
    private static final int CANCELLED = 100;

    private final ArmeriaBodies bodies = new ArmeriaBodies(CHUNKS);

    static Stream<Arguments> runs() {
        List<SessionProtocol> protocols = Scope.isWhole() ? List.of(SessionProtocol.H1C, SessionProtocol.H2C)
                : List.of(SessionProtocol.H1C);
        return Transport.hosting().stream().flatMap(transport -> protocols.stream()
                .map(protocol -> Arguments.of(transport, protocol)));
    }

    @ParameterizedTest
    @MethodSource(RUNS)
    void bodiesOfAllSizesComeBack(Transport transport, SessionProtocol protocol) throws Exception {
        try (ArmeriaPair pair = pair(transport, protocol, (context, request) -> HttpResponse.of(
                request.aggregate().thenApply(whole -> HttpResponse.of(HttpStatus.OK, MediaType.OCTET_STREAM,
                        whole.content()))))) {
            for (int size : new int[] {0, 1, 1_000, 65_535, 65_536, 1 << 20, 3}) {
                byte[] body = new byte[size];
                for (int i = 0; i < size; i++) {
                    body[i] = (byte) (i * 31 + size);
                }
                AggregatedHttpResponse answer = pair.client().post("/", body).aggregate().get(60, TimeUnit.SECONDS);
                assertEquals(HttpStatus.OK, answer.status());
                assertArrayEquals(body, answer.content().array());
            }
        }
    }

    /** None is answered before the last has come. */
    @ParameterizedTest
    @MethodSource(RUNS)
    void fiveHundredRequestsAtATimeGetEachItsAnswer(Transport transport, SessionProtocol protocol) throws Exception {
        Scope.requireWhole();
        AtomicInteger missing = new AtomicInteger(REQUESTS);
        CompletableFuture<Void> all = new CompletableFuture<>();
        try (ArmeriaPair pair = pair(transport, protocol, (context, request) -> {
            if (missing.decrementAndGet() == 0) {
                all.complete(null);
            }
            return HttpResponse.of(all.thenApply(nothing -> HttpResponse.of("answer " + context.path())));
        })) {
            List<CompletableFuture<AggregatedHttpResponse>> answers = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i++) {
                answers.add(pair.client().get("/" + i).aggregate());
            }
            for (int i = 0; i < REQUESTS; i++) {
                assertEquals("answer /" + i, answers.get(i).get(60, TimeUnit.SECONDS).contentUtf8());
            }
        }
    }

    @ParameterizedTest
    @MethodSource(RUNS)
    void aLongBodyComesDownWhole(Transport transport, SessionProtocol protocol) throws Exception {
        Scope.requireWhole();
        try (ArmeriaPair pair = pair(transport, protocol, (context, request) -> answer(bodies.body()))) {
            assertEquals(bodies.expectedSum(), sum(pair.client().get("/").split().body()).block(WAIT));
        }
    }

    @ParameterizedTest
    @MethodSource(RUNS)
    void aLongBodyGoesUpWhole(Transport transport, SessionProtocol protocol) throws Exception {
        Scope.requireWhole();
        try (ArmeriaPair pair = pair(transport, protocol, (context, request) ->
                HttpResponse.of(sum(request).map(HttpResponse::of).toFuture()))) {
            assertEquals(bodies.expectedSum(), pair.client().execute(upload(bodies.body())).aggregate()
                    .get(60, TimeUnit.SECONDS).contentUtf8());
        }
    }

    /** The server is asked for no more than what is on its way, until the reader goes on. */
    @ParameterizedTest
    @MethodSource(RUNS)
    void aReaderWhoPausesHoldsTheServerBack(Transport transport, SessionProtocol protocol) throws Exception {
        AtomicInteger sent = new AtomicInteger();
        try (ArmeriaPair pair = pair(transport, protocol, (context, request) ->
                answer(bodies.body().doOnNext(chunk -> sent.incrementAndGet())))) {
            CompletableFuture<Void> goOn = new CompletableFuture<>();
            CompletableFuture<String> sum = sum(Flux.from(pair.client().get("/").split().body())
                    .concatMap(part -> Mono.fromFuture(goOn, true).thenReturn(part), 1)).toFuture();
            awaitPause(sent);
            assertTrue(sent.get() < CHUNKS, () -> "all has been sent to who reads nothing");
            goOn.complete(null);
            assertEquals(bodies.expectedSum(), sum.get(60, TimeUnit.SECONDS));
        }
    }

    /** Until no more has been sent for a while. */
    private static void awaitPause(AtomicInteger sent) throws InterruptedException {
        int before = -1;
        while (sent.get() == 0 || sent.get() != before) {
            before = sent.get();
            TimeUnit.MILLISECONDS.sleep(300);
        }
    }

    /**
     * Who leaves before the end has bytes unread. If some of a stream of HTTP/2 still wait for their turn then, Armeria's
     * server closes the connection, and with it the other streams there: whatever the transport, and mostly when busy.
     */
    @ParameterizedTest
    @MethodSource(RUNS)
    void answersThatAreBrokenOffDisturbNoOther(Transport transport, SessionProtocol protocol) throws Exception {
        Scope.requireWhole();
        try (ArmeriaPair pair = pair(transport, protocol, (context, request) -> answer(bodies.body()))) {
            CompletableFuture<String> whole = sum(pair.clientOfOwnConnections().get("/").split().body()).toFuture();
            Long brokenOff = Flux.range(0, CANCELLED).flatMap(i -> Flux.from(pair.client().get("/").split().body()).take(3)
                    .onErrorResume(ClosedSessionException.class, e -> protocol == SessionProtocol.H2C ? Flux.empty()
                            : Flux.error(e)), 10).count().block(WAIT);
            // No connection is closed before the first that is broken off.
            assertTrue(brokenOff >= 3, brokenOff + " pieces of answers that were broken off");
            assertEquals(bodies.expectedSum(), whole.get(60, TimeUnit.SECONDS));
        }
    }

    /** The server gets as much as the client has sent until then, and an error. */
    @ParameterizedTest
    @MethodSource(RUNS)
    void requestsThatAreBrokenOffDisturbNoOther(Transport transport, SessionProtocol protocol) throws Exception {
        Scope.requireWhole();
        AtomicInteger brokenOff = new AtomicInteger();
        try (ArmeriaPair pair = pair(transport, protocol, (context, request) ->
                HttpResponse.of(sum(request).doOnError(failure -> brokenOff.incrementAndGet())
                        .map(HttpResponse::of).toFuture()))) {
            CompletableFuture<AggregatedHttpResponse> whole = pair.client().execute(upload(bodies.body())).aggregate();
            for (int i = 0; i < CANCELLED; i++) {
                CompletableFuture<Void> underWay = new CompletableFuture<>();
                HttpRequest request = upload(Flux.concat(bodies.body().take(3), Flux.<HttpData>never()
                        .doOnSubscribe(subscription -> underWay.complete(null))));
                HttpResponse response = pair.client().execute(request);
                underWay.get(60, TimeUnit.SECONDS);
                request.abort();
                assertTrue(response.aggregate().handle((answer, failure) -> failure != null).get(60, TimeUnit.SECONDS));
            }
            assertEquals(bodies.expectedSum(), whole.get(60, TimeUnit.SECONDS).contentUtf8());
            Leftovers.awaitNone("requests that the server does not know to be over",
                    () -> CANCELLED - brokenOff.get());
        }
    }

    private static ArmeriaPair pair(Transport transport, SessionProtocol protocol, HttpService service) {
        return new ArmeriaPair(new Loops(transport, ArmeriaPair.LOOPS), new Loops(transport, ArmeriaPair.LOOPS),
                protocol, service);
    }
}
