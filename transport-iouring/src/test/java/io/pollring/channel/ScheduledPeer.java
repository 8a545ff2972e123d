/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;

import java.io.IOException;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * One end of a connection, which does at random what a channel can do, in tasks and while it reads, and sends a known
 * sequence of bytes. What it does depends on its seed, and on when the bytes come.
 */
final class ScheduledPeer extends ChannelInboundHandlerAdapter {
    private static final int MAX_BYTES = 300_000;
    private static final int MAX_STEPS = 300;

    final CountDownLatch done = new CountDownLatch(1);
    final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Transport transport;
    private final TestGroup group;
    private final Random random;
    private final int total;
    private int expected;
    private boolean endsEarly;
    private Channel channel;
    private volatile int sent;
    private volatile int received;
    private int steps;
    private boolean moving;
    private int poisoned;
    private final AtomicInteger released = new AtomicInteger();
    /** What the socket has taken, as the promises have it. */
    private volatile int taken;
    private final End end;
    private final int endsAtStep;

    /** @param end what this end does before all is sent, or {@code null} */
    ScheduledPeer(Transport transport, TestGroup group, long seed, End end) {
        this.transport = transport;
        this.group = group;
        random = new Random(seed);
        this.end = end;
        endsAtStep = 1 + random.nextInt(50);
        total = 1 + random.nextInt(random.nextBoolean() ? 5000 : MAX_BYTES);
    }

    /** Each expects all that the other sends, unless one of them has an end of its own. */
    static void introduce(ScheduledPeer one, ScheduledPeer other) {
        one.expected = other.total;
        other.expected = one.total;
        one.endsEarly = other.endsEarly = one.end != null || other.end != null;
    }

    /** What it has sent is behind it: to be called when both are done and closed. */
    void checkSent(ScheduledPeer receiver) throws Exception {
        Await.until("all buffers are released by " + this, 5000, () -> released.get() == poisoned);
        if (end == End.OUTPUT) {
            assertTrue(receiver.received >= taken, () -> "taken " + taken + ": " + receiver);
        }
    }

    /** To be called once the channel is registered. */
    void begin(Channel channel) {
        channel.eventLoop().execute(() -> {
            this.channel = channel;
            step();
        });
    }

