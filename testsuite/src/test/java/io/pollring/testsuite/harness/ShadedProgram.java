/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

import io.netty.channel.EventLoopGroup;
import io.pollring.channel.IoUring;
import io.pollring.channel.IoUringEventLoopGroup;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** What a relocated copy of Netty and Pollring is asked to do. It answers with a string, the types they share. */
public final class ShadedProgram implements Callable<String> {

    private static final int BYTES = 1 << 20;

    @Override
    public String call() throws Exception {
        IoUring.ensureAvailability();
        EventLoopGroup group = new IoUringEventLoopGroup(1);
        try {
            AtomicReference<String> answer = new AtomicReference<>();
            Echo.roundTrip(group, BYTES, (server, client) -> answer.set(
                    client.getClass().getName() + " on " + IoUring.backend(client)));
            return answer.get();
        } finally {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }
}
