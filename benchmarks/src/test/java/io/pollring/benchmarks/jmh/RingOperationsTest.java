/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.jmh;

import io.pollring.channel.IoUring;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Every operation runs, does what its figure is said to be of (the benchmarks themselves look), and allocates nothing.
 *
 * <p>A number of invocations is measured, not a time: how much is allocated then does not depend on how busy the
 * machine is. In this JVM, because starting one for each operation would take longer than the operations.
 */
@Timeout(300)
class RingOperationsTest {
    private static final int INVOCATIONS = 20_000;
    /**
     * JMH allocates 7 kB around an iteration, so a third of a byte per invocation, whatever is measured. An object has
     * 8 bytes at least, and 16 in most JVMs, so this finds one that is made in every second invocation: no operation
     * has to make one, nor does a turn of the loop.
     */
    private static final double MAX_BYTES_PER_INVOCATION = 4;

    private static Collection<RunResult> results;

    @BeforeAll
    static void runAll() throws RunnerException {
        // JMH's lock, a file for the whole machine, keeps timings apart. None is taken here.
        System.setProperty("jmh.ignoreLock", "true");
        ChainedOptionsBuilder options = new OptionsBuilder()
                .mode(Mode.SingleShotTime).forks(0).addProfiler(GCProfiler.class)
                .warmupIterations(1).warmupBatchSize(INVOCATIONS)
                .measurementIterations(3).measurementBatchSize(INVOCATIONS)
                .shouldFailOnError(true).verbosity(VerboseMode.SILENT);
        if (IoUring.isAvailable()) {
            options.include(RingOperationsTest.class.getPackageName());
        } else {
            options.include("SqeWrite|CqeDrain|Reify|Dispatch").param("kernel", KernelKind.MEMORY.name());
        }
        results = new Runner(options.build()).run();
    }

    @Test
    void allOperationsRun() {
        assertEquals(IoUring.isAvailable() ? 15 : 8, results.size());
        for (RunResult result : results) {
            assertTrue(result.getPrimaryResult().getScore() > 0, label(result));
        }
    }

    @Test
    void noOperationAllocates() {
        List<Executable> checks = new ArrayList<>();
        for (RunResult result : results) {
            double bytes = bytesPerInvocation(result);
            // Not a number where this JVM does not count what a thread allocates; which then is a failure, too.
            checks.add(() -> assertTrue(bytes < MAX_BYTES_PER_INVOCATION,
                    label(result) + " allocates " + bytes + " bytes per invocation"));
        }
        assertAll(checks);
    }

    /** The least of all iterations: while one runs, another thread of this JVM may allocate. */
    private static double bytesPerInvocation(RunResult result) {
        double least = Double.POSITIVE_INFINITY;
        for (IterationResult iteration : result.getAggregatedResult().getIterationResults()) {
            least = Math.min(least, iteration.getSecondaryResults().get("gc.alloc.rate.norm").getScore());
        }
        // In this mode JMH takes all invocations of an iteration for one.
        return least * result.getParams().getOpsPerInvocation() / INVOCATIONS;
    }

    private static String label(RunResult result) {
        String kernel = result.getParams().getParam("kernel");
        return result.getParams().getBenchmark() + (kernel == null ? "" : " on " + kernel);
    }
}
