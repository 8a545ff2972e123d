/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;

/** A certificate of our own, and the JDK's TLS. */
final class SoakTls {
    private final SslContext server;
    private final SslContext client;

    SoakTls() throws Exception {
        X509Bundle bundle = new CertificateBuilder().subject("CN=localhost").ecp256()
                .setIsCertificateAuthority(true).buildSelfSigned();
        server = SslContextBuilder.forServer(bundle.toKeyManagerFactory()).sslProvider(SslProvider.JDK).build();
        client = SslContextBuilder.forClient().trustManager(bundle.toTrustManagerFactory())
                .endpointIdentificationAlgorithm(null).sslProvider(SslProvider.JDK).build();
    }

    SslHandler server(Channel channel) {
        return withoutTimeouts(server.newHandler(channel.alloc()));
    }

    SslHandler client(Channel channel) {
        return withoutTimeouts(client.newHandler(channel.alloc()));
    }

    /** The judge looks for stalls, and knows a slow machine from one. */
    private static SslHandler withoutTimeouts(SslHandler handler) {
        handler.setHandshakeTimeoutMillis(0);
        handler.setCloseNotifyFlushTimeoutMillis(0);
        return handler;
    }
}
