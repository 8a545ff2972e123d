/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.DefaultAddressedEnvelope;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.UnixChannelUtil;
import io.netty.util.UncheckedBooleanSupplier;
import io.netty.util.internal.StringUtil;
import io.pollring.ring.Native;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;

/** What channels of datagrams share, whatever their addresses are. */
abstract class AbstractIoUringDatagramChannel extends AbstractIoUringChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(true, 16);

    /**
     * @param socket owned by the channel from here on
     * @param active whether {@code socket} comes from somewhere else, and counts as bound
     * @throws UnsatisfiedLinkError without our native library, which has the system calls for datagrams. Then a socket that
     *                              comes from somewhere else stays its owner's
     */
    AbstractIoUringDatagramChannel(LinuxSocket socket, boolean active) {
        super(null, usable(socket, active), active, null, EpollIoOps.EPOLLERR);
    }

    private static LinuxSocket usable(LinuxSocket socket, boolean active) {
        if (Native.loadFailure() == null) {
            return socket;
        }
        UnsatisfiedLinkError failure = Native.unavailable();
        if (!active) {
            try {
                socket.close();
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
        }
        throw failure;
    }

    @Override
    public abstract AbstractIoUringDatagramChannelConfig config();

    @Override
    public final ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public final boolean isActive() {
        return super.isActive() || config().isActiveOnRegistration() && isOpen() && isRegistered();
    }

    public final boolean isConnected() {
        return !isGone() && remoteAddress0() != null;
    }

    /** A datagram may come before there is a bind or a connect: a write is enough. */
    @Override
    final boolean hearsEvents() {
        return true;
    }

    @Override
    protected final void doBind(SocketAddress address) throws Exception {
        super.doBind(address);
        activate();
    }

    // ---- writing

    @Override
    protected final void doWrite(ChannelOutboundBuffer in) throws Exception {
        int budget = maxMessagesPerWrite();
        while (budget > 0 && !in.isEmpty()) {
            if (isEmpty(in.current())) {
                in.remove();
                budget--;
                continue;
            }
            try {
                int sent = send(in, budget);
                if (sent == 0) {
                    break;
                }
                budget -= sent;
                remove(in, sent);
            } catch (IOException e) {
                // It is this one's failure: the next may go somewhere else.
                in.remove(e);
                budget--;
            }
        }
        if (in.isEmpty()) {
            unwant(EpollIoOps.EPOLLOUT);
        } else {
            want(EpollIoOps.EPOLLOUT);
        }
    }

    /** Removes messages that were sent, and those between them that were cancelled, which nobody was shown. */
    private static void remove(ChannelOutboundBuffer in, int sent) {
        int left = sent;
        // A promise's listener may close the channel, which leaves nothing to remove.
        while (left > 0 && !in.isEmpty()) {
            if (!isEmpty(in.current())) {
                left--;
            }
            in.remove();
        }
    }

    private static boolean isEmpty(Object msg) {
        return !content(msg).isReadable();
    }

    /**
     * Sends messages from the head of {@code in}, which is not empty, and leaves them there.
     *
     * @param limit the most messages to send, at least 1
     * @return the number of messages sent; 0 if the socket can take none now
     */
    abstract int send(ChannelOutboundBuffer in, int limit) throws Exception;

    /** The content of a message that {@link #filterOutboundMessage(Object)} has let through. */
    static ByteBuf content(Object msg) {
        return (ByteBuf) (msg instanceof AddressedEnvelope ? ((AddressedEnvelope<?, ?>) msg).content() : msg);
    }

    @Override
    protected Object filterOutboundMessage(Object msg) {
        if (msg instanceof ByteBuf) {
            ByteBuf buf = (ByteBuf) msg;
            return needsCopy(buf) ? DirectBuffers.copy(alloc(), buf, buf) : buf;
        }
        if (msg instanceof AddressedEnvelope) {
            AddressedEnvelope<?, ?> envelope = (AddressedEnvelope<?, ?>) msg;
            SocketAddress recipient = envelope.recipient();
            boolean fits = recipient == null || isAddress(recipient);
            if (fits) {
                Sockets.checkResolved(recipient);
            }
            if (fits && envelope.content() instanceof ByteBuf) {
                ByteBuf content = (ByteBuf) envelope.content();
                return needsCopy(content) ? withContent(envelope, DirectBuffers.copy(alloc(), envelope, content))
                        : envelope;
            }
        }
        throw unsupported(msg);
    }

    /** Whether the kernel cannot be shown the buffer as it is. */
    private static boolean needsCopy(ByteBuf buf) {
        return UnixChannelUtil.isBufferCopyNeededForWrite(buf);
    }

    /** Whether datagrams of this channel can go to {@code address}, as far as its type tells. */
    abstract boolean isAddress(SocketAddress address);

    /** {@code envelope} with another content. An envelope needs one of the two addresses. */
    AddressedEnvelope<ByteBuf, ?> withContent(AddressedEnvelope<?, ?> envelope, ByteBuf content) {
        return new DefaultAddressedEnvelope<ByteBuf, SocketAddress>(content, envelope.recipient(), envelope.sender());
    }

    final UnsupportedOperationException unsupported(Object msg) {
        return new UnsupportedOperationException("unsupported message type: " + StringUtil.simpleClassName(msg)
                + " (expected: " + expectedTypes() + ')');
    }

    abstract String expectedTypes();

    // ---- reading

    /** Reads and fires until the allocator has enough, or nothing is left. */
    abstract class DatagramUnsafe extends AbstractIoUringUnsafe {
        DatagramUnsafe() {
            super(AbstractIoUringDatagramChannel.this);
        }

        @Override
        final void read() {
            if (socket.isInputShutdown()) {
                stopReading();
                return;
            }
            ReadAllocation allocation = recvBufAllocHandle();
            allocation.reset(config());
            Throwable failure = null;
            try {
                // A read that fills less than it might is nothing special here.
                while (readOnce(allocation) && allocation.continueReading(UncheckedBooleanSupplier.TRUE_SUPPLIER)) {
                    if (isGone()) {
                        // By a handler: the fd may be another's by now. Netty's channels find it closed.
                        throw new ClosedChannelException();
                    }
                }
            } catch (Throwable t) {
                failure = t;
            }
            allocation.endLoop(this, failure);
        }

        /**
         * One read, whose messages are fired.
         *
         * @return whether there was something
         */
        abstract boolean readOnce(ReadAllocation allocation) throws Exception;

        /** To be called before the handlers hear of what was read: they may ask for more. */
        final void messagesRead(RecvByteBufAllocator.Handle allocation, int count) {
            allocation.incMessagesRead(count);
            readPending = false;
        }
    }
}
