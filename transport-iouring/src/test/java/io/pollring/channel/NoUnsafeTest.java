/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.internal.PlatformDependent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.DataInputStream;
import java.net.Socket;
import java.util.Arrays;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** In a process where Netty must do without {@code sun.misc.Unsafe}: buffers then have no address to be asked for. */
@Timeout(60)
class NoUnsafeTest {

    @Test
    void theRingReceivesAndSendsWithoutUnsafe() throws Exception {
        assumeTrue(Mode.RING.isBatched(), "this kernel has no batched I/O, so the ring neither receives nor sends");
        String output = ChildJvm.outputOf(Main.class, "-Dio.netty.noUnsafe=true");
        assertEquals("unsafe: false, receives: true, sends: true", output.lines().reduce((a, b) -> b).orElse(""),
                output);
    }

    static final class Main {
        public static void main(String[] args) throws Exception {
            try (TestGroup group = new TestGroup(Mode.RING, Channels.OURS, 1)) {
                Channel listener = group.listen(new Echo(), bootstrap -> { });
                try (Socket socket = new Socket()) {
                    socket.setTcpNoDelay(true);
                    socket.connect(TestGroup.address(listener));
                    DataInputStream in = new DataInputStream(socket.getInputStream());
                    for (int length = 1; length < 20_000; length += length / 2 + 1) {
                        byte[] message = new byte[length];
                        for (int i = 0; i < length; i++) {
                            message[i] = (byte) (i * 31 + length);
                        }
                        socket.getOutputStream().write(message);
                        byte[] echo = new byte[length];
                        in.readFully(echo);
                        if (!Arrays.equals(message, echo)) {
                            throw new AssertionError("the echo of " + length + " bytes differs");
                        }
                    }
                }
                System.out.println("unsafe: " + PlatformDependent.hasUnsafe() + ", receives: "
                        + (group.metrics().receives() > 0) + ", sends: " + (group.metrics().sends() > 0));
            }
        }
    }

    @Sharable
    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ctx.writeAndFlush(msg);
        }
    }
}
