/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;

/** Lets a test outside of this package do what a kernel that refuses a poll does. */
public final class Reverts {
    private Reverts() { }

    /**
     * To be called on the channel's loop.
     *
     * @return whether the channel has gone to epoll by this; not if it is there already, or on no loop of ours
     */
    public static boolean revert(Channel channel, String reason) {
        return IoUring.handler(channel.eventLoop()).revert(channel, reason);
    }
}