    private void fail(Throwable cause) {
        failure.compareAndSet(null, cause);
        done.countDown();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf data = (ByteBuf) message;
        try {
            int position = received;
            while (data.isReadable()) {
                byte got = data.readByte();
                if (got != at(position)) {
                    fail(new AssertionError("byte " + position + " is " + got + ", expected " + at(position)));
                    return;
                }
                position++;
            }
            received = position;
        } finally {
            data.release();
        }
        if (channel != null && random.nextInt(3) == 0) {
            act();
        }
        checkDone();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!channelIsAutoRead(ctx.channel())) {
            if (random.nextBoolean()) {
                ctx.read();
            } else {
                ctx.executor().execute(ctx::read);
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (endsEarly) {
            done.countDown();
        } else if (sent < total || received < expected) {
            fail(new AssertionError("closed too early: " + this));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failUnlessEnded(cause);
    }

    /** The end of a connection makes what goes on fail. */
    private void failUnlessEnded(Throwable cause) {
        if (!endsEarly || !(cause instanceof IOException)) {
            fail(cause);
        }
    }

    private static boolean channelIsAutoRead(Channel channel) {
        return channel.config().isAutoRead();
    }

    private void checkDone() {
        if (channel != null && !endsEarly && sent == total && received == expected) {
            channel.flush();
            done.countDown();
        }
    }

    private void step() {
        try {
            // The loop that the channel has left may run a step late; the next loop has one of its own.
            if (channel.eventLoop().inEventLoop()) {
                nextStep();
            }
        } catch (Throwable t) {
            fail(t);
        }
    }

    private void nextStep() {
        if (done.getCount() == 0 || moving || !channel.isOpen()) {
            return;
        }
        if (++steps == endsAtStep && end != null) {
            end.of(channel);
        } else if (steps < MAX_STEPS) {
            act();
        } else {
            finish();
        }
        checkDone();
        if (!moving && steps <= MAX_STEPS) {
            stepLater();
        }
    }

    private void stepLater() {
        EventLoop loop = channel.eventLoop();
        if (random.nextInt(20) == 0) {
            loop.schedule(this::step, random.nextInt(500), TimeUnit.MICROSECONDS);
        } else {
            loop.execute(this::step);
        }
    }

    /** Whatever is left to do, so that it ends. */
    private void finish() {
        channel.config().setAutoRead(true);
        while (sent < total) {
            write();
        }
        channel.flush();
    }

    private void act() {
        switch (random.nextInt(12)) {
            case 0:
            case 1:
            case 2:
                write();
                break;
            case 3:
            case 4:
                write();
                channel.flush();
                break;
            case 5:
                for (int i = random.nextInt(20); i > 0; i--) {
                    write();
                    channel.flush();
                }
                break;
            case 6:
                channel.config().setAutoRead(random.nextBoolean());
                break;
            case 7:
            case 8:
                channel.read();
                break;
            case 9:
                if (random.nextInt(10) == 0 && transport.mode.isOurs()) {
                    IoUring.handler(channel.eventLoop()).revert(channel, "test");
                }
                break;
            case 10:
                if (random.nextInt(10) == 0) {
                    move();
                }
                break;
            default:
                channel.flush();
                break;
        }
    }

    private void write() {
        int left = total - sent;
        if (left > 0) {
            int kind = random.nextInt(10);
            int length = Math.min(left, 1 + random.nextInt(kind < 6 ? 200 : kind < 9 ? 5000 : 60_000));
            ByteBuf data = buffer(length);
            for (int i = 0; i < length; i++) {
                data.writeByte(at(sent + i));
            }
            sent += length;
            channel.write(data).addListener(future -> {
                if (future.isSuccess()) {
                    taken += length;
                } else {
                    failUnlessEnded(future.cause());
                }
            });
        }
    }

    private ByteBuf buffer(int length) {
        switch (random.nextInt(4)) {
            case 0:
                return Unpooled.buffer(length);
            case 1:
                return channel.alloc().directBuffer(length);
            default:
                poisoned++;
                return new Poisoned(length, released);
        }
    }

    /** To the other loop, in the middle of everything. */
    private void move() {
        if (moving) {
            return;
        }
        moving = true;
        EventLoop target = channel.eventLoop() == group.loop(0) ? group.loop(1) : group.loop(0);
        // A channel hears no more of its socket's room when it has left its loop: so what waits for room is flushed anew.
        channel.deregister().addListener(left -> target.register(channel).addListener(registered -> {
            if (!registered.isSuccess()) {
                failUnlessEnded(registered.cause());
                // What is closed while it has no loop does not hear of it.
                done.countDown();
                return;
            }
            channel.eventLoop().execute(() -> {
                moving = false;
                channel.flush();
                channel.read();
                step();
            });
        }));
    }

    /** How a connection ends before all is sent. */
    enum End {
        OUTPUT {
            @Override
            void of(Channel channel) {
                ((DuplexChannel) channel).shutdownOutput();
            }
        },
        CLOSE {
            @Override
            void of(Channel channel) {
                channel.close();
            }
        },
        RESET {
            @Override
            void of(Channel channel) {
                channel.config().setOption(ChannelOption.SO_LINGER, 0);
                channel.close();
            }
        };

        abstract void of(Channel channel);
    }

    private static byte at(int position) {
        return (byte) (position * 31 + (position >> 8) * 7);
    }

    @Override
    public String toString() {
        return "sent " + sent + " of " + total + ", received " + received + " of " + expected + ", steps " + steps
                + (moving ? ", moving" : "");
    }
}
