/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import io.lettuce.core.ConnectionBuilder;
import io.lettuce.core.ConnectionPoint;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.EventLoopGroupProvider;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Lettuce's clients on one transport. They end their connections, and this ends the loops. */
final class LettuceClients implements AutoCloseable {
    private static final int LOOPS = 2;

    private final Loops loops;
    private final ClientResources resources;

    LettuceClients(Transport transport) {
        loops = new Loops(transport, LOOPS);
        resources = ClientResources.builder().eventLoopGroupProvider(new Given(loops.group())).build();
    }

    RedisClient client(String address) {
        return new Client(resources, RedisURI.create(address), loops);
    }

    RedisClusterClient clusterClient(List<String> addresses) {
        return new ClusterClient(resources,
                addresses.stream().map(RedisURI::create).collect(Collectors.toList()), loops);
    }

    @Override
    public void close() throws Exception {
        try (Loops toEnd = loops) {
            resources.shutdown(0, 10, TimeUnit.SECONDS).await();
        }
    }

    /** Lettuce would name the channel's class, and a bootstrap takes none after that. */
    private static void setTransport(ConnectionBuilder builder, Loops loops) {
        builder.bootstrap().group(loops.group()).channel(loops.transport().channelClass());
    }

    private static final class Client extends RedisClient {
        private final Loops loops;

        Client(ClientResources resources, RedisURI address, Loops loops) {
            super(resources, address);
            this.loops = loops;
        }

        @Override
        protected void channelType(ConnectionBuilder builder, ConnectionPoint point) {
            setTransport(builder, loops);
        }
    }

    private static final class ClusterClient extends RedisClusterClient {
        private final Loops loops;

        ClusterClient(ClientResources resources, List<RedisURI> addresses, Loops loops) {
            super(resources, addresses);
            this.loops = loops;
        }

        @Override
        protected void channelType(ConnectionBuilder builder, ConnectionPoint point) {
            setTransport(builder, loops);
        }
    }

    /** Lettuce asks for a group by its class, and gets ours. */
    private static final class Given implements EventLoopGroupProvider {
        private final EventLoopGroup group;

        Given(EventLoopGroup group) {
            this.group = group;
        }

        @Override
        @SuppressWarnings("unchecked")
        public <T extends EventLoopGroup> T allocate(Class<T> type) {
            return (T) group;
        }

        @Override
        public int threadPoolSize() {
            return LOOPS;
        }

        @Override
        public Future<Boolean> release(EventExecutorGroup released, long quiet, long timeout, TimeUnit unit) {
            return ImmediateEventExecutor.INSTANCE.newSucceededFuture(true);
        }

        @Override
        public Future<Boolean> shutdown(long quiet, long timeout, TimeUnit unit) {
            return ImmediateEventExecutor.INSTANCE.newSucceededFuture(true);
        }
    }
}
