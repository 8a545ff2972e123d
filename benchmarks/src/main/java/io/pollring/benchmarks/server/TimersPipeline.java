/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.timeout.IdleStateHandler;

/**
 * Echo in pipelines that look for idle connections. A timeout is one of the loop's tasks; when it is due and there was
 * traffic, it is put off by what is missing. With timeouts this short that is something the loop has to do.
 */
final class TimersPipeline {
    private static final int READER_IDLE_SECONDS = 1;
    private static final int WRITER_IDLE_SECONDS = 1;

    private TimersPipeline() {
    }

    static void init(ChannelPipeline pipeline) {
        pipeline.addLast(new IdleStateHandler(READER_IDLE_SECONDS, WRITER_IDLE_SECONDS, 0), new EchoHandler());
    }
}
