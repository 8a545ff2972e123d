/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.RecvByteBufAllocator.DelegatingHandle;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.unix.PreferredDirectByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import io.netty.util.concurrent.FastThreadLocal;

/**
 * The user's receive allocator, as a channel of this transport asks it: for direct buffers, and with an answer to the
 * question whether another read is worth its system call.
 *
 * <p>Belongs to the loop's thread.
 */
final class ReadAllocation extends DelegatingHandle implements ExtendedHandle, UncheckedBooleanSupplier {
    private static final int ROOM = 16;
    private static final int MAX_ROOMIER_GUESS = 16 * 1024;

    /** One for all channels of a thread: it is used for no longer than one call. */
    private static final FastThreadLocal<PreferredDirectByteBufAllocator> DIRECT =
            new FastThreadLocal<PreferredDirectByteBufAllocator>() {
                @Override
                protected PreferredDirectByteBufAllocator initialValue() {
                    return new PreferredDirectByteBufAllocator();
                }
            };

    private final boolean stream;
    private final boolean nettys;
    private final boolean adaptive;
    private final boolean roomier;
    private boolean readToEnd;
    /** The most that the allocator is known to allow for: its largest guess, as far as it matters. */
    private short largestGuess;
    /** Whether the last buffer was made for all there is. */
    private boolean exact;

    /**
     * @param stream          whether reads give bytes of a stream, so that the peer's end has to be looked for
     * @param shortReadDrains whether a read that gives less than was asked for proves that nothing is left
     */
    ReadAllocation(ExtendedHandle delegate, boolean stream, boolean shortReadDrains) {
        super(delegate);
        this.stream = stream;
        nettys = NettysHandles.isNettys(delegate);
        // It only guesses: a buffer may be as large as what is known to come, or a little larger than the guess.
        adaptive = stream && NettysHandles.isAdaptive(delegate);
        roomier = adaptive && shortReadDrains;
    }

    /** Whether buffers are of a size that only guesses how much comes. */
    boolean isAdaptive() {
        return adaptive;
    }

    /** The peer is done: from now on reads go on until they meet the end. */
    void readToEnd() {
        readToEnd = true;
    }

    boolean isReadToEnd() {
        return readToEnd;
    }

    /** Whether there may be more to read. */
    @Override
    public boolean get() {
        return !exact && lastBytesRead() == attemptedBytesRead() || stream && readToEnd;
    }

    /**
     * A buffer for what comes of a read. Where an adaptive allocator would guess, one for {@code bytes}, unless it would
     * have a smaller one.
     *
     * @param bytes how many were received and are all there is, or 0 if that is not known
     */
    ByteBuf allocate(ByteBufAllocator allocator, int bytes) {
        exact = adaptive && bytes > 0 && bytes <= guess();
        return exact ? allocator.directBuffer(bytes) : allocate(allocator);
    }

    /**
     * A read of {@code bytes} is about to be made, all that the buffer has room for. The allocator is told what it would
     * have been without a size that is known, so that it guesses as ever: a buffer that is filled counts twice for it,
     * and its guess would come down with the first small message.
     */
    void attempt(int bytes) {
        attemptedBytesRead(exact ? Math.max(roomierGuess(), guess()) : bytes);
    }

    /** How much to ask for where that may be more than the guess, or 0. Never more than the user's maximum. */
    private int roomierGuess() {
        if (!roomier) {
            return 0;
        }
        int guess = Math.min(guess(), MAX_ROOMIER_GUESS + ROOM);
        if (guess > largestGuess) {
            largestGuess = (short) guess;
        }
        return guess + ROOM <= largestGuess ? guess + ROOM : 0;
    }

    /**
     * {@code fd} came of a read that asks for a descriptor, or what the kernel says if there is none. A descriptor is one
     * of one that was asked for: there may be another. For epoll channels its number is what was read: a user's
     * allocator is told that, and asked for it.
     */
    void lastDescriptorRead(int fd) {
        lastBytesRead(nettys && fd > 0 ? 1 : fd);
        askAgain();
    }

    /** The descriptor is to be told to the pipeline. */
    void countDescriptor() {
        incMessagesRead(1);
        askAgain();
    }

    private void askAgain() {
        if (!nettys) {
            lastBytesRead();
        }
    }

    /** A descriptor is about to be read. Epoll channels do not tell allocators of those that come through a socket. */
    void attemptDescriptor() {
        if (nettys) {
            attemptedBytesRead(1);
        }
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
        int bytes = roomierGuess();
        if (bytes > 0) {
            // An adaptive guess comes down to the very size of the messages, and a read that fills its buffer must be
            // followed by one that finds nothing: a system call a message.
            return allocator.directBuffer(bytes);
        }
        PreferredDirectByteBufAllocator direct = DIRECT.get();
        direct.updateAllocator(allocator);
        return delegate().allocate(direct);
    }

    @Override
    public boolean continueReading() {
        return continueReading(this);
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier mayHaveMore) {
        return readToEnd || ((ExtendedHandle) delegate()).continueReading(mayHaveMore);
    }

    /** The read loop is over: the handlers hear of that, and of what has cut it short, if anything has. */
    void endLoop(AbstractIoUringUnsafe unsafe, Throwable failure) {
        ChannelPipeline pipeline = unsafe.channel().pipeline();
        try {
            readComplete();
            pipeline.fireChannelReadComplete();
            if (failure != null) {
                pipeline.fireExceptionCaught(failure);
            }
        } finally {
            unsafe.readLoopDone();
        }
    }
}
