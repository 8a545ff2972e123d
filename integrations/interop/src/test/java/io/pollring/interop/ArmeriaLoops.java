/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import com.linecorp.armeria.common.util.EventLoopGroups;
import io.netty.channel.EventLoopGroup;
import io.pollring.agent.app.Loops;

import java.util.concurrent.TimeUnit;

/** Loops that Armeria has made, in a program that does not know Pollring. */
final class ArmeriaLoops implements Side {
    private static final int END_SECONDS = 30;

    private final EventLoopGroup group = EventLoopGroups.newEventLoopGroup(ArmeriaPair.LOOPS);

    @Override
    public EventLoopGroup group() {
        return group;
    }

    @Override
    public void awaitNoChannel() throws Exception {
        Leftovers.awaitNone("channels", () -> {
            try {
                return Loops.channels(group);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Override
    public void close() {
        if (!group.shutdownGracefully(0, END_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly(END_SECONDS,
                TimeUnit.SECONDS)) {
            throw new IllegalStateException("loops have not ended");
        }
    }
}
