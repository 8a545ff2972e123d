/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import io.netty.pkitesting.CertificateBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import javax.net.ssl.SSLContext;
import java.io.IOException;
import java.nio.file.Path;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The load generator's other modes, against servers of plain blocking sockets that count for themselves what they were
 * asked for.
 */
@Timeout(60)
class LoadModesTest {
    private static final Path BINARY = Path.of(System.getProperty("loadgen"));
    private static final int RIGHT = Integer.MAX_VALUE;

    private static LoadGenerator connect(int port, WorkloadKind kind, int connections)
            throws IOException, InterruptedException {
        int core = Pinning.allowedCores().get(0);
        return new LoadGenerator(BINARY, "test", Integer.toString(port), new Workload(kind, connections),
                new Cores(core, core, false, Pins.PROCESSES));
    }

    private static void assertFails(LoadGenerator generator) {
        IOException failure = assertThrows(IOException.class, () -> generator.count(1));
        assertTrue(failure.getMessage().contains("exit status 1"), failure.getMessage());
    }

    @Test
    void tenRepliesMakeOneMessage() throws Exception {
        try (BlockingEchoServer server = new BlockingEchoServer(RIGHT, 10);
             LoadGenerator generator = connect(server.port(), WorkloadKind.WRITES10, 3)) {
            assertEquals(50, generator.count(50).messages());
            assertEquals(50, server.messages());
        }
    }

    @Test
    void aByteThatIsWrongInTheTenthReplyIsFound() throws Exception {
        try (BlockingEchoServer server = new BlockingEchoServer(4, 10);
             LoadGenerator generator = connect(server.port(), WorkloadKind.FLUSHES10, 1)) {
            assertEquals(3, generator.count(3).messages());
            assertFails(generator);
        }
    }

    @Test
    void streamsAreCountedByTheMessage() throws Exception {
        try (BlockingStreamServer server = new BlockingStreamServer(RIGHT);
             LoadGenerator generator = connect(server.port(), WorkloadKind.STREAM, 2)) {
            assertEquals(9, generator.count(9).messages());
            assertEquals(9, server.messages());
            LoadReport report = generator.run(0.1);
            assertEquals(server.messages() - 9, report.messages());
        }
    }

    @Test
    void aByteThatIsWrongOnTheFarSideOfAStreamedMessageIsFound() throws Exception {
        try (BlockingStreamServer server = new BlockingStreamServer(3);
             LoadGenerator generator = connect(server.port(), WorkloadKind.STREAM, 1)) {
            assertEquals(2, generator.count(2).messages());
            assertFails(generator);
        }
    }

    @ParameterizedTest
    @EnumSource(value = WorkloadKind.class, names = {"UPLOAD", "UPLOAD16K"})
    void uploadsAreCountedByTheMessage(WorkloadKind kind) throws Exception {
        try (BlockingUploadServer server = new BlockingUploadServer(RIGHT, kind.load().messageSize());
             LoadGenerator generator = connect(server.port(), kind, 2)) {
            assertEquals(9, generator.count(9).messages());
            assertEquals(9, server.messages());
            LoadReport report = generator.run(0.1);
            assertEquals(server.messages() - 9, report.messages());
        }
    }

    @Test
    void aWrongReplyEndsUploads() throws Exception {
        try (BlockingUploadServer server = new BlockingUploadServer(3, WorkloadKind.UPLOAD16K.load().messageSize());
             LoadGenerator generator = connect(server.port(), WorkloadKind.UPLOAD16K, 1)) {
            assertEquals(2, generator.count(2).messages());
            assertFails(generator);
        }
    }

    @Test
    void tenConnectionsAreBusyAndTheOthersIdle() throws Exception {
        try (BlockingEchoServer server = new BlockingEchoServer(RIGHT);
             LoadGenerator generator = connect(server.port(), WorkloadKind.MOSTLY_IDLE, 30)) {
            assertEquals(105, generator.count(105).messages());
            assertEquals(105, server.messages());
            LoadReport report = generator.run(0.1);
            assertEquals(server.messages() - 105, report.messages());
            assertEquals(30, server.connections());
            assertEquals(10, server.usedConnections());
        }
    }

