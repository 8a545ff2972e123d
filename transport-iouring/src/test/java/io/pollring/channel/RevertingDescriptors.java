/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannelOption;
import io.pollring.channel.Transport.Family;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;

import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * The writing ends of pipes that go over a UNIX socket, some of them at once; the receiver writes the number of each
 * into it. Both ends of the connection are reverted on the way, as a seed has it.
 */
final class RevertingDescriptors extends ChannelInboundHandlerAdapter {
    private static final int MAX_PIPES = 24;

    private final RevertPoint revert;
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final ByteBuffer number = ByteBuffer.allocateDirect(1);
    private volatile int received;

    private RevertingDescriptors(Random random) {
        revert = new RevertPoint(random);
    }

    /** @return how many of the two ends were reverted */
    static int run(TestGroup group, long seed) throws Exception {
        Random random = new Random(seed);
        RevertingDescriptors receiver = new RevertingDescriptors(random);
        RevertPoint sender = new RevertPoint(random);
        boolean autoRead = random.nextInt(3) > 0;
        int count = 1 + random.nextInt(MAX_PIPES);
        FileDescriptor[][] pipes = new FileDescriptor[count][];
        try (StreamPair pair = StreamPair.open(Transport.RING, group, Family.UNIX, TestGroup.IGNORE, receiver,
                client -> { }, server -> server.childOption(ChannelOption.AUTO_READ, autoRead).childOption(
                        UnixChannelOption.DOMAIN_SOCKET_READ_MODE, DomainSocketReadMode.FILE_DESCRIPTORS))) {
            Channel client = pair.client;
            for (int i = 0; i < count; i++) {
                pipes[i] = FileDescriptor.pipe();
                client.write(pipes[i][1]).addListener(future -> {
                    if (!future.isSuccess()) {
                        receiver.failures.add(future.cause());
                    }
                    sender.pass(client);
                });
                if (random.nextInt(3) == 0) {
                    client.flush();
                }
            }
            client.flush();
            Await.until("all have come", 10_000, () -> receiver.received >= count || !receiver.failures.isEmpty());
            assertEquals("[]", receiver.failures.toString());
            for (int i = 0; i < count; i++) {
                pipes[i][1].close();
                ByteBuffer numbers = ByteBuffer.allocateDirect(2);
                // One byte, and then the end: nobody else has the pipe.
                assertEquals(1, pipes[i][0].read(numbers, 0, 2));
                assertEquals(i, numbers.get(0));
                assertEquals(-1, pipes[i][0].read(numbers, 0, 2));
            }
        } catch (AssertionError | Exception e) {
            throw new AssertionError("seed " + seed + ", " + receiver.received + " of " + count + ", reverted "
                    + sender.isReverted() + ", " + receiver.revert.isReverted(), e);
        } finally {
            for (FileDescriptor[] pipe : pipes) {
                if (pipe != null) {
                    pipe[0].close();
                    pipe[1].close();
                }
            }
        }
        return (sender.isReverted() ? 1 : 0) + (receiver.revert.isReverted() ? 1 : 0);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) throws IOException {
        revert.pass(ctx.channel());
        FileDescriptor descriptor = (FileDescriptor) msg;
        number.put(0, (byte) received);
        descriptor.write(number, 0, 1);
        descriptor.close();
        received++;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        revert.pass(ctx.channel());
        ctx.read();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failures.add(cause);
    }
}
