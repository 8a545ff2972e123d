/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;

/**
 * Runs in each test JVM around the test classes: prepares the silent host before the first one, and after each brings
 * leaks to light and writes down what the event loops did ({@link ModeProof}).
 */
public final class SuiteListener implements TestExecutionListener {

    private static final int LEAK_PROBES = 3;

    private static SilentHost silentHost;

    /** Where this JVM writes its file of the given kind. */
    static Path forkFile(String kind) {
        String directory = System.getProperty("pollring.testsuite.directory", "target/suite/manual");
        return Paths.get(directory, Run.current().id(), kind + '-' + ProcessHandle.current().pid() + ".txt");
    }

    @Override
    public void testPlanExecutionStarted(TestPlan testPlan) {
        synchronized (SuiteListener.class) {
            if (silentHost == null) {
                try {
                    silentHost = new SilentHost();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                silentHost.announce();
            }
        }
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        test.getSource().filter(ClassSource.class::isInstance).map(ClassSource.class::cast)
                .ifPresent(source -> IncidentAppender.currentTest = source.getClassName());
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (test.getSource().filter(ClassSource.class::isInstance).isPresent()) {
            ModeProof.write(forkFile("proof"));
            reportLeaks();
        }
    }

    /** A leak is reported when a buffer is allocated after the leaked one was collected, so do both. */
    private static void reportLeaks() {
        List<ByteBufAllocator> allocators = List.of(PooledByteBufAllocator.DEFAULT, UnpooledByteBufAllocator.DEFAULT,
                ByteBufAllocator.DEFAULT, new AdaptiveByteBufAllocator());
        for (int i = 0; i < LEAK_PROBES; i++) {
            System.gc();
            try {
                // The collector hands references to the queue from a thread of its own, soon after.
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            allocators.forEach(allocator -> allocator.directBuffer(1).release());
        }
    }
}
