/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.kernels;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

import java.io.PrintStream;
import java.util.Map;
import java.util.TreeMap;

/** Counts what becomes of the tests of one class, and tells at once of those that fail. */
final class ClassReport implements TestExecutionListener {
    private static final int STACK_LINES = 25;

    /** How many tests were not run, by the reason. */
    private final Map<String, Integer> skipped = new TreeMap<>();
    private final PrintStream out;
    private int passed;
    private int failed;
    private volatile String running = "nothing";

    ClassReport(PrintStream out) {
        this.out = out;
    }

    @Override
    public synchronized void executionStarted(TestIdentifier test) {
        if (test.isTest()) {
            running = name(test);
        }
    }

    @Override
    public synchronized void executionSkipped(TestIdentifier test, String reason) {
        skipped.merge(reason, 1, Integer::sum);
    }

    @Override
    public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
        switch (result.getStatus()) {
            case ABORTED:
                skipped.merge(result.getThrowable().map(Throwable::getMessage).orElse("no reason"), 1, Integer::sum);
                break;
            case FAILED:
                failed++;
                out.println("  failed: " + name(test));
                result.getThrowable().ifPresent(this::printStack);
                break;
            default:
                passed += test.isTest() ? 1 : 0;
        }
    }

    private void printStack(Throwable failure) {
        out.println("    " + failure);
        StackTraceElement[] stack = failure.getStackTrace();
        for (int i = 0; i < Math.min(STACK_LINES, stack.length); i++) {
            out.println("      at " + stack[i]);
        }
        if (failure.getCause() != null && failure.getCause() != failure) {
            printStack(failure.getCause());
        }
    }

    /** With the numbers of a parameterized test. */
    private static String name(TestIdentifier test) {
        return test.getLegacyReportingName() + ' ' + test.getDisplayName();
    }

    /** What ran last. */
    String running() {
        return running;
    }

    synchronized boolean isGood() {
        return failed == 0 && passed + skipped.size() > 0;
    }

    synchronized String summary() {
        int notRun = skipped.values().stream().mapToInt(Integer::intValue).sum();
        return passed + " passed, " + failed + " failed, " + notRun + " not run";
    }

    synchronized void printReasons() {
        skipped.forEach((reason, times) -> out.println("  not run: " + reason + " (" + times + ')'));
    }
}
