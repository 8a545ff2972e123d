/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.faults;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;

/**
 * One side of a connection: sends its bytes in pieces, compares what comes, and ends with a half close once it has sent
 * all, or with a close before.
 */
final class Side extends ChannelInboundHandlerAdapter {
    private static final int MAX_PIECE = 40_000;
    private static final int MAX_CHATTY_PIECE = 100;
    private static final int MAX_PIECES_AT_ONCE = 20;

    private final Connections connections;
    private final boolean client;
    private ByteBuf firstBytes;
    private Connection connection;
    private Random random;
    private Bytes sends;
    private Bytes receives;
    private long toSend;
    private boolean closesEarly;
    private boolean inputOver;
    private boolean outputOver;
    private boolean allIsWritten;
    private boolean shutdownBegun;
    private boolean outputIsShut;
    private volatile long sent;
    private volatile long received;
    private volatile Channel channel;

    /** A client's, which knows what it is. */
    Side(Connections connections, Connection connection) {
        this.connections = connections;
        client = true;
        become(connection);
    }

    /** A server's, which learns that from the first bytes. */
    Side(Connections connections) {
        this.connections = connections;
        client = false;
    }

    private void become(Connection connection) {
        this.connection = connection;
        random = connection.random(client);
        sends = new Bytes(connection.id(), client);
        receives = new Bytes(connection.id(), !client);
        toSend = connection.bytes(client);
        closesEarly = random.nextInt(4) == 0;
        connection.joined(this, client, closesEarly);
    }

    long sent() {
        return sent;
    }

    long received() {
        return received;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        channel = ctx.channel();
        connections.opened(channel);
        if (client) {
            send(ctx);
        }
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf buffer = (ByteBuf) message;
        if (connection == null) {
            buffer = identify(ctx, buffer);
            if (buffer == null) {
                return;
            }
        }
        try {
            long wrong = receives.firstWrong(buffer, received);
            if (wrong >= 0) {
                connections.fail(connection + ": byte " + wrong + " is wrong at " + this);
                ctx.close();
            }
            received += buffer.readableBytes();
            shutdownOutput(ctx);
        } finally {
            buffer.release();
        }
    }

    /** The bytes so far, or {@code null} if there are too few. */
    private ByteBuf identify(ChannelHandlerContext ctx, ByteBuf buffer) {
        firstBytes = firstBytes == null ? ctx.alloc().buffer(Bytes.ID_BYTES) : firstBytes;
        firstBytes.writeBytes(buffer);
        buffer.release();
        if (firstBytes.readableBytes() < Bytes.ID_BYTES) {
            return null;
        }
        ByteBuf all = firstBytes;
        firstBytes = null;
        Connection found = connections.find(all.getIntLE(all.readerIndex()));
        if (found == null) {
            all.release();
            connections.fail("a connection begins with bytes that no client has sent");
            ctx.close();
            return null;
        }
        become(found);
        send(ctx);
        return all;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (connection != null && connection.isChatty()) {
            send(ctx);
        }
        ctx.flush();
        ctx.read();
    }

    private void send(ChannelHandlerContext ctx) {
        if (outputOver || !ctx.channel().isActive()) {
            return;
        }
        int pieces = connection.isChatty() ? 1 + random.nextInt(2) : 1 + random.nextInt(MAX_PIECES_AT_ONCE);
        for (int i = 0; i < pieces && sent < toSend && ctx.channel().isWritable(); i++) {
            int length = (int) Math.min(toSend - sent, pieceBytes());
            ByteBuf buffer = random.nextInt(8) == 0 ? ctx.alloc().heapBuffer(length) : ctx.alloc().directBuffer(length);
            sends.write(buffer, sent, length);
            sent += length;
            ChannelFuture written = ctx.write(buffer);
            if (sent == toSend) {
                // Not before: what is not written when the output is shut down fails.
                outputOver = true;
                written.addListener(done -> {
                    allIsWritten = true;
                    shutdownOutput(ctx);
                });
            }
            if (closesEarly && random.nextInt(10) == 0) {
                ctx.flush();
                ctx.close();
                return;
            }
        }
        ctx.flush();
        if (sent < toSend && ctx.channel().isWritable() && !waitsForAnswer()) {
            // Not at once: other channels have bytes, too.
            ctx.executor().execute(() -> send(ctx));
        }
    }

    private int pieceBytes() {
        return connection.isChatty() ? Bytes.ID_BYTES + random.nextInt(MAX_CHATTY_PIECE)
                : 1 + random.nextInt(1 + random.nextInt(MAX_PIECE));
    }

    /** The other side sends more when it has got this. */
    private boolean waitsForAnswer() {
        return connection.isChatty() && !inputOver && received < connection.bytes(!client);
    }

    /** Some wait for all that the other side sends: a half close would have its reader look once more. */
    private void shutdownOutput(ChannelHandlerContext ctx) {
        boolean waits = connection.waits() && received < connection.bytes(!client) && !inputOver;
        if (!allIsWritten || waits || shutdownBegun) {
            return;
        }
        shutdownBegun = true;
        ((DuplexChannel) ctx.channel()).shutdownOutput().addListener(done -> {
            outputIsShut = true;
            ctx.executor().execute(() -> closeIfOver(ctx));
        });
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable() && sends != null) {
            send(ctx);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownReadComplete) {
            inputOver = true;
            if (connection == null) {
                ctx.close();
            } else {
                send(ctx);
                shutdownOutput(ctx);
                closeIfOver(ctx);
            }
        }
    }

    private void closeIfOver(ChannelHandlerContext ctx) {
        if (inputOver && outputIsShut) {
            ctx.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // Netty's epoll wraps what epoll_ctl fails with.
        if (!(cause instanceof IOException || cause instanceof UncheckedIOException)) {
            connections.fail(connection + ": " + this + " caught " + cause);
        }
        connections.caught(connection, cause);
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (firstBytes != null) {
            firstBytes.release();
            firstBytes = null;
        }
        connections.closed(ctx.channel());
    }

    @Override
    public String toString() {
        return (client ? "client" : "server") + "(sent: " + sent + " of " + toSend + ", received: " + received
                + ", inputOver: " + inputOver + ", outputIsShut: " + outputIsShut + ", channel: " + channel + ')';
    }
}
