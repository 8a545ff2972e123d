/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;

/** The options of the channel under test, and those that every channel has. */
abstract class Settings {
    static final WriteBufferWaterMark NARROW = new WriteBufferWaterMark(1000, 3000);
    static final WriteBufferWaterMark WIDE = WriteBufferWaterMark.DEFAULT;

    /** Small, so that what is written meets a full socket where nobody reads. */
    static final int SOCKET_BUFFER = 32768;

    final boolean autoRead;
    final boolean narrowMarks;
    /** Bytes of each read; 0 for an adaptive allocator. */
    final int fixedReads;

    Settings(boolean autoRead, boolean narrowMarks, int fixedReads) {
        this.autoRead = autoRead;
        this.narrowMarks = narrowMarks;
        this.fixedReads = fixedReads;
    }

    void apply(Channel channel) {
        channel.config().setOption(ChannelOption.AUTO_READ, autoRead);
        channel.config().setOption(ChannelOption.WRITE_BUFFER_WATER_MARK, narrowMarks ? NARROW : WIDE);
        channel.config().setOption(ChannelOption.RCVBUF_ALLOCATOR, allocator(fixedReads));
    }

    static RecvByteBufAllocator allocator(int fixedReads) {
        return fixedReads == 0 ? new AdaptiveRecvByteBufAllocator() : new FixedRecvByteBufAllocator(fixedReads);
    }

    @Override
    public String toString() {
        return "autoRead=" + autoRead + " narrowMarks=" + narrowMarks + " reads="
                + (fixedReads == 0 ? "adaptive" : fixedReads);
    }
}
