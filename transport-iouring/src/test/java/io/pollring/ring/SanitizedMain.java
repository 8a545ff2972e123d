/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Runs the test classes that are its arguments; ends with status 0 if there were tests, and all have passed. */
final class SanitizedMain {
    private SanitizedMain() { }

    public static void main(String[] classes) {
        Throwable failure = Native.loadFailure();
        if (failure != null) {
            failure.printStackTrace();
            System.exit(2);
        }
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(Arrays.stream(classes).map(DiscoverySelectors::selectClass).collect(Collectors.toList()))
                .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, listener);
        listener.getSummary().printFailuresTo(new PrintWriter(System.out, true));
        boolean passed = listener.getSummary().getTotalFailureCount() == 0
                && listener.getSummary().getTestsSucceededCount() > 0;
        System.out.println(listener.getSummary().getTestsSucceededCount() + " passed with a library in "
                + SanitizedMain.class.getClassLoader().getResource("META-INF/native"));
        System.exit(passed ? 0 : 1);
    }
}
