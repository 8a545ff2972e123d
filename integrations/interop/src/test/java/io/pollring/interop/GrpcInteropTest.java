/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import io.grpc.netty.InternalNettyChannelBuilder;
import io.grpc.netty.InternalNettyServerBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.testing.integration.AbstractInteropTest;
import io.grpc.testing.integration.ListenAddress;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameters;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** The tests with which gRPC's own projects try each other, with client and server on loops of their own. */
@RunWith(Parameterized.class)
public class GrpcInteropTest extends AbstractInteropTest {
    private static final int LOOPS = 2;

    private final Loops serverLoops;
    private final Loops clientLoops;

    public GrpcInteropTest(Transport transport) {
        serverLoops = new Loops(transport, LOOPS);
        clientLoops = new Loops(transport, LOOPS);
    }

    @Parameters(name = "{0}")
    public static List<Transport> transports() {
        return Transport.tried();
    }

    @Override
    protected ServerBuilder<?> getServerBuilder() {
        NettyServerBuilder server = NettyServerBuilder
                .forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        InsecureServerCredentials.create())
                .channelType(serverLoops.transport().serverChannelClass())
                .bossEventLoopGroup(serverLoops.group()).workerEventLoopGroup(serverLoops.group())
                .flowControlWindow(TEST_FLOW_CONTROL_WINDOW).maxInboundMessageSize(MAX_MESSAGE_SIZE);
        // The suite counts by itself.
        InternalNettyServerBuilder.setStatsEnabled(server, false);
        return server.addStreamTracerFactory(createCustomCensusTracerFactory());
    }

    @Override
    protected ManagedChannelBuilder<?> createChannelBuilder() {
        NettyChannelBuilder client = NettyChannelBuilder.forAddress(ListenAddress.of(this))
                .channelType(clientLoops.transport().channelClass()).eventLoopGroup(clientLoops.group())
                .flowControlWindow(TEST_FLOW_CONTROL_WINDOW).maxInboundMessageSize(MAX_MESSAGE_SIZE).usePlaintext();
        InternalNettyChannelBuilder.setStatsEnabled(client, false);
        return client.intercept(createCensusStatsClientInterceptor());
    }

    @Override
    public void tearDown() {
        try (Loops server = serverLoops; Loops client = clientLoops) {
            super.tearDown();
        }
    }
}
