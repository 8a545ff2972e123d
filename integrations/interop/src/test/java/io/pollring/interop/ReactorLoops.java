/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import reactor.netty.resources.LoopResources;

/** Reactor Netty's view of loops, for streams only. The loops are ended by whoever made them. */
final class ReactorLoops implements LoopResources {
    private final Loops loops;

    ReactorLoops(Loops loops) {
        this.loops = loops;
    }

    @Override
    public EventLoopGroup onServer(boolean useNative) {
        return loops.group();
    }

    @Override
    public <C extends Channel> C onChannel(Class<C> type, EventLoopGroup group) {
        try {
            return type.cast(onChannelClass(type, group).getConstructor().newInstance());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make a channel for " + type, e);
        }
    }

    @Override
    @SuppressWarnings("unchecked")
    public <C extends Channel> Class<? extends C> onChannelClass(Class<C> type, EventLoopGroup group) {
        Transport transport = loops.transport();
        return (Class<? extends C>) (ServerChannel.class.isAssignableFrom(type) ? transport.serverChannelClass()
                : transport.channelClass());
    }

    @Override
    public boolean isDisposed() {
        return loops.group().isShuttingDown();
    }
}
