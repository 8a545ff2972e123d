/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.pollring.testsuite.differential.Trace.Kind;

import java.util.Arrays;
import java.util.List;

/** A stream. */
final class StreamSubject extends Subject {
    /** What is smaller always has room in a socket that takes anything at all. */
    private static final int CAN_BE_CUT = 2048;

    private final DuplexChannel stream;
    private long received;

    StreamSubject(DuplexChannel channel, List<EventLoop> loops, Trace trace, Ledger ledger) {
        super(channel, loops, trace, ledger);
        stream = channel;
    }

    @Override
    void perform(Op op) {
        switch (op.kind) {
            case SHUT_OUTPUT:
                stream.shutdownOutput(promise(op));
                break;
            case SHUT_INPUT:
                stream.shutdownInput(promise(op));
                break;
            case SHUTDOWN:
                stream.shutdown(promise(op));
                break;
            case HALF_CLOSURE_ON:
            case HALF_CLOSURE_OFF:
                stream.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, op.kind == Op.Kind.HALF_CLOSURE_ON);
                break;
            default:
                throw new IllegalArgumentException("not of streams: " + op);
        }
    }

    @Override
    Object message(Op op) {
        return content(op);
    }

    @Override
    void failed(Op op) {
        if (op.kind.hasMessage() && op.size >= CAN_BE_CUT) {
            trace.noteCut();
        }
    }

    @Override
    boolean isInputShut() {
        return stream.isInputShutdown();
    }

    @Override
    boolean isOutputShut() {
        return stream.isOutputShutdown();
    }

    @Override
    String state() {
        return (isInputShut() ? " input shut" : "") + (isOutputShut() ? " output shut" : "");
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf bytes = (ByteBuf) msg;
        trace.read(bytes.readableBytes());
        byte[] seen = new byte[bytes.readableBytes()];
        bytes.readBytes(seen);
        if (!Arrays.equals(seen, Pattern.message((int) (received % Pattern.PERIOD), seen.length))) {
            trace.add(Kind.CORRUPT, "behind " + received);
        }
        received += seen.length;
        bytes.release();
        trigger(Trigger.READ);
    }
}
