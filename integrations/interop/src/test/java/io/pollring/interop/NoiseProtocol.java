/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicStreamType;

import java.util.concurrent.CompletableFuture;

/**
 * Each stream carries noise both ways at once: the client says how much it wants, and sends its own. The server's is
 * followed by the length and the checksum of what it has received.
 */
final class NoiseProtocol implements QuicProtocol {
    @Override
    public String[] names() {
        return new String[] {"noise"};
    }

    @Override
    public QuicServerCodecBuilder serverCodec() {
        return new QuicServerCodecBuilder().streamHandler(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel stream) {
                stream.pipeline().addLast(new NoiseServer());
            }
        });
    }

    @Override
    public QuicClientCodecBuilder clientCodec() {
        return new QuicClientCodecBuilder();
    }

    @Override
    public ChannelHandler serverConnection() {
        return new ChannelInboundHandlerAdapter();
    }

    @Override
    public ChannelHandler clientConnection() {
        return new ChannelInboundHandlerAdapter();
    }

    /**
     * A stream that sends {@code up} chunks and asks for {@code down}.
     *
     * @return what has become of it, as {@link #whole} says it
     */
    static CompletableFuture<String> exchange(QuicChannel connection, int up, int down) {
        return start(connection, new NoiseClient(up, down, Long.MAX_VALUE));
    }

    /** A download whose connection is closed when so many bytes of it have come. */
    static CompletableFuture<String> breakOff(QuicChannel connection, int down, long bytes) {
        return start(connection, new NoiseClient(0, down, bytes));
    }

    private static CompletableFuture<String> start(QuicChannel connection, NoiseClient client) {
        connection.createStream(QuicStreamType.BIDIRECTIONAL, client).addListener(created -> {
            if (!created.isSuccess()) {
                client.outcome().completeExceptionally(created.cause());
            }
        });
        return client.outcome();
    }

    /** What an exchange comes to in which all bytes have arrived as they were sent. */
    static String whole(int up, int down) {
        return "down " + sum(down) + ", up " + sum(up);
    }

    private static String sum(int chunks) {
        Noise noise = new Noise(chunks);
        return noise.length() + " " + noise.checksum();
    }
}
