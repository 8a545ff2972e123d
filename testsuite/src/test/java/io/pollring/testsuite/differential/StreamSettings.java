/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;

/** The options of a stream under test. */
final class StreamSettings extends Settings {
    final boolean halfClosure;
    final boolean autoClose;
    final int writeSpins;

    StreamSettings(boolean autoRead, boolean halfClosure, boolean autoClose, boolean narrowMarks, int fixedReads,
                   int writeSpins) {
        super(autoRead, narrowMarks, fixedReads);
        this.halfClosure = halfClosure;
        this.autoClose = autoClose;
        this.writeSpins = writeSpins;
    }

    @Override
    void apply(Channel channel) {
        channel.config().setOption(ChannelOption.SO_SNDBUF, SOCKET_BUFFER);
        super.apply(channel);
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, halfClosure);
        channel.config().setOption(ChannelOption.AUTO_CLOSE, autoClose);
        channel.config().setOption(ChannelOption.WRITE_SPIN_COUNT, writeSpins);
    }

    @Override
    public String toString() {
        return super.toString() + " halfClosure=" + halfClosure + " autoClose=" + autoClose + " spins=" + writeSpins;
    }
}
