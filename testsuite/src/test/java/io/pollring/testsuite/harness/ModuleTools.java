/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.spi.ToolProvider;

/** The JDK's tools for modules. */
public final class ModuleTools {

    private ModuleTools() { }

    /** Runs a tool, and fails with what it printed if it fails. */
    public static void run(String tool, String... arguments) {
        StringWriter output = new StringWriter();
        PrintWriter writer = new PrintWriter(output);
        int exit = ToolProvider.findFirst(tool).orElseThrow(() -> new AssertionError("no " + tool + " in this JDK"))
                .run(writer, writer, arguments);
        writer.flush();
        if (exit != 0) {
            throw new AssertionError(tool + ' ' + String.join(" ", arguments) + ": exit " + exit + '\n' + output);
        }
    }
}
