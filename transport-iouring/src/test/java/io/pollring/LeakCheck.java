/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

/** Fails each class whose tests have left a buffer to the garbage collector; JUnit finds this by itself. */
public final class LeakCheck implements AfterAllCallback {
    private static final ListAppender<ILoggingEvent> LOG = new ListAppender<>();

    static {
        LOG.start();
        ((Logger) LoggerFactory.getLogger(ResourceLeakDetector.class)).addAppender(LOG);
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        assertEquals(List.of(), takeLeaks(), "buffers were not released");
    }

    /** What was collected without a release since this was last asked, as Netty tells it. */
    static List<String> takeLeaks() throws InterruptedException {
        // The references of the first collection are all queued when one of the second is.
        collect();
        collect();
        // The detector looks for leaks when it tracks a buffer.
        UnpooledByteBufAllocator.DEFAULT.directBuffer(1).release();
        synchronized (LOG) {
            List<String> leaks = new ArrayList<>(LOG.list).stream().map(ILoggingEvent::getFormattedMessage)
                    .filter(message -> message.contains("LEAK")).collect(Collectors.toList());
            LOG.list.clear();
            return leaks;
        }
    }

    /** Has the garbage collected, and waits until the collector has shown that it was. */
    private static void collect() throws InterruptedException {
        ReferenceQueue<Object> queue = new ReferenceQueue<>();
        WeakReference<Object> garbage = new WeakReference<>(new Object(), queue);
        System.gc();
        assertNotNull(queue.remove(10_000), () -> "nothing was collected, not even " + garbage);
    }
}
