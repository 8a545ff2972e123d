/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.agent;

import java.lang.instrument.Instrumentation;

/**
 * {@code java -javaagent:pollring-agent.jar}: what asks Netty for its epoll loops gets Pollring's, under Netty's names.
 */
public final class Agent {
    private Agent() { }

    /** Called by the JVM before the program's own {@code main}. */
    public static void premain(String arguments, Instrumentation instrumentation) {
        Settings settings = Settings.fromSystemProperties();
        if (settings.isOff()) {
            Report.line("switched off by " + Settings.OFF + "; nothing is changed");
            return;
        }
        Bridge.begin(settings);
        instrumentation.addTransformer(new NettyTransformer(settings));
    }

    /**
     * Called by the JVM when a tool attaches to a program that runs: too late, as there may be loops already, and a
     * program half of whose loops are others would be hard to understand.
     *
     * @throws IllegalStateException always
     */
    public static void agentmain(String arguments, Instrumentation instrumentation) {
        String reason = "cannot be attached to a program that runs, whose event loops may be there already; "
                + "start it with -javaagent:pollring-agent.jar";
        Report.line(reason);
        throw new IllegalStateException("the Pollring agent " + reason);
    }
}
