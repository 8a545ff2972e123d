/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.CertificateBuilder;

/** Echo over TLS, as the JDK does it, with a certificate that this process has made for itself. */
final class TlsPipeline {
    private static final SslContext CONTEXT = newContext();

    private TlsPipeline() {
    }

    private static SslContext newContext() {
        try {
            return SslContextBuilder.forServer(new CertificateBuilder().subject("CN=localhost").ecp256()
                    .setIsCertificateAuthority(true).buildSelfSigned().toKeyManagerFactory())
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3")
                    .build();
        } catch (Exception e) {
            throw new IllegalStateException("no TLS", e);
        }
    }

    static void init(ChannelPipeline pipeline) {
        pipeline.addLast(CONTEXT.newHandler(pipeline.channel().alloc()), new EchoHandler());
    }
}
