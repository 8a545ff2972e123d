/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring;

import ch.qos.logback.classic.Logger;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class LeakCheckTest {

    @Test
    void aForgottenBufferIsNoticedOnce() throws Exception {
        assertEquals(List.of(), LeakCheck.takeLeaks());
        Logger log = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
        // This one shall not be looked for by whoever reads the console.
        log.setAdditive(false);
        try {
            // Netty tells each place once, but for what is touched with another hint.
            String hint = "forgotten at " + System.nanoTime();
            PooledByteBufAllocator.DEFAULT.heapBuffer(1).touch(hint);
            List<String> leaks = LeakCheck.takeLeaks();
            assertEquals(1, leaks.size(), leaks::toString);
            assertTrue(leaks.get(0).contains(hint), leaks::toString);
            assertEquals(List.of(), LeakCheck.takeLeaks());
        } finally {
            log.setAdditive(true);
        }
    }

    @Test
    void aReleasedBufferIsNoLeak() throws Exception {
        ByteBuf kept = UnpooledByteBufAllocator.DEFAULT.directBuffer(1);
        UnpooledByteBufAllocator.DEFAULT.directBuffer(1).release();
        assertEquals(List.of(), LeakCheck.takeLeaks());
        kept.release();
    }
}
