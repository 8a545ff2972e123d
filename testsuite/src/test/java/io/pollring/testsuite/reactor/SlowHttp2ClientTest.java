/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.reactor;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.resolver.DefaultAddressResolverGroup;
import io.netty.util.NetUtil;
import io.pollring.testsuite.harness.Family;
import io.pollring.testsuite.harness.Mode;
import io.pollring.testsuite.harness.Run;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.Http2SslContextSpec;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;

import javax.net.ssl.KeyManagerFactory;

import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.CRC32;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A reactor-netty client that reads an HTTP/2 body slowly gets all of it. It asks chunk by chunk and between the loop's
 * turns, so that each WINDOW_UPDATE has to be flushed without a read that would do that. Netty does not always do so,
 * see {@code docs/upstream.md}: on its epoll, too, up to one body in twenty stalls on a loaded machine. It is that
 * fault if the update stands unflushed in the client's buffer, and the rest comes when it is flushed from outside.
 * Every other stall is a fault of ours; so it is if more than half of the bodies have Netty's.
 *
 * <p>{@code -Dpollring.reactor.bytes=12000000} makes the body longer, {@code -Dpollring.reactor.runs=50} repeats,
 * {@code -Dpollring.reactor.stalls=0} allows no stall at all, and {@code -Dpollring.reactor.transport=epoll} shows what
 * Netty's epoll does, and fails for no stall.
 */
public class SlowHttp2ClientTest {
    private static final boolean OWN = !"epoll".equals(System.getProperty("pollring.reactor.transport"));
    private static final int RUNS = Integer.getInteger("pollring.reactor.runs", 4);
    private static final int BYTES = Integer.getInteger("pollring.reactor.bytes", 1_000_000);
    private static final int STALLS_BY_NETTY = Integer.getInteger("pollring.reactor.stalls", RUNS / 2);
    /** No byte for so long is a stall. */
    private static final int STALL_SECONDS = 20;

    private final byte[] body = new byte[BYTES];
    private final CRC32 checksum = new CRC32();

    @Test
    public void getsTheWholeBodyOverTls() throws Exception {
        getAgainAndAgain(true);
    }

    @Test
    public void getsTheWholeBodyInCleartext() throws Exception {
        getAgainAndAgain(false);
    }

    private void getAgainAndAgain(boolean tls) throws Exception {
        assumeTrue(Run.current().equals(new Run(Mode.RING, Family.OWN)), "needs no other run");
        new Random(1).nextBytes(body);
        checksum.update(body);
        List<String> ours = new ArrayList<>();
        List<String> byNetty = new ArrayList<>();
        try (OneLoop serverLoop = new OneLoop("reactor-server", OWN);
                OneLoop clientLoop = new OneLoop("reactor-client", OWN)) {
            AtomicReference<Channel> accepted = new AtomicReference<>();
            DisposableServer server = server(tls).runOn(serverLoop)
                    .doOnChannelInit((observer, channel, address) -> accepted.set(channel)).bindNow();
            for (int run = 1; run <= RUNS; run++) {
                get(client(tls).runOn(clientLoop).remoteAddress(server::address), accepted, ours, byNetty);
            }
            server.disposeNow();
        }
        String summary = String.format("reactor-netty %s on %s: of %d bodies %d stalled, %d of them by Netty's fault; "
                + "load %.1f%n%s%n%s", tls ? "over TLS" : "in cleartext", OWN ? "own channels" : "epoll", RUNS,
                ours.size() + byNetty.size(), byNetty.size(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(), ours, byNetty);
        System.out.println(summary);
        assertTrue(!OWN || ours.isEmpty() && byNetty.size() <= STALLS_BY_NETTY, summary);
    }

    private HttpServer server(boolean tls) throws Exception {
        HttpServer server = HttpServer.create().bindAddress(() -> new InetSocketAddress(NetUtil.LOCALHOST4, 0))
                .protocol(tls ? HttpProtocol.H2 : HttpProtocol.H2C)
                .handle((request, response) -> response.send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(body))));
        if (!tls) {
            return server;
        }
        KeyManagerFactory keys = new CertificateBuilder().subject("CN=localhost").ecp256()
                .setIsCertificateAuthority(true).buildSelfSigned().toKeyManagerFactory();
        return server.secure(spec -> spec.sslContext(Http2SslContextSpec.forServer(keys)));
    }

    private static HttpClient client(boolean tls) {
        HttpClient client = HttpClient.create(ConnectionProvider.create("slow", 1))
                .resolver(DefaultAddressResolverGroup.INSTANCE).protocol(tls ? HttpProtocol.H2 : HttpProtocol.H2C);
        return tls ? client.secure(spec -> spec.sslContext(Http2SslContextSpec.forClient()
                .configure(context -> context.trustManager(InsecureTrustManagerFactory.INSTANCE)))) : client;
    }

    private void get(HttpClient client, AtomicReference<Channel> accepted, List<String> ours, List<String> byNetty)
            throws Exception {
        AtomicReference<Channel> connected = new AtomicReference<>();
        SlowReader reader = new SlowReader();
        client.doOnChannelInit((observer, channel, address) -> connected.compareAndSet(null, channel))
                .get().uri("/").responseContent().subscribe(reader);
        try {
            if (reader.await(STALL_SECONDS)) {
                assertNull(reader.failure());
                assertEquals(BYTES, reader.bytes());
                assertEquals(checksum.getValue(), reader.checksum());
            } else {
                ConnectionState state = state(connected.get());
                String stall = "after " + reader.bytes() + " bytes: client " + state + "; server "
                        + state(accepted.get());
                (state.waitsForFlushOnly() && goesOnAfterFlush(reader, connected.get()) ? byNetty : ours).add(stall);
            }
        } finally {
            client.configuration().connectionProvider().disposeLater().block();
        }
    }

    private static boolean goesOnAfterFlush(SlowReader reader, Channel client) throws InterruptedException {
        long before = reader.bytes();
        client.flush();
        reader.await(STALL_SECONDS);
        return reader.bytes() > before;
    }

    private static ConnectionState state(Channel channel) throws Exception {
        return channel.eventLoop().submit(() -> new ConnectionState(channel)).get(STALL_SECONDS, TimeUnit.SECONDS);
    }
}
