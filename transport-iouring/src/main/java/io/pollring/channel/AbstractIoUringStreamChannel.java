/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannelUtil;
import io.netty.util.internal.StringUtil;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.pollring.loop.SendRequest;
import io.pollring.loop.StreamHandle;
import io.pollring.loop.StreamRegistration;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.NotYetConnectedException;
import java.util.concurrent.Executor;

/** A channel of a stream of bytes, each of whose directions can be shut down by itself. */
public abstract class AbstractIoUringStreamChannel extends AbstractIoUringChannel implements DuplexChannel {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(AbstractIoUringStreamChannel.class);
    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);
    private static final String EXPECTED_TYPES = " (expected: " + StringUtil.simpleClassName(ByteBuf.class) + ", "
            + StringUtil.simpleClassName(DefaultFileRegion.class) + ')';

    private final StreamIo io = new StreamIo(this);
    /** Made when it is first needed: most channels never are. */
    private Runnable flushTask;
    /** Made by the first splice: most channels never have one. */
    private Splicer splicer;
    private StreamRegistration streamRegistration;
    /** Whether the pipeline was told that the peer's data is read to its end. */
    private boolean endTold;

    AbstractIoUringStreamChannel(Channel parent, LinuxSocket socket, boolean active) {
        super(parent, socket, active, EpollIoOps.EPOLLRDHUP);
    }

    AbstractIoUringStreamChannel(Channel parent, LinuxSocket socket, SocketAddress remote) {
        super(parent, socket, remote, EpollIoOps.EPOLLRDHUP);
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    final StreamIo io() {
        return io;
    }

    /** Whether a read that gives less than was asked for proves that nothing is left, as with TCP: epoll(7), Q9. */
    abstract boolean shortReadDrains();

    /** By which the loop can be asked to move the channel's bytes; {@code null} if it cannot. */
    final StreamRegistration streamRegistration() {
        return streamRegistration;
    }

    /** Whether what comes may be received as bytes and nothing else. */
    boolean isReceivable() {
        return isActive() && splicer == null && io.isReceivable() && !socket.isInputShutdown();
    }

    /** Whether what is read next is read as bytes. */
    boolean readsBytes() {
        return true;
    }

    /** Whether bytes may be received that nobody has asked for yet. */
    boolean isReceivableAhead() {
        return true;
    }

    /** Whether one piece is received for each read. */
    final boolean readsPieces() {
        return !isReceivableAhead() && !config().isAutoRead();
    }

    @Override
    public abstract IoUringStreamChannelConfig config();

    @Override
    protected StreamUnsafe newUnsafe() {
        return new StreamUnsafe();
    }

    // ---- writing

    @Override
    protected Object filterOutboundMessage(Object message) throws Exception {
        io.beforeWrite(message);
        if (message instanceof ByteBuf) {
            ByteBuf buffer = (ByteBuf) message;
            return UnixChannelUtil.isBufferCopyNeededForWrite(buffer) ? DirectBuffers.copy(alloc(), buffer, buffer) : buffer;
        }
        if (message instanceof FileRegion || message instanceof SplicedBytes) {
            return message;
        }
        throw new UnsupportedOperationException(
                "unsupported message type: " + StringUtil.simpleClassName(message) + EXPECTED_TYPES);
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
        io.write(in);
    }

    /**
     * What is left to the loop does not count: codecs cut what they write to this size, and would cut a little off
     * because of some bytes that are as good as sent.
     */
    @Override
    public final long bytesBeforeUnwritable() {
        long bytes = super.bytesBeforeUnwritable();
        return bytes == 0 ? 0 : bytes + io.leftToLoop();
    }

    /**
     * Writes a message that is neither a buffer nor a region.
     *
     * @return the number of system calls made, or {@link DirectWriter#FULL}
     */
    int writeOther(ChannelOutboundBuffer in, Object message) throws Exception {
        if (message instanceof SplicedBytes) {
            return ((SplicedBytes) message).write(in, socket);
        }
        throw new AssertionError("unexpected message type: " + StringUtil.simpleClassName(message));
    }

    /** Goes on with what was flushed before: not through the pipeline. */
    final void flushNow() {
        ((StreamUnsafe) unsafe()).flushAgain();
    }

    final void flushLater() {
        if (flushTask == null) {
            // It may have moved to another loop meanwhile.
            flushTask = () -> onLoop(this::flushNow);
        }
        eventLoop().execute(flushTask);
    }

    final void checkFileRegion(DefaultFileRegion region, long position) throws IOException {
        validateFileRegion(region, position);
    }

    // ---- splicing

    /**
     * Moves bytes that come to this channel to another, without showing them to either pipeline.
     *
     * @param length how many; with {@link Integer#MAX_VALUE} it goes on until the future is cancelled, or failed
     * @return fails with a {@link java.nio.channels.ClosedChannelException} if this channel's input ends before that
     * @throws IllegalArgumentException if the channels are not registered with the same loop
     */
    public final ChannelFuture spliceTo(AbstractIoUringStreamChannel target, int length) {
        return spliceTo(target, length, newPromise());
    }

    /** As {@link #spliceTo(AbstractIoUringStreamChannel, int)}. */
    public final ChannelFuture spliceTo(AbstractIoUringStreamChannel target, int length, ChannelPromise promise) {
        Splicer.submit(this, SpliceOrder.toChannel(this, target, length, promise));
        return promise;
    }

    /**
     * Moves bytes that come to this channel to a file, without showing them to the pipeline.
     *
     * @param file   is not closed
     * @param offset where in the file the first byte goes
     * @param length how many; with {@link Integer#MAX_VALUE} it goes on until the future is cancelled, or failed
     * @return fails with a {@link java.nio.channels.ClosedChannelException} if this channel's input ends before that
     * @throws IllegalStateException if this channel is not registered
     */
    public final ChannelFuture spliceTo(FileDescriptor file, int offset, int length) {
        return spliceTo(file, offset, length, newPromise());
    }

    /** As {@link #spliceTo(FileDescriptor, int, int)}. */
    public final ChannelFuture spliceTo(FileDescriptor file, int offset, int length, ChannelPromise promise) {
        Splicer.submit(this, SpliceOrder.toFile(file, offset, length, promise));
        return promise;
    }

    /** On the loop: from the first call on, what comes is read from the socket. */
    final Splicer splicer() {
        if (splicer == null) {
            splicer = new Splicer(this);
            if (streamRegistration != null) {
                streamRegistration.stopReceiving();
            }
        }
        return splicer;
    }

    /** Whether what is to be read next belongs to a splice. */
    final boolean isSplicing() {
        return splicer != null && splicer.isBusy();
    }

    @Override
    protected void doBeginRead() throws Exception {
        super.doBeginRead();
        io.readKeptLater();
    }

    @Override
    void leaveLoop() {
        if (streamRegistration != null && streamRegistration.isHere()) {
            io.settle();
        }
        super.leaveLoop();
    }

    @Override
    protected void doDeregister() throws Exception {
        if (!isGone()) {
            io.settle();
        }
        super.doDeregister();
    }

    @Override
    protected void doClose() throws Exception {
        try {
            if (isRegistered() && eventLoop().inEventLoop()) {
                // Closed by force: nothing was told to be closed before.
                io.settle();
            }
            super.doClose();
        } finally {
            if (splicer != null) {
                splicer.close();
            }
        }
    }

    @Override
    final void closeSocket() throws IOException {
        if (io.leavesUnread()) {
            resetOnClose();
        }
        super.closeSocket();
    }

    /**
     * The kernel resets a connection that is closed before all was read; but what was read ahead it takes for read. Not
     * all sockets can be told to reset.
     */
    void resetOnClose() { }

    // ---- shutting down

    @Override
    public boolean isInputShutdown() {
        return socket.isInputShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return socket.isOutputShutdown();
    }

    @Override
    public boolean isShutdown() {
        return socket.isShutdown();
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        onLoop(() -> shutdownOutputNow(promise));
        return promise;
    }

    private void onLoop(Runnable task) {
        if (eventLoop().inEventLoop()) {
            task.run();
        } else {
            eventLoop().execute(task);
        }
    }

    private void shutdownOutputNow(ChannelPromise promise) {
        // While there is an outbound buffer: what fails now closes the channel.
        io.settle();
        ((StreamUnsafe) unsafe()).shutdownOutput(promise);
    }

    @Override
    protected void doShutdownOutput() throws Exception {
        io.settle();
        socket.shutdown(false, true);
    }

    @Override
    public ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        onLoop(() -> shutdownInputNow(promise));
        return promise;
    }

    private void shutdownInputNow(ChannelPromise promise) {
        try {
            socket.shutdown(true, false);
            promise.setSuccess();
        } catch (Throwable t) {
            promise.setFailure(t);
        }
    }

    @Override
    public ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        BothShutdowns.of(this, promise);
        return promise;
    }

    /** The handle of a stream. */
    class StreamUnsafe extends AbstractIoUringUnsafe implements StreamHandle {
        @Override
        public final void streamRegistration(StreamRegistration registration) {
            streamRegistration = registration;
        }

        @Override
        public final void streamRegistrationEnded(StreamRegistration registration) {
            if (streamRegistration == registration) {
                streamRegistration = null;
            }
        }

        @Override
        public final void prepareSend(SendRequest request) throws Exception {
            io.prepareSend(request);
        }

        @Override
        public final void sent(int result, boolean complete) {
            io.sent(result, complete);
        }

        @Override
        public final boolean isReceivable() {
            return AbstractIoUringStreamChannel.this.isReceivable();
        }

        @Override
        public final boolean isReceivableAhead() {
            return AbstractIoUringStreamChannel.this.isReceivableAhead();
        }

        @Override
        public final boolean readsPieces() {
            return AbstractIoUringStreamChannel.this.readsPieces();
        }

        @Override
        public final void keep(ByteBuffer bytes, int more) {
            io.keep(bytes, more);
        }

        @Override
        public final void keepFailure(int errno) {
            io.keepFailure(errno);
        }

        @Override
        public final boolean isKeeping() {
            return io.isKeeping();
        }

        @Override
        public final void close(ChannelPromise promise) {
            // While there is an outbound buffer, as with what is written when it is flushed.
            io.settle();
            super.close(promise);
        }

        @Override
        public final void lost() {
            io.lost();
        }

        @Override
        protected Executor prepareToClose() {
            io.settle();
            return super.prepareToClose();
        }

        @Override
        ReadAllocation newAllocation(RecvByteBufAllocator.ExtendedHandle handle) {
            return new ReadAllocation(handle, true, shortReadDrains());
        }

        @Override
        void readReady() {
            if (splicer == null || splicer.readReady(this)) {
                io.readReady();
            }
        }

        @Override
        boolean isDrained() {
            return splicer != null && splicer.tookOver() ? splicer.isDrained() : io.isDrained();
        }

        private void flushAgain() {
            flush0();
        }

        /** Whether nothing may be read any more. */
        final boolean isInputOver() {
            return isGone() || socket.isInputShutdown() && (endTold || !config().isAllowHalfClosure());
        }

        @Override
        void peerDone() {
            // What was flushed so far may close the channel, if the peer is gone.
            io.settle();
            if (isGone()) {
                return;
            }
            recvBufAllocHandle().readToEnd();
            if (isActive()) {
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
            if (!socket.isInputShutdown()) {
                if (!config().isAllowHalfClosure()) {
                    close(voidPromise());
                    return;
                }
                try {
                    socket.shutdown(true, false);
                } catch (NotYetConnectedException e) {
                    // It is reset by now: the input is over nevertheless.
                    logger.debug("{} has lost its connection", AbstractIoUringStreamChannel.this, e);
                } catch (IOException e) {
                    pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
                    close(voidPromise());
                    return;
                }
                if (mayStopReading()) {
                    stopReading();
                }
                pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            }
            if (atEnd && !endTold && !isGone()) {
                endTold = true;
                pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
            }
        }
    }
}
