/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/** Shuts both directions of a stream down. Both are tried, and the first failure is told. */
final class BothShutdowns {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(BothShutdowns.class);

    private BothShutdowns() { }

    static void of(DuplexChannel channel, ChannelPromise promise) {
        channel.shutdownOutput().addListener(output -> channel.shutdownInput().addListener(
                input -> tell(channel, output.cause(), input.cause(), promise)));
    }

    private static void tell(DuplexChannel channel, Throwable output, Throwable input, ChannelPromise promise) {
        if (output == null && input == null) {
            promise.setSuccess();
            return;
        }
        if (output != null && input != null) {
            logger.debug("{} could shut down neither its output nor its input", channel, input);
        }
        promise.setFailure(output != null ? output : input);
    }
}
