/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The path of a listening UNIX domain socket is there for as long as it is needed, and leaves nothing behind. */
class DomainSocketTest {

    @ParameterizedTest
    @EnumSource(Transport.class)
    void thePathGoesWithTheListener(Transport transport) throws Exception {
        // Netty's own io_uring does not fall back to anything where there is no ring.
        assumeTrue(transport.isOurs() || transport.unavailabilityCause() == null, "not to be had here");
        MultiThreadIoEventLoopGroup group = transport.newGroup(1, new DefaultThreadFactory("loop"));
        try {
            Path path;
            try (Listener listener = Listener.open(group, transport, Service.DOMAIN)) {
                path = Path.of((String) listener.whereabouts().get("path"));
                assertTrue(Files.exists(path), path.toString());
            }
            assertFalse(Files.exists(path.getParent()), path.toString());
        } finally {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }
}
