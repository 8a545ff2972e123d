/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import io.netty.handler.codec.quic.QuicChannel;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Netty's QUIC over channels of datagrams, with server and clients on loops of their own. */
@Timeout(120)
class QuicTest {
    /** 100 MiB; in the quick part 4 MiB. */
    private static final int LARGE = Scope.isWhole() ? 1_600 : 64;
    /** 25 MiB; in the quick part 1 MiB. */
    private static final int MEDIUM = LARGE / 4;
    /** 64 KiB. */
    private static final int SMALL = 1;
    private static final int CLIENTS = 8;
    private static final long BROKEN_OFF_AT = 1 << 20;
    private static final long IDLE_MILLIS = Scope.isWhole() ? 5_000 : 500;

    static Stream<Arguments> ways() {
        return Transport.tried().stream().flatMap(transport ->
                Stream.of(Datagrams.values()).map(datagrams -> Arguments.of(transport, datagrams)));
    }

    /** With segments and joined packets many streams take many small packets, on Netty's loops as well: takes long. */
    static Stream<Arguments> waysOfManyStreams() {
        return ways().filter(way -> Scope.isWhole() || way.get()[1] == Datagrams.PLAIN);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aDownloadOf100MegabytesArrivesWhole(Transport transport, Datagrams datagrams) throws Exception {
        try (QuicPeers peers = peers(transport, datagrams)) {
            assertWhole(0, LARGE, NoiseProtocol.exchange(peers.connect(), 0, LARGE));
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void anUploadOf100MegabytesArrivesWhole(Transport transport, Datagrams datagrams) throws Exception {
        try (QuicPeers peers = peers(transport, datagrams)) {
            assertWhole(LARGE, 0, NoiseProtocol.exchange(peers.connect(), LARGE, 0));
        }
    }

    @ParameterizedTest
    @MethodSource("waysOfManyStreams")
    void aHundredStreamsCarryAtOnceBothWays(Transport transport, Datagrams datagrams) throws Exception {
        try (QuicPeers peers = peers(transport, datagrams)) {
            QuicChannel connection = peers.connect();
            List<CompletableFuture<String>> streams = new ArrayList<>();
            for (int i = 0; i < QuicPeers.MAX_STREAMS; i++) {
                streams.add(NoiseProtocol.exchange(connection, SMALL, SMALL));
            }
            for (CompletableFuture<String> stream : streams) {
                assertWhole(SMALL, SMALL, stream);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void connectionsOfSeveralSocketsCarryAtOnce(Transport transport, Datagrams datagrams) throws Exception {
        try (QuicPeers peers = peers(transport, datagrams)) {
            List<QuicChannel> connections = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                connections.add(peers.connect());
            }
            List<CompletableFuture<String>> exchanges = new ArrayList<>();
            for (QuicChannel connection : connections) {
                exchanges.add(NoiseProtocol.exchange(connection, MEDIUM / CLIENTS, MEDIUM / CLIENTS));
            }
            for (CompletableFuture<String> exchange : exchanges) {
                assertWhole(MEDIUM / CLIENTS, MEDIUM / CLIENTS, exchange);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aConnectionThatIsClosedHalfWayDisturbsNoOther(Transport transport, Datagrams datagrams) throws Exception {
        try (QuicPeers peers = peers(transport, datagrams)) {
            QuicChannel whole = peers.connect();
            QuicChannel wholeAtServer = peers.accepted();
            QuicChannel broken = peers.connect();
            QuicChannel brokenAtServer = peers.accepted();
            CompletableFuture<String> exchange = NoiseProtocol.exchange(whole, MEDIUM, MEDIUM);
            CompletableFuture<String> download = NoiseProtocol.breakOff(broken, LARGE, BROKEN_OFF_AT);
            assertInstanceOf(ClosedChannelException.class, assertThrows(ExecutionException.class,
                    () -> download.get(QuicPeers.WAIT_SECONDS, TimeUnit.SECONDS)).getCause());
            assertWhole(MEDIUM, MEDIUM, exchange);
            assertTrue(wholeAtServer.isActive());
            // The packet that says so may get lost. Then nothing comes any more, which the server notices in time.
            assertTrue(brokenAtServer.closeFuture().await(QuicPeers.WAIT_SECONDS, TimeUnit.SECONDS));
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aConnectionThatWasIdleIsUsedAgain(Transport transport, Datagrams datagrams) throws Exception {
        try (QuicPeers peers = peers(transport, datagrams)) {
            QuicChannel connection = peers.connect();
            assertWhole(SMALL, SMALL, NoiseProtocol.exchange(connection, SMALL, SMALL));
            Thread.sleep(IDLE_MILLIS);
            assertWhole(SMALL, SMALL, NoiseProtocol.exchange(connection, SMALL, SMALL));
            assertTrue(connection.isActive());
        }
    }

    private static QuicPeers peers(Transport transport, Datagrams datagrams) throws Exception {
        return new QuicPeers(transport, datagrams, new NoiseProtocol());
    }

    private static void assertWhole(int up, int down, CompletableFuture<String> exchange) throws Exception {
        assertEquals(NoiseProtocol.whole(up, down), exchange.get(QuicPeers.WAIT_SECONDS, TimeUnit.SECONDS));
    }
}
