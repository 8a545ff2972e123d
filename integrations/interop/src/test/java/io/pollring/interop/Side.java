/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import io.netty.channel.EventLoopGroup;

/** The loops of one side of a test. Closing ends them, and proves what ran there. */
interface Side extends AutoCloseable {
    EventLoopGroup group();

    void awaitNoChannel() throws Exception;

    @Override
    void close() throws Exception;
}
