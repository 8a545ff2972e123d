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
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A user's receive allocator around one of Netty's: writes down all that its handles are asked, and what they say. */
final class RecordingAllocator implements RecvByteBufAllocator {
    /** A number that is a descriptor, or was one. */
    private static final int FIRST_DESCRIPTOR = 3;

    final List<String> calls = new CopyOnWriteArrayList<>();
    private final RecvByteBufAllocator allocator;
    private final boolean descriptors;

    /** @param descriptors whether what is read are descriptors, whose numbers differ from run to run */
    RecordingAllocator(RecvByteBufAllocator allocator, boolean descriptors) {
        this.allocator = allocator;
        this.descriptors = descriptors;
    }

    @Override
    @SuppressWarnings("deprecation")
    public Handle newHandle() {
        return new RecordingHandle((ExtendedHandle) allocator.newHandle());
    }

    private String nameOf(int bytes) {
        return descriptors && bytes >= FIRST_DESCRIPTOR ? "fd" : Integer.toString(bytes);
    }

    private final class RecordingHandle implements ExtendedHandle {
        private final ExtendedHandle handle;

        RecordingHandle(ExtendedHandle handle) {
            this.handle = handle;
        }

        private <T> T record(String call, T answer) {
            calls.add(call + ": " + answer);
            return answer;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator alloc) {
            ByteBuf buffer = handle.allocate(alloc);
            record("allocate", buffer.capacity());
            return buffer;
        }

        @Override
        public int guess() {
            return record("guess", handle.guess());
        }

        @Override
        public void reset(ChannelConfig config) {
            calls.add("reset");
            handle.reset(config);
        }

        @Override
        public void incMessagesRead(int count) {
            calls.add("incMessagesRead " + count);
            handle.incMessagesRead(count);
        }

        @Override
        public void lastBytesRead(int bytes) {
            calls.add("lastBytesRead " + nameOf(bytes));
            handle.lastBytesRead(bytes);
        }

        @Override
        public int lastBytesRead() {
            int bytes = handle.lastBytesRead();
            calls.add("lastBytesRead: " + nameOf(bytes));
            return bytes;
        }

        @Override
        public void attemptedBytesRead(int bytes) {
            calls.add("attemptedBytesRead " + bytes);
            if (bytes < 0) {
                throw new IllegalArgumentException("attemptedBytesRead: " + bytes + " (expected: >= 0)");
            }
            handle.attemptedBytesRead(bytes);
        }

        @Override
        public int attemptedBytesRead() {
            return record("attemptedBytesRead", handle.attemptedBytesRead());
        }

        @Override
        @Deprecated
        public boolean continueReading() {
            return record("continueReading", handle.continueReading());
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier mayHaveMore) {
            return record("continueReading with a supplier", handle.continueReading(mayHaveMore));
        }

        @Override
        public void readComplete() {
            calls.add("readComplete");
            handle.readComplete();
        }
    }
}