    @ParameterizedTest
    @EnumSource(value = WorkloadKind.class, names = {"HTTP", "HTTP_PIPELINED"})
    void httpRequestsAreCountedOneByOne(WorkloadKind kind) throws Exception {
        try (BlockingHttpServer server = new BlockingHttpServer(RIGHT);
             LoadGenerator generator = connect(server.port(), kind, 2)) {
            assertEquals(48, generator.count(48).messages());
            assertEquals(48, server.messages());
            LoadReport report = generator.run(0.1);
            assertEquals(server.messages() - 48, report.messages());
        }
    }

    @Test
    void aWrongReplyAmongSixteenIsFound() throws Exception {
        try (BlockingHttpServer server = new BlockingHttpServer(24);
             LoadGenerator generator = connect(server.port(), WorkloadKind.HTTP_PIPELINED, 1)) {
            assertEquals(16, generator.count(16).messages());
            IOException failure = assertThrows(IOException.class, () -> generator.count(16));
            assertTrue(failure.getMessage().contains("exit status 1"), failure.getMessage());
        }
    }

    @Test
    void requestsThatAreSentSixteenAtATimeAreCountedInSixteens() {
        assertEquals(512, LoadMode.HTTP_PIPELINED.counted(500, LoadMode.HTTP_PIPELINED.batch()));
        assertEquals(16, LoadMode.HTTP_PIPELINED.counted(1, LoadMode.HTTP_PIPELINED.batch()));
        assertEquals(500, LoadMode.HTTP.counted(500, LoadMode.HTTP.batch()));
        assertEquals(10, LoadMode.STREAM.counted(500, LoadMode.STREAM.batch()));
        assertEquals(1, LoadMode.STREAM.counted(3, LoadMode.STREAM.batch()));
        assertEquals(550, Workload.parse("udp-burst:50").counted(501));
        assertEquals(3, Workload.parse("udp:50").counted(3));
    }

    private static SSLContext tls() throws Exception {
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(new CertificateBuilder().subject("CN=localhost").ecp256().setIsCertificateAuthority(true)
                .buildSelfSigned().toKeyManagerFactory().getKeyManagers(), null, null);
        return tls;
    }

    @Test
    void aWrongReplyOverTlsEndsIt() throws Exception {
        assumeTrue(LoadGenerator.unusable(BINARY, LoadMode.TLS) == null, "no library of OpenSSL is installed");
        try (BlockingEchoServer server = new BlockingEchoServer(52, tls());
             LoadGenerator generator = connect(server.port(), WorkloadKind.TLS, 3)) {
            assertEquals(50, generator.count(50).messages());
            assertEquals(50, server.messages());
            IOException failure = assertThrows(IOException.class, () -> generator.count(3));
            assertTrue(failure.getMessage().contains("exit status 1"), failure.getMessage());
        }
    }

    @Test
    void churnHasAConnectionForEachMessage() throws Exception {
        try (BlockingEchoServer server = new BlockingEchoServer(RIGHT);
             LoadGenerator generator = connect(server.port(), WorkloadKind.CHURN, 3)) {
            assertEquals(50, generator.count(50).messages());
            assertEquals(50, server.messages());
            assertEquals(50, server.connections());
        }
    }

    @Test
    void aWrongReplyEndsChurn() throws Exception {
        try (BlockingEchoServer server = new BlockingEchoServer(4);
             LoadGenerator generator = connect(server.port(), WorkloadKind.CHURN, 1)) {
            assertEquals(3, generator.count(3).messages());
            assertFails(generator);
        }
    }

    @Test
    void everyDatagramIsAnsweredOnce() throws Exception {
        try (BlockingDatagramServer server = new BlockingDatagramServer(RIGHT);
             LoadGenerator generator = connect(server.port(), WorkloadKind.UDP, 3)) {
            assertEquals(100, generator.count(100).messages());
            assertEquals(100, server.messages());
        }
    }

    @Test
    void aWrongDatagramEndsIt() throws Exception {
        try (BlockingDatagramServer server = new BlockingDatagramServer(7);
             LoadGenerator generator = connect(server.port(), WorkloadKind.UDP, 1)) {
            assertEquals(6, generator.count(6).messages());
            assertFails(generator);
        }
    }
}
