/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollIoOps;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;

/**
 * Moves what a stream channel receives to where its user has ordered, without showing it to the pipeline. A channel
 * that never splices has none.
 *
 * <p>The bytes go through a pipe of this channel's own. Nothing is put into it before it is empty: so if the socket
 * gives nothing then, that is because it has nothing, and not because the pipe is full.
 *
 * <p>Belongs to the channel's loop, but for {@link #submit} and {@link #close()}.
 */
final class Splicer {
    /** What a loop does for one channel before it is the others' turn; a read loop's limit is the same. */
    private static final int MAX_ROUNDS = 16;

    private final AbstractIoUringStreamChannel channel;
    private final Queue<SpliceOrder> orders = new ArrayDeque<>();
    private SplicePipe pipe;
    /** The pipe holds bytes that their target has not taken yet. */
    private boolean delivering;

    Splicer(AbstractIoUringStreamChannel channel) {
        this.channel = channel;
    }

    /** Has {@code channel} carry {@code order} out. May be called by any thread. */
    static void submit(AbstractIoUringStreamChannel channel, SpliceOrder order) {
        EventLoop loop = channel.eventLoop();
        if (loop.inEventLoop()) {
            channel.handle().splicer().add(order);
            return;
        }
        try {
            loop.execute(() -> channel.handle().splicer().add(order));
        } catch (RejectedExecutionException e) {
            order.fail(e);
        }
    }

    private void add(SpliceOrder order) {
        if (!channel.isOpen()) {
            order.fail(new ClosedChannelException());
        } else if (order.isComplete() && orders.isEmpty() && !delivering) {
            order.succeed();
        } else {
            orders.add(order);
        }
    }

    /** Whether what is to be read next is not the pipeline's. */
    boolean isBusy() {
        return delivering || !orders.isEmpty();
    }

    /** @return whether the channel has to read for its pipeline now */
    boolean read(StreamUnsafe unsafe) {
        if (!isBusy()) {
            return true;
        }
        if (delivering) {
            // Until the target has room again.
            channel.unwant(EpollIoOps.EPOLLIN);
            return false;
        }
        if (unsafe.isInputOver()) {
            unsafe.stopReading();
            failAll(new ClosedChannelException());
            return false;
        }
        boolean atEnd = splice(unsafe);
        if (!isBusy() && !atEnd && !unsafe.drained && !unsafe.isInputOver() && !unsafe.mayStopReading()) {
            return true;
        }
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.fireChannelReadComplete();
        if (atEnd) {
            unsafe.shutdownInput(true);
            // None of them will get any more.
            failAll(new ClosedChannelException());
        }
        unsafe.readLoopDone();
        if (delivering) {
            // A handler, or autoRead, may have asked for more.
            channel.unwant(EpollIoOps.EPOLLIN);
        }
        return false;
    }

    /** @return whether the peer's end was met */
    private boolean splice(StreamUnsafe unsafe) {
        // At the peer's end reading goes on, wanted or not, until all has been read: as without splicing.
        boolean readToEnd = unsafe.recvBufAllocHandle().isReadToEnd();
        for (int round = 0; round < MAX_ROUNDS || readToEnd; round++) {
            SpliceOrder order = orders.peek();
            if (order == null || delivering || unsafe.isInputOver()) {
                return false;
            }
            if (order.isOver()) {
                orders.remove();
                continue;
            }
            int bytes;
            try {
                Kept kept = StreamReader.kept(channel);
                bytes = kept != null ? pipe().fill(kept, order.left()) : pipe().fill(channel.socket, order.left());
            } catch (IOException e) {
                // A broken connection; or a socket that cannot be spliced, which can be read nevertheless.
                orders.remove();
                order.fail(e);
                continue;
            }
            if (bytes == 0) {
                unsafe.drained = !readToEnd;
                return readToEnd;
            }
            unsafe.readPending = false;
            order.filled(bytes);
            if (order.isComplete()) {
                orders.remove();
            }
            delivering = true;
            order.deliver(this, pipe, bytes);
        }
        return false;
    }

    private SplicePipe pipe() throws IOException {
        if (pipe == null) {
            pipe = new SplicePipe();
        }
        return pipe;
    }

    /** The target has taken all that was in the pipe. */
    void delivered(SpliceOrder order) {
        delivering = false;
        if (order.isComplete()) {
            order.succeed();
        }
        proceed();
    }

    /** The target has failed; what is left in the pipe is lost. */
    void deliveryFailed(SpliceOrder order, Throwable cause) {
        delivering = false;
        orders.remove(order);
        closePipe();
        order.fail(cause);
        proceed();
    }

    /** On the loop of a target; the channel itself may have been moved to another meanwhile. */
    void deliveryDone(SpliceOrder order, ChannelFuture delivery) {
        if (!channel.eventLoop().inEventLoop()) {
            channel.eventLoop().execute(() -> deliveryDone(order, delivery));
        } else if (delivery.isSuccess()) {
            delivered(order);
        } else {
            deliveryFailed(order, delivery.cause());
        }
    }

    private void proceed() {
        if (channel.isGone()) {
            closePipe();
            return;
        }
        StreamUnsafe unsafe = channel.handle();
        if (!unsafe.mayStopReading() || unsafe.recvBufAllocHandle().isReadToEnd()) {
            channel.want(EpollIoOps.EPOLLIN);
            StreamReader.readKeptLater(channel);
        }
    }

    /** The channel is closed, by whatever thread: {@code SO_LINGER} makes another than the loop's close the socket. */
    void close() {
        EventLoop loop = channel.eventLoop();
        if (loop.inEventLoop()) {
            channelClosed();
            return;
        }
        try {
            loop.execute(this::channelClosed);
        } catch (RejectedExecutionException e) {
            // The loop has ended, so its thread uses none of this any more.
            channelClosed();
        }
    }

    /** What is in the pipe still goes to its target. */
    private void channelClosed() {
        failAll(new ClosedChannelException());
        if (!delivering) {
            closePipe();
        }
    }

    private void failAll(ClosedChannelException cause) {
        SpliceOrder order;
        while ((order = orders.poll()) != null) {
            order.fail(cause);
        }
    }

    private void closePipe() {
        if (pipe != null) {
            pipe.close();
            pipe = null;
        }
    }
}
