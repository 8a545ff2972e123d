/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.channel.ChannelHandlerContext;

/** Echo that cancels a scheduled task and schedules another for each message. */
final class ScheduledEchoHandler extends EchoHandler {

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ScheduledTasks.instance().renewOne();
        super.channelRead(ctx, msg);
    }
}
