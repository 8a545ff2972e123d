/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.examples;

import java.io.PrintStream;

/** Runs an example from the command line and turns what goes wrong into one line and an exit status. */
final class Launcher {
    static final int OK = 0;
    static final int FAILED = 1;
    static final int BAD_ARGUMENTS = 2;

    private Launcher() {
    }

    /** The part of an example that runs once its arguments are known to be good. */
    interface Body {
        void run() throws Exception;
    }

    /** Makes a listening example of its options. */
    interface Listener {
        Server start(Options options) throws Exception;
    }

    /** Serves until the process is told to stop (SIGTERM or SIGINT), then stops in order. */
    static void serve(Options options, String[] args, Listener listener) {
        int status = run(options, args, System.out, System.err, () -> {
            Server server = listener.start(options);
            // The process ends when the hook has run, so the hook is where everything is closed.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                server.close();
                System.out.println(options.program() + ": stopped");
            }, "stop"));
            System.out.println(options.program() + ": " + server.describe());
        });
        if (status != OK) {
            System.exit(status);
        }
    }

    static int run(Options options, String[] args, PrintStream out, PrintStream err, Body body) {
        try {
            options.parse(args);
            if (options.helpWanted()) {
                out.print(options.usage());
                return OK;
            }
            body.run();
            return OK;
        } catch (BadArgumentException e) {
            err.println(options.program() + ": " + e.getMessage());
            err.println("--help lists the options.");
            return BAD_ARGUMENTS;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            err.println(options.program() + ": interrupted");
            return FAILED;
        } catch (Exception e) {
            err.println(options.program() + ": " + (e.getMessage() == null ? e.toString() : e.getMessage()));
            return FAILED;
        }
    }
}
