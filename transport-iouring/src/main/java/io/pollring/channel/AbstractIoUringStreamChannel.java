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
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannelUtil;
import io.netty.util.internal.StringUtil;
import io.pollring.loop.StreamRegistration;

import java.io.IOException;
import java.net.SocketAddress;

/** A channel of a stream of bytes, each of whose directions can be shut down by itself. */
public abstract class AbstractIoUringStreamChannel extends AbstractIoUringChannel implements DuplexChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);
    private static final String EXPECTED_TYPES = " (expected: " + StringUtil.simpleClassName(ByteBuf.class) + ", "
            + StringUtil.simpleClassName(DefaultFileRegion.class) + ')';

    final StreamIo io = new StreamIo();
    /** Made when it is first needed: most channels never are. */
    private Runnable flushTask;

    AbstractIoUringStreamChannel(Channel parent, LinuxSocket socket, boolean active) {
        super(parent, socket, active, null, EpollIoOps.EPOLLRDHUP);
    }

    /** Of a connection that was accepted from {@code remote}. */
    AbstractIoUringStreamChannel(Channel parent, LinuxSocket socket, SocketAddress remote) {
        super(parent, socket, true, remote, EpollIoOps.EPOLLRDHUP);
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    final StreamUnsafe handle() {
        return (StreamUnsafe) unsafe();
    }

    /** Whether a read that gives less than was asked for proves that nothing is left, as with TCP: epoll(7), Q9. */
    abstract boolean shortReadDrains();

    /** By which the loop can be asked to move the channel's bytes; {@code null} if it cannot. */
    final StreamRegistration streamRegistration() {
        return handle().registration();
    }

    /** Whether what is read next is read as bytes. */
    boolean readsBytes() {
        return true;
    }

    @Override
    public abstract IoUringStreamChannelConfig config();

    @Override
    protected StreamUnsafe newUnsafe() {
        return new StreamUnsafe(this);
    }

    // ---- writing

    @Override
    protected Object filterOutboundMessage(Object message) throws Exception {
        BatchedWriter.beforeWrite(this, message);
        if (message instanceof ByteBuf) {
            ByteBuf buffer = (ByteBuf) message;
            return UnixChannelUtil.isBufferCopyNeededForWrite(buffer) ? DirectBuffers.copy(alloc(), buffer, buffer)
                    : buffer;
        }
        if (message instanceof FileRegion || message instanceof SplicedBytes) {
            return message;
        }
        throw new UnsupportedOperationException(
                "unsupported message type: " + StringUtil.simpleClassName(message) + EXPECTED_TYPES);
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
        BatchedWriter.write(this, in);
    }

    /**
     * What is left to the loop does not count: codecs cut what they write to this size, and would cut a little off
     * because of some bytes that are as good as sent.
     */
    @Override
    public final long bytesBeforeUnwritable() {
        long bytes = super.bytesBeforeUnwritable();
        return bytes == 0 ? 0 : bytes + BatchedWriter.leftToLoop(io);
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
    final void flushLater() {
        if (flushTask == null) {
            // It may have moved to another loop meanwhile.
            flushTask = () -> onLoop(handle()::flush0);
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

    @Override
    protected void doBeginRead() throws Exception {
        super.doBeginRead();
        StreamReader.readKeptLater(this);
    }

    @Override
    void leaveLoop() {
        StreamRegistration registration = streamRegistration();
        if (registration != null && registration.isHere()) {
            BatchedWriter.settle(this);
        }
        super.leaveLoop();
    }

    @Override
    protected void doDeregister() throws Exception {
        if (!isGone()) {
            BatchedWriter.settle(this);
        }
        super.doDeregister();
    }

    @Override
    protected void doClose() throws Exception {
        try {
            if (isRegistered() && eventLoop().inEventLoop()) {
                // Closed by force: nothing was told to be closed before.
                BatchedWriter.settle(this);
            }
            super.doClose();
        } finally {
            handle().endSplices();
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
        BatchedWriter.settle(this);
        handle().shutdownOutput(promise);
    }

    @Override
    protected void doShutdownOutput() throws Exception {
        BatchedWriter.settle(this);
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
        // What was flushed before is done before.
        BatchedWriter.settle(this);
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
}
