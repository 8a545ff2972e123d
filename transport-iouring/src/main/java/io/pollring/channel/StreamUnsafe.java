/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.ChannelPromise;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.pollring.loop.SendRequest;
import io.pollring.loop.StreamHandle;
import io.pollring.loop.StreamRegistration;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NotYetConnectedException;
import java.util.concurrent.Executor;

/** The handle of a stream: what the loop asks it and brings it, and how the peer's end is told. */
class StreamUnsafe extends AbstractIoUringUnsafe implements StreamHandle {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(StreamUnsafe.class);

    private StreamRegistration registration;
    /** Made by the first splice: most channels never have one. */
    private Splicer splicer;
    /** Whether the pipeline was told that the peer's data is read to its end. */
    private boolean endTold;

    StreamUnsafe(AbstractIoUringStreamChannel channel) {
        super(channel);
    }

    @Override
    final AbstractIoUringStreamChannel channel() {
        return (AbstractIoUringStreamChannel) super.channel();
    }

    /** By which the loop can be asked to move the channel's bytes; {@code null} if it cannot. */
    final StreamRegistration registration() {
        return registration;
    }

    @Override
    public final void streamRegistration(StreamRegistration registration) {
        this.registration = registration;
    }

    @Override
    public final void streamRegistrationEnded(StreamRegistration ended) {
        if (registration == ended) {
            registration = null;
        }
    }

    @Override
    public final void prepareSend(SendRequest request) throws Exception {
        BatchedWriter.prepareSend(channel(), request);
    }

    @Override
    public final void sent(int result, boolean complete) {
        BatchedWriter.sent(channel(), result, complete);
    }

    /** Whether what comes may be received as bytes and nothing else. */
    @Override
    public boolean isReceivable() {
        AbstractIoUringStreamChannel channel = channel();
        return channel.isActive() && splicer == null && channel.io.ownTurns == 0
                && !channel.socket.isInputShutdown();
    }

    @Override
    public boolean isReceivableAhead() {
        return true;
    }

    @Override
    public final boolean readsPieces() {
        return !isReceivableAhead() && !channel().config().isAutoRead();
    }

    @Override
    public final void keep(ByteBuffer bytes, int more) {
        StreamReader.keep(channel(), bytes, more);
    }

    @Override
    public final void keepFailure(int errno) {
        StreamReader.keepFailure(channel(), errno);
    }

    @Override
    public final boolean isKeeping() {
        return channel().io.kept != null && channel().readsBytes();
    }

    @Override
    public final void lost() {
        StreamReader.lost(channel());
    }

    @Override
    public final void close(ChannelPromise promise) {
        // While there is an outbound buffer, as with what is written when it is flushed.
        BatchedWriter.settle(channel());
        super.close(promise);
    }

    @Override
    protected Executor prepareToClose() {
        BatchedWriter.settle(channel());
        return super.prepareToClose();
    }

    @Override
    ReadAllocation newAllocation(RecvByteBufAllocator.ExtendedHandle handle) {
        return new ReadAllocation(handle, true, channel().shortReadDrains());
    }

    @Override
    void read() {
        if (splicer == null || splicer.read(this)) {
            StreamReader.read(channel(), this);
        }
    }

    /** On the loop: from the first call on, what comes is read from the socket. */
    final Splicer splicer() {
        if (splicer == null) {
            splicer = new Splicer(channel());
            if (registration != null) {
                registration.stopReceiving();
            }
        }
        return splicer;
    }

    /** Whether what is to be read next belongs to a splice. */
    final boolean isSplicing() {
        return splicer != null && splicer.isBusy();
    }

    /** The channel is closed. */
    final void endSplices() {
        if (splicer != null) {
            splicer.close();
        }
    }

    /** Whether nothing may be read any more. */
    final boolean isInputOver() {
        return channel().isGone()
                || channel().socket.isInputShutdown() && (endTold || !channel().config().isAllowHalfClosure());
    }

    @Override
    void peerDone() {
        // What was flushed so far may close the channel, if the peer is gone.
        BatchedWriter.settle(channel());
        if (channel().isGone()) {
            return;
        }
        recvBufAllocHandle().readToEnd();
        if (channel().isActive()) {
            // Data may wait before the end, and the end itself is found by reading.
            readReady();
        } else {
            shutdownInput(false);
        }
        super.peerDone();
    }

    /**
     * The peer sends no more: closes the channel, or only its input if the user wants that.
     *
     * @param atEnd whether all that was sent has been read
     */
    final void shutdownInput(boolean atEnd) {
        AbstractIoUringStreamChannel channel = channel();
        if (!channel.socket.isInputShutdown()) {
            if (!channel.config().isAllowHalfClosure()) {
                close();
                return;
            }
            try {
                channel.socket.shutdown(true, false);
            } catch (NotYetConnectedException e) {
                // It is reset by now: the input is over nevertheless.
                logger.debug("{} has lost its connection", channel, e);
            } catch (IOException e) {
                channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
                close();
                return;
            }
            if (mayStopReading()) {
                stopReading();
            }
            channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
        if (atEnd && !endTold && !channel.isGone()) {
            endTold = true;
            channel.pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
        }
    }
}
