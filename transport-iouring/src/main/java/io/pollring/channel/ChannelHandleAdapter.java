/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.AbstractEpollServerChannel;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.pollring.loop.HandleAdapter;
import io.pollring.ring.Counter;

import java.io.IOException;

/** Sees the channels behind the handles of a loop, and counts them. Its methods run on that loop. */
final class ChannelHandleAdapter implements HandleAdapter {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(ChannelHandleAdapter.class);

    /** Stands for a read that was not attempted. */
    private static final int NO_ATTEMPT = -1;

    private final Counter channels = new Counter();

    /** How many channels are registered now. May be called by any thread. */
    int channels() {
        return (int) channels.get();
    }

    /** Forgets the last read's result: a read that fails before it reads must not pass for the one before it. */
    @Override
    public void reading(EpollIoHandle handle) {
        RecvByteBufAllocator.Handle allocation = telling(handle);
        if (allocation != null) {
            // Allocators take a result that equals the attempt as a reason to grow or to shrink, so the two differ.
            allocation.attemptedBytesRead(NO_ATTEMPT);
            allocation.lastBytesRead(0);
        }
    }

    /**
     * The receive allocator of one of Netty's epoll channels, if the channel's kind lets the result of a read tell
     * something, and the allocator is one that keeps it; otherwise {@code null}.
     */
    private static RecvByteBufAllocator.Handle telling(EpollIoHandle handle) {
        if (handle instanceof AbstractIoUringUnsafe || !(handle instanceof Channel.Unsafe)) {
            return null;
        }
        Channel channel = channelOf(handle);
        if (channel instanceof EpollSocketChannel || channel instanceof EpollDomainSocketChannel
                || channel instanceof AbstractEpollServerChannel || channel instanceof EpollDatagramChannel) {
            RecvByteBufAllocator.Handle allocation = ((Channel.Unsafe) handle).recvBufAllocHandle();
            return NettysHandles.isAroundNettys(allocation) ? allocation : null;
        }
        return null;
    }

    /** As {@link #telling}, if the last read got less than it had room for; otherwise {@code null}. */
    private static RecvByteBufAllocator.Handle tellingOfShortRead(EpollIoHandle handle) {
        RecvByteBufAllocator.Handle allocation = telling(handle);
        if (allocation == null) {
            return null;
        }
        int attempted = allocation.attemptedBytesRead();
        return attempted != NO_ATTEMPT && allocation.lastBytesRead() < attempted ? allocation : null;
    }

    /**
     * Reads the result of the channel's last read attempt where it proves that nothing was left: a TCP stream gave less
     * than was asked for (epoll(7), question 9), or nothing; a listener had no further connection, or an unconnected UDP
     * socket no further datagram. Other sockets may stop short for other reasons: a UNIX stream at a message with
     * descriptors, a connected UDP socket at an empty datagram. A channel that splices makes no read attempt.
     */
    @Override
    public boolean isDrained(EpollIoHandle handle) {
        if (handle instanceof AbstractIoUringUnsafe) {
            return ((AbstractIoUringUnsafe) handle).drained;
        }
        RecvByteBufAllocator.Handle allocation = tellingOfShortRead(handle);
        if (allocation == null) {
            return false;
        }
        int last = allocation.lastBytesRead();
        Channel channel = channelOf(handle);
        if (last >= 0) {
            return channel instanceof EpollSocketChannel;
        }
        return channel instanceof AbstractEpollServerChannel
                || channel instanceof EpollDatagramChannel && !((EpollDatagramChannel) channel).isConnected();
    }

    /**
     * A UNIX stream gave less than was asked for, or nothing: there is no more, unless that was the end of a message with
     * descriptors. A connected UDP socket had nothing: no datagram, or an empty one.
     */
    @Override
    public boolean hasStoppedShort(EpollIoHandle handle) {
        RecvByteBufAllocator.Handle allocation = tellingOfShortRead(handle);
        if (allocation == null) {
            return false;
        }
        Channel channel = channelOf(handle);
        return channel instanceof EpollDomainSocketChannel
                || allocation.lastBytesRead() < 0 && channel instanceof EpollDatagramChannel;
    }

    @Override
    public void failed(EpollIoHandle handle, IOException cause) {
        if (handle instanceof Channel.Unsafe) {
            Channel.Unsafe unsafe = (Channel.Unsafe) handle;
            try {
                Channel channel = channelOf(handle);
                if (unsafe.outboundBuffer() != null || isOutputShutdown(channel)) {
                    channel.pipeline().fireExceptionCaught(cause);
                }
                // Otherwise it is closing: SO_LINGER has another thread close the socket.
            } finally {
                unsafe.close(unsafe.voidPromise());
            }
        } else if (!handle.fd().isOpen()) {
            logger.debug("{} was closed while it was watched", handle, cause);
        } else {
            logger.warn("{} cannot be watched and is closed", handle, cause);
            try {
                handle.close();
            } catch (Exception e) {
                logger.warn("{} could not be closed", handle, e);
            }
        }
    }

    private static boolean isOutputShutdown(Channel channel) {
        return channel instanceof DuplexChannel && ((DuplexChannel) channel).isOutputShutdown();
    }

    @Override
    public void reverted(EpollIoHandle handle) {
        Channel channel = channelOf(handle);
        if (channel != null) {
            channel.attr(IoUring.REVERTED).set(Boolean.TRUE);
        }
    }

    @Override
    public void registered(EpollIoHandle handle) {
        Channel channel = channelOf(handle);
        if (channel == null) {
            return;
        }
        channels.increment();
        forgetRevert(channel);
    }

    private static void forgetRevert(Channel channel) {
        if (channel.hasAttr(IoUring.REVERTED)) {
            channel.attr(IoUring.REVERTED).set(null);
        }
    }

    @Override
    public void restored(EpollIoHandle handle) {
        Channel channel = channelOf(handle);
        if (channel != null) {
            forgetRevert(channel);
        }
    }

    @Override
    public void unregistered(EpollIoHandle handle) {
        if (handle instanceof Channel.Unsafe) {
            channels.add(-1);
        }
    }

    /** The channel whose transport {@code handle} is, or {@code null}. */
    static Channel channelOf(EpollIoHandle handle) {
        return handle instanceof Channel.Unsafe ? ((Channel.Unsafe) handle).voidPromise().channel() : null;
    }
}
