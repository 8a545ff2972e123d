/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.SocketChannel;

import java.net.SocketAddress;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntFunction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Many short connections, a few at a time, between two loops of one group: each carries its own number there and back,
 * and is closed by the client, by the server, or with a reset. The numbers of the fds come round all the time, so an
 * event for a closed channel would show up in another.
 */
final class ConnectionStorm {
    private static final int AT_A_TIME = 32;

    private final TestGroup group;
    private final int count;
    private final Class<? extends Channel> clientType;
    private final IntFunction<SocketAddress> addresses;
    private final CountDownLatch done;
    private final AtomicIntegerArray served;
    private final Queue<String> surprises = new ConcurrentLinkedQueue<>();
    private int next;

    /**
     * @param group     of two loops: one for the server's end, one for the client's
     * @param addresses where connection n goes
     */
    ConnectionStorm(TestGroup group, int count, Class<? extends Channel> clientType,
                    IntFunction<SocketAddress> addresses) {
        this.group = group;
        this.count = count;
        this.clientType = clientType;
        this.addresses = addresses;
        done = new CountDownLatch(count);
        served = new AtomicIntegerArray(count);
    }

    Channel listen(Class<? extends ServerChannel> type, SocketAddress address) throws Exception {
        return new ServerBootstrap()
                .group(group.loop(0))
                .channel(type)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel ch) {
                        ch.pipeline().addLast(new Server());
                    }
                })
                .bind(address).sync().channel();
    }

    void run() throws Exception {
        for (int i = 0; i < Math.min(count, AT_A_TIME); i++) {
            connectNext();
        }
        boolean finished = done.await(120, TimeUnit.SECONDS);
        assertEquals("[]", surprises.toString());
        assertTrue(finished, () -> done.getCount() + " connections have not ended");
        for (int i = 0; i < count; i++) {
            assertEquals(1, served.get(i), "connection " + i);
        }
    }

    private void connectNext() {
        int number;
        synchronized (this) {
            if (next == count) {
                return;
            }
            number = next++;
        }
        Bootstrap bootstrap = new Bootstrap()
                .group(group.loop(1))
                .channel(clientType)
                .handler(new Client(number));
        if (closing(number) == Closing.RESET && SocketChannel.class.isAssignableFrom(clientType)) {
            bootstrap.option(ChannelOption.SO_LINGER, 0);
        }
        bootstrap.connect(addresses.apply(number)).addListener(future -> {
            if (!future.isSuccess()) {
                surprise(number, future.cause());
                done.countDown();
            }
        });
    }

    private Closing closing(int number) {
        return Closing.values()[number % Closing.values().length];
    }

    private void surprise(int number, Object what) {
        if (surprises.size() < 20) {
            surprises.add(number + ": " + what);
        }
    }

    private enum Closing { CLIENT, SERVER, RESET }

    /** One end of one connection: it must see one message of four bytes, then the end, and nothing else. */
    private abstract class End extends ChannelInboundHandlerAdapter {
        int number = -1;
        private int actives;
        private int reads;
        private int inactives;

        abstract void message(Channel channel, int message);

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            check(++actives == 1 && reads == 0 && inactives == 0, "active");
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ByteBuf buf = (ByteBuf) msg;
            try {
                check(++reads == 1 && inactives == 0 && buf.readableBytes() == Integer.BYTES,
                        "read of " + buf.readableBytes());
                message(ctx.channel(), buf.readInt());
            } finally {
                buf.release();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            check(actives == 1 && reads == 1 && ++inactives == 1, "inactive");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (number < 0 || closing(number) != Closing.RESET) {
                surprise(number, cause);
            }
            ctx.close();
        }

        void check(boolean expected, String what) {
            if (!expected) {
                surprise(number, getClass().getSimpleName() + ' ' + what + " after " + actives + " actives, " + reads
                        + " reads, " + inactives + " inactives");
            }
        }
    }

    private final class Server extends End {
        @Override
        void message(Channel channel, int message) {
            number = message;
            if (message < 0 || message >= count) {
                surprise(message, "unknown number");
                return;
            }
            served.incrementAndGet(message);
            channel.writeAndFlush(channel.alloc().buffer().writeInt(~message));
            if (closing(message) == Closing.SERVER) {
                channel.close();
            }
        }
    }

    private final class Client extends End {
        Client(int number) {
            this.number = number;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            super.channelActive(ctx);
            ctx.writeAndFlush(ctx.alloc().buffer().writeInt(number));
        }

        @Override
        void message(Channel channel, int message) {
            check(message == ~number, "read " + message);
            if (closing(number) != Closing.SERVER) {
                channel.close();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            super.channelInactive(ctx);
            done.countDown();
            connectNext();
        }
    }
}
