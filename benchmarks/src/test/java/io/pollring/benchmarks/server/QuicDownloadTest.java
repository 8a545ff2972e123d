/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A download, without QUIC. */
class QuicDownloadTest {
    private static final byte[] MESSAGE = {1, 2, 3, 4, 5, 6, 7, 8};

    private final QuicLoad load = new QuicLoad(Unpooled.wrappedBuffer(MESSAGE));
    private final EmbeddedChannel stream = new EmbeddedChannel(new QuicDownload(load));

    @AfterEach
    void close() {
        stream.finishAndReleaseAll();
    }

    private Promise<Map<String, Object>> begin(long messages, long nanos) {
        Promise<Map<String, Object>> report = ImmediateEventExecutor.INSTANCE.newPromise();
        load.begin(messages, nanos, report);
        return report;
    }

    private int requests() {
        int requests = 0;
        for (ByteBuf request = stream.readOutbound(); request != null; request = stream.readOutbound()) {
            assertEquals(Long.BYTES, request.readableBytes());
            ReferenceCountUtil.release(request);
            requests++;
        }
        return requests;
    }

    private void receive(int... bytes) {
        ByteBuf buffer = Unpooled.buffer();
        for (int value : bytes) {
            buffer.writeByte(value);
        }
        stream.writeInbound(buffer);
    }

    @Test
    void twoMessagesAreAskedForAtATimeUntilThereWereEnough() {
        Promise<Map<String, Object>> report = begin(3, Long.MAX_VALUE);
        assertEquals(2, requests());
        receive(1, 2, 3, 4, 5, 6, 7);
        assertEquals(0, requests());
        receive(8, 1);
        assertEquals(1, requests());
        receive(2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7);
        assertFalse(report.isDone());
        receive(8);
        assertEquals(0, requests());
        assertEquals(3L, report.getNow().get("messages"));
        assertTrue((long) report.getNow().get("elapsedNanos") > 0);
    }

    @Test
    void nothingIsAskedForWhenTheTimeIsOver() {
        Promise<Map<String, Object>> report = begin(Long.MAX_VALUE, 0);
        assertEquals(0, requests());
        assertEquals(0L, report.getNow().get("messages"));
    }

    @Test
    void messagesAreDividedAmongStreams() {
        EmbeddedChannel other = new EmbeddedChannel(new QuicDownload(load));
        Promise<Map<String, Object>> report = begin(1, Long.MAX_VALUE);
        assertEquals(1, requests());
        assertNull(other.readOutbound());
        receive(1, 2, 3, 4, 5, 6, 7, 8);
        assertEquals(1L, report.getNow().get("messages"));
        other.finishAndReleaseAll();
    }

    @Test
    void aByteThatIsWrongEndsTheLoad() {
        Promise<Map<String, Object>> report = begin(2, Long.MAX_VALUE);
        receive(1, 2, 3, 4, 5, 6, 7, 8, 1, 2);
        receive(3, 4, 5, 6, 7, 7);
        assertEquals("message 1 is wrong within 6 bytes from 2", report.cause().getMessage());
        assertFalse(stream.isOpen());
    }

    @Test
    void whatNobodyHasAskedForEndsTheNextLoad() {
        Promise<Map<String, Object>> report = begin(1, Long.MAX_VALUE);
        receive(1, 2, 3, 4, 5, 6, 7, 8, 1);
        assertTrue(report.isSuccess());
        assertEquals("message 1 is wrong within 1 bytes from 0",
                begin(1, Long.MAX_VALUE).cause().getMessage());
    }

    @Test
    void aStreamThatIsClosedEndsTheLoad() {
        Promise<Map<String, Object>> report = begin(1, Long.MAX_VALUE);
        stream.close();
        assertEquals("a stream was closed", report.cause().getMessage());
    }
}
