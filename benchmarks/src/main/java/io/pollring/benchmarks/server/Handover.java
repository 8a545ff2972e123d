/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Threads that hand work to the loop of a server in their own process, each with a connection of its own to write to,
 * and one thread at the other end of these, which only reads.
 */
final class Handover implements AutoCloseable {
    private static final long ACCEPT_SECONDS = 10;
    private static final int READ_BYTES = 64 * 1024;

    private final List<Caller> callers = new ArrayList<>();
    private final ExecutorService threads;
    private final Selector peers = Selector.open();
    private final ByteBuffer received = ByteBuffer.allocateDirect(READ_BYTES);

    /** The threads may run where the calling thread may. */
    Handover(int port, int count) throws IOException, InterruptedException {
        threads = Executors.newFixedThreadPool(count, new DefaultThreadFactory("caller", true));
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        for (int i = 0; i < count; i++) {
            SocketChannel.open(address).configureBlocking(false).register(peers, SelectionKey.OP_READ);
            Channel accepted = Acceptor.INSTANCE.channels.poll(ACCEPT_SECONDS, TimeUnit.SECONDS);
            if (accepted == null) {
                throw new IOException("no connection to port " + port + " in " + ACCEPT_SECONDS + " s");
            }
            callers.add(new Caller(accepted, i));
        }
        new DefaultThreadFactory("peer", true).newThread(this::readAll).start();
    }

    private void readAll() {
        try {
            while (peers.isOpen()) {
                peers.select(this::read);
            }
        } catch (ClosedSelectorException e) {
            // It is over.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(SelectionKey key) {
        try {
            received.clear();
            if (((SocketChannel) key.channel()).read(received) < 0) {
                key.channel().close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Tasks for half of the time, then writes. */
    Map<String, Object> run(double seconds, LongSupplier loopCpuNanos) throws Exception {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("tasks", part(false, seconds / 2, loopCpuNanos));
        figures.put("writes", part(true, seconds / 2, loopCpuNanos));
        return figures;
    }

    /** One kind of work, and what came of it. */
    Map<String, Object> part(boolean writes, double seconds, LongSupplier loopCpuNanos) throws Exception {
        long cpuBefore = loopCpuNanos.getAsLong();
        long begin = System.nanoTime();
        long deadline = begin + (long) (seconds * TimeUnit.SECONDS.toNanos(1));
        List<Callable<Object>> runs = new ArrayList<>();
        callers.forEach(caller -> runs.add(Executors.callable(() -> caller.run(writes, deadline))));
        for (Future<Object> run : threads.invokeAll(runs)) {
            run.get();
        }
        long elapsed = System.nanoTime() - begin;
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("loopCpuNanos", loopCpuNanos.getAsLong() - cpuBefore);
        figures.put("elapsedNanos", elapsed);
        Histogram latencies = Caller.newHistogram();
        Histogram costs = Caller.newHistogram();
        callers.forEach(caller -> {
            latencies.add(caller.latencies);
            costs.add(caller.costs);
        });
        figures.put("count", latencies.getTotalCount());
        figures.put("p50Nanos", latencies.getValueAtPercentile(50));
        figures.put("p99Nanos", latencies.getValueAtPercentile(99));
        figures.put("maxNanos", latencies.getMaxValue());
        figures.put("callerP50Nanos", costs.getValueAtPercentile(50));
        return figures;
    }

    @Override
    public void close() throws IOException {
        threads.shutdownNow();
        List<SelectionKey> keys = List.copyOf(peers.keys());
        peers.close();
        for (SelectionKey key : keys) {
            key.channel().close();
        }
        callers.forEach(Caller::release);
    }

    /** Keeps what the server accepts. */
    @ChannelHandler.Sharable
    static final class Acceptor extends ChannelInboundHandlerAdapter {
        static final Acceptor INSTANCE = new Acceptor();

        private final BlockingQueue<Channel> channels = new LinkedBlockingQueue<>();

        private Acceptor() {
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            channels.add(ctx.channel());
        }
    }
}
