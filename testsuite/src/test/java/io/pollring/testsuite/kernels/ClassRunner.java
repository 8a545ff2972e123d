/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.kernels;

import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs test classes where there is no Maven: {@code ClassRunner SECONDS CLASS...}. Prints a line that begins with
 * {@code class:} for each, as soon as it is over. A class that takes longer than so many seconds ends the run, with the
 * stacks of all threads.
 */
public final class ClassRunner {
    private static final int HUNG = 99;

    /** Tests may replace System.out. */
    private final PrintStream out = System.out;
    private final Launcher launcher = LauncherFactory.create();
    private final int limitSeconds;

    private ClassRunner(int limitSeconds) {
        this.limitSeconds = limitSeconds;
    }

    public static void main(String[] args) throws InterruptedException {
        ClassRunner runner = new ClassRunner(Integer.parseInt(args[0]));
        boolean good = true;
        for (String name : Arrays.asList(args).subList(1, args.length)) {
            good &= runner.run(name);
        }
        // Threads that a test has left must not keep the machine up.
        Runtime.getRuntime().halt(good ? 0 : 1);
    }

    private boolean run(String name) throws InterruptedException {
        ClassReport report = new ClassReport(out);
        long start = System.nanoTime();
        Thread thread = new Thread(() -> launcher.execute(LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClass(name)).build(), report), "tests");
        thread.start();
        thread.join(TimeUnit.SECONDS.toMillis(limitSeconds));
        if (thread.isAlive()) {
            printHang(name, report);
            Runtime.getRuntime().halt(HUNG);
        }
        report.printReasons();
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        out.println("class: " + name + ' ' + (report.isGood() ? "good" : "bad") + " (" + report.summary() + ", "
                + millis / 1000 + '.' + millis / 100 % 10 + " s)");
        out.flush();
        return report.isGood();
    }

    private void printHang(String name, ClassReport report) {
        for (Map.Entry<Thread, StackTraceElement[]> entry : Thread.getAllStackTraces().entrySet()) {
            out.println("thread " + entry.getKey().getName() + ", " + entry.getKey().getState());
            for (StackTraceElement element : entry.getValue()) {
                out.println("  at " + element);
            }
        }
        out.println("class: " + name + " bad (not over in " + limitSeconds + " s, in " + report.running() + ')');
        out.flush();
    }
}
