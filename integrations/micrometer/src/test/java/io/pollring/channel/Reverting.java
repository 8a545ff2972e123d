/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;

/** Has a channel reverted as if the kernel had refused its poll: what no kernel does on demand. */
public final class Reverting {
    private Reverting() { }

    public static void revert(Channel channel, String reason) throws Exception {
        channel.eventLoop().submit(() -> IoUring.handler(channel.eventLoop()).revert(channel, reason)).get();
    }
}
