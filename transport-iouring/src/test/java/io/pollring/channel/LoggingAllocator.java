/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Gives buffers of ten bytes, writes down how it is asked, and fails if it is told to. For one channel. */
final class LoggingAllocator extends FixedRecvByteBufAllocator {
    private final EventLog log;
    private final List<ByteBuf> allocated = new ArrayList<>();
    /** Whether the questions go to the log, too. */
    private final boolean verbose;
    private Throwable failure;

    LoggingAllocator(EventLog log, boolean verbose) {
        super(10);
        this.log = log;
        this.verbose = verbose;
    }

    /** The next allocation fails. */
    synchronized void failOnce(Throwable cause) {
        failure = cause;
    }

    synchronized void assertNothingKept() {
        for (ByteBuf buffer : allocated) {
            assertEquals(0, buffer.refCnt());
        }
    }

    private synchronized ByteBuf note(ByteBuf buffer) {
        allocated.add(buffer);
        return buffer;
    }

    private synchronized void failIfToldTo() {
        Throwable cause = failure;
        failure = null;
        if (cause instanceof Error) {
            throw (Error) cause;
        }
        if (cause != null) {
            throw (RuntimeException) cause;
        }
    }

    private void say(String what) {
        if (verbose) {
            log.add(what);
        }
    }

    @Override
    @SuppressWarnings("deprecation") // It is what the channel gets.
    public Handle newHandle() {
        return new LoggingHandle((ExtendedHandle) super.newHandle());
    }

    private final class LoggingHandle extends DelegatingHandle implements RecvByteBufAllocator.ExtendedHandle {
        LoggingHandle(ExtendedHandle delegate) {
            super(delegate);
        }

        @Override
        public void reset(ChannelConfig config) {
            say("reset");
            super.reset(config);
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            say("allocate");
            failIfToldTo();
            return note(super.allocate(allocator));
        }

        @Override
        public void attemptedBytesRead(int bytes) {
            say("attempted:" + bytes);
            super.attemptedBytesRead(bytes);
        }

        @Override
        public void lastBytesRead(int bytes) {
            say("last:" + bytes);
            super.lastBytesRead(bytes);
        }

        @Override
        public void incMessagesRead(int count) {
            say("messages:" + count);
            super.incMessagesRead(count);
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier mayHaveMore) {
            boolean more = ((ExtendedHandle) delegate()).continueReading(mayHaveMore);
            say("more:" + more);
            return more;
        }

        @Override
        public void readComplete() {
            say("complete");
            super.readComplete();
        }
    }
}
