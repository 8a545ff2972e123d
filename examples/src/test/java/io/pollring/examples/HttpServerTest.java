/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.examples;

import io.pollring.channel.IoUring;
import io.pollring.channel.IoUringMetrics;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

@Timeout(60)
class HttpServerTest {
    private static final int PIPELINED = 500;

    @ParameterizedTest
    @EnumSource
    void answersJavasHttpClient(Transport transport) throws Exception {
        try (Server server = start(transport)) {
            HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            URI base = URI.create("http://" + Server.text(server.address()));
            HttpResponse<String> plain = client.send(get(base, "/plaintext?x=1"), HttpResponse.BodyHandlers.ofString());
            assertEquals(200, plain.statusCode());
            assertEquals("Hello, World!\n", plain.body());
            assertEquals("text/plain; charset=utf-8", plain.headers().firstValue("content-type").orElse("none"));
            assertEquals(404, client.send(get(base, "/nothing"), HttpResponse.BodyHandlers.ofString()).statusCode());

            byte[] body = TestSupport.pattern(HttpServer.MAX_BODY);
            HttpResponse<byte[]> echo = client.send(HttpRequest.newBuilder(base.resolve("/echo"))
                            .POST(HttpRequest.BodyPublishers.ofByteArray(body)).timeout(Duration.ofSeconds(20)).build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            assertArrayEquals(body, echo.body());
        }
    }

    @ParameterizedTest
    @EnumSource
    void tellsBackendAndMetricsOfTheLoop(Transport transport) throws Exception {
        try (Server server = start(transport); Socket socket = TestSupport.connect(server.address())) {
            String backend = ask(socket, "GET /backend HTTP/1.1\r\nHost: x\r\n\r\n").text();
            String metrics = ask(socket, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").text();
            assertTrue(backend.startsWith("transport: " + transport + "\nbackend: "), backend);
            Map<String, Long> counters = new HashMap<>();
            metrics.lines().forEach(line -> {
                String[] words = line.split(" ");
                assertEquals(2, words.length, line);
                counters.put(words[0], Long.parseLong(words[1]));
            });
            if (transport != Transport.POLLRING && transport != Transport.HOSTED) {
                assertTrue(backend.contains("backend: none"), backend);
                assertEquals(Map.of(), counters);
                return;
            }
            for (Method method : IoUringMetrics.class.getMethods()) {
                assertTrue(method.getReturnType() != long.class || counters.containsKey(method.getName()),
                        () -> method.getName() + " is not in\n" + metrics);
            }
            if (IoUring.isAvailable()) {
                assertTrue(backend.contains("backend: RING ("), backend);
                assertTrue(counters.get("enters") > 0 && counters.get("sqes") > 0 && counters.get("cqes") > 0, metrics);
            } else {
                assertTrue(backend.contains("backend: EPOLL ("), backend);
                assertTrue(counters.get("epollWaits") > 0 && counters.get("enters") == 0, metrics);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void keepsTheConnectionUntilItIsToldNotTo(Transport transport) throws Exception {
        try (Server server = start(transport); Socket socket = TestSupport.connect(server.address())) {
            for (int i = 0; i < 100; i++) {
                assertEquals("Hello, World!\n", ask(socket, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").text());
            }
            Response last = ask(socket, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            assertEquals("Hello, World!\n", last.text());
            assertEquals("close", last.headers.get("connection"));
            assertEquals(-1, socket.getInputStream().read());
        }
    }

    @ParameterizedTest
    @EnumSource
    void closesAfterAnsweringHttp10(Transport transport) throws Exception {
        try (Server server = start(transport); Socket socket = TestSupport.connect(server.address())) {
            assertEquals("Hello, World!\n", ask(socket, "GET / HTTP/1.0\r\n\r\n").text());
            assertEquals(-1, socket.getInputStream().read());
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersPipelinedRequestsInOrder(Transport transport) throws Exception {
        try (Server server = start(transport); Socket socket = TestSupport.connect(server.address())) {
            ByteArrayOutputStream requests = new ByteArrayOutputStream();
            for (int i = 0; i < PIPELINED; i++) {
                requests.write(TestSupport.ascii("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: " + body(i).length
                        + "\r\n\r\n"));
                requests.write(body(i));
            }
            CompletableFuture<Void> sent = TestSupport.async(() -> {
                socket.getOutputStream().write(requests.toByteArray());
                return null;
            });
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (int i = 0; i < PIPELINED; i++) {
                Response response = Response.read(in, false);
                assertEquals("HTTP/1.1 200 OK", response.status);
                assertArrayEquals(body(i), response.body, "answer " + i);
            }
            sent.get(1, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersWhatItDoesNotServe(Transport transport) throws Exception {
        try (Server server = start(transport)) {
            try (Socket socket = TestSupport.connect(server.address())) {
                socket.getOutputStream().write(TestSupport.ascii("HEAD /plaintext HTTP/1.1\r\nHost: x\r\n\r\n"));
                Response head = Response.read(socket.getInputStream(), true);
                assertEquals("HTTP/1.1 200 OK", head.status);
                assertEquals("14", head.headers.get("content-length"));
                // A body after the HEAD would be taken for the next answer.
                Response put = ask(socket, "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx");
                assertEquals("HTTP/1.1 405 Method Not Allowed", put.status);
                assertEquals("GET, HEAD", put.headers.get("allow"));
                assertEquals("HTTP/1.1 405 Method Not Allowed", ask(socket, "GET /echo HTTP/1.1\r\n\r\n").status);
                assertEquals("HTTP/1.1 404 Not Found", ask(socket, "GET /x HTTP/1.1\r\n\r\n").status);
                assertEquals("HTTP/1.1 413 Request Entity Too Large", ask(socket,
                        "POST /echo HTTP/1.1\r\nContent-Length: " + (HttpServer.MAX_BODY + 1) + "\r\n\r\n").status);
            }
            try (Socket socket = TestSupport.connect(server.address())) {
                assertEquals("HTTP/1.1 400 Bad Request", ask(socket, "NONSENSE\r\n\r\n").status);
                assertEquals(-1, socket.getInputStream().read());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void closeLetsAnswersGoOut(Transport transport) throws Exception {
        byte[] body = TestSupport.pattern(HttpServer.MAX_BODY);
        // Small buffers, so that most of the answer is still in the server when it is told to stop.
        try (Server server = start(transport, "--socket-buffer", "16384"); Socket socket = new Socket()) {
            socket.setReceiveBufferSize(16 * 1024);
            socket.setSoTimeout(TestSupport.SOCKET_TIMEOUT_MILLIS);
            socket.connect(server.address());
            socket.getOutputStream().write(TestSupport.ascii(
                    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length + "\r\n\r\n"));
            socket.getOutputStream().write(body);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            assertEquals("HTTP/1.1 200 OK", TestSupport.readLine(in));
            CompletableFuture<Object> closed = TestSupport.async(Executors.callable(server::close));
            Response response = Response.readAfterStatus("HTTP/1.1 200 OK", in, false);
            assertArrayEquals(body, response.body);
            assertEquals(-1, in.read());
            closed.get(10, TimeUnit.SECONDS);
        }
    }

    private static Server start(Transport transport, String... more) throws IOException {
        TestSupport.assumeAvailable(transport);
        return HttpServer.start(TestSupport.parse(HttpServer.options(), transport, more));
    }

    private static HttpRequest get(URI base, String path) {
        return HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofSeconds(20)).build();
    }

    /** Bodies of different lengths, each of which tells its number. */
    private static byte[] body(int number) {
        byte[] body = new byte[4 + number % 700];
        Arrays.fill(body, (byte) number);
        body[0] = (byte) (number >> 8);
        return body;
    }

    private static Response ask(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(TestSupport.ascii(request));
        return Response.read(socket.getInputStream(), false);
    }

    /** An answer as it came over the wire. */
    private static final class Response {
        private final Map<String, String> headers = new HashMap<>();
        private final String status;
        private byte[] body = new byte[0];

        private Response(String status) {
            this.status = status;
        }

        static Response read(InputStream in, boolean toHead) throws IOException {
            return readAfterStatus(TestSupport.readLine(in), in, toHead);
        }

        static Response readAfterStatus(String status, InputStream in, boolean toHead) throws IOException {
            Response response = new Response(status);
            for (String line = TestSupport.readLine(in); !line.isEmpty(); line = TestSupport.readLine(in)) {
                int colon = line.indexOf(':');
                response.headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).trim());
            }
            if (!toHead) {
                int length = Integer.parseInt(response.headers.get("content-length"));
                response.body = in.readNBytes(length);
                assertEquals(length, response.body.length);
            }
            return response;
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }
}
