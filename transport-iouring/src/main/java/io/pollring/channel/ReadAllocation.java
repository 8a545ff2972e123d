/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator.DelegatingHandle;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.unix.PreferredDirectByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * The user's receive allocator, as a channel of this transport asks it: for direct buffers, and with an answer to the
 * question whether another read is worth its system call.
 *
 * <p>Belongs to the loop's thread.
 */
final class ReadAllocation extends DelegatingHandle implements ExtendedHandle {
    private final PreferredDirectByteBufAllocator direct = new PreferredDirectByteBufAllocator();
    private final UncheckedBooleanSupplier mayHaveMore = this::mayHaveMore;
    private final boolean stream;
    private boolean readToEnd;

    /** @param stream whether reads give bytes of a stream, so that the peer's end has to be looked for */
    ReadAllocation(ExtendedHandle delegate, boolean stream) {
        super(delegate);
        this.stream = stream;
    }

    /** The peer is done: from now on reads go on until they meet the end. */
    void readToEnd() {
        readToEnd = true;
    }

    private boolean mayHaveMore() {
        return lastBytesRead() == attemptedBytesRead() || stream && readToEnd;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
        direct.updateAllocator(allocator);
        return delegate().allocate(direct);
    }

    @Override
    public boolean continueReading() {
        return continueReading(mayHaveMore);
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier mayHaveMore) {
        return readToEnd || ((ExtendedHandle) delegate()).continueReading(mayHaveMore);
    }
}
