/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.internal.core.connection.ConstantReconnectionPolicy;
import com.datastax.oss.simulacron.common.cluster.ClusterSpec;
import com.datastax.oss.simulacron.server.BoundCluster;
import com.datastax.oss.simulacron.server.BoundNode;
import com.datastax.oss.simulacron.server.Inet4Resolver;
import com.datastax.oss.simulacron.server.Server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** A Simulacron of three nodes, and a session that knows them, each on loops of its own. */
final class CassandraCluster implements AutoCloseable {
    static final int NODES = 3;
    /** What does not come within this time is missing. */
    static final Duration WAIT = Duration.ofSeconds(60);

    private static final int LOOPS = 2;
    private static final byte[] FIRST_ADDRESS = {127, 0, 1, 1};
    /** More than any test has under way. */
    private static final int REQUESTS_PER_CONNECTION = 20_000;
    private static final String SESSION = "cassandra-interop";

    private final Loops serverLoops;
    private final Loops clientLoops;
    private final Server server;
    private final BoundCluster nodes;
    private final CqlSession session;

    CassandraCluster(Transport transport) throws IOException {
        serverLoops = new Loops(transport, LOOPS);
        clientLoops = new Loops(transport, LOOPS);
        server = Server.builder().withEventLoopGroup(serverLoops.group(), transport.serverChannelClass())
                .withAddressResolver(new Inet4Resolver(FIRST_ADDRESS, Ports.free()))
                .withActivityLoggingEnabled(false).withStubMapping(new EchoingStub()).build();
        nodes = server.register(ClusterSpec.builder().withNodes(NODES));
        session = new CassandraSessions(clientLoops.group(), transport.channelClass())
                .addContactPoint((InetSocketAddress) node(0).getAddress())
                .withLocalDatacenter(node(0).getDataCenter().getName()).withConfigLoader(config()).build();
    }

    private static DriverConfigLoader config() {
        return DriverConfigLoader.programmaticBuilder()
                .withString(DefaultDriverOption.SESSION_NAME, SESSION)
                .withInt(DefaultDriverOption.CONNECTION_MAX_REQUESTS, REQUESTS_PER_CONNECTION)
                .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, WAIT)
                .withBoolean(DefaultDriverOption.REQUEST_DEFAULT_IDEMPOTENCE, true)
                .withInt(DefaultDriverOption.NETTY_IO_SHUTDOWN_QUIET_PERIOD, 0)
                .withInt(DefaultDriverOption.NETTY_ADMIN_SHUTDOWN_QUIET_PERIOD, 0)
                .withBoolean(DefaultDriverOption.METADATA_SCHEMA_ENABLED, false)
                .withClass(DefaultDriverOption.RECONNECTION_POLICY_CLASS, ConstantReconnectionPolicy.class)
                .withDuration(DefaultDriverOption.RECONNECTION_BASE_DELAY, Duration.ofMillis(100)).build();
    }

    BoundNode node(int index) {
        return nodes.node(index);
    }

    CqlSession session() {
        return session;
    }

    @Override
    public void close() throws Exception {
        try (Loops toEndLast = serverLoops; Loops toEndFirst = clientLoops) {
            try {
                session.close();
                Leftovers.awaitNoThread(SESSION);
                clientLoops.awaitNoChannel();
            } finally {
                server.close();
            }
            serverLoops.awaitNoChannel();
        }
    }
}
