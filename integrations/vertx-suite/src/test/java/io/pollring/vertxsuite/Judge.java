/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.vertxsuite;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares the runs of Vert.x' test classes on our loops with the one on Netty's epoll, and fails the build unless
 * every test that passed there passes here, and each run shows that it was what it claims to be.
 *
 * <p>Arguments: the folder with one folder for each run; then for each run its name, and whether it was skipped.
 */
public final class Judge {
    private final Path folder;
    private final Results baseline;
    private final List<String> faults = new ArrayList<>();

    private Judge(Path folder) throws IOException {
        this.folder = folder;
        this.baseline = Results.read(folder.resolve(Run.BASELINE.id()).resolve("reports"));
    }

    public static void main(String[] args) throws IOException {
        List<String> faults = judge(args);
        if (!faults.isEmpty()) {
            faults.forEach(fault -> System.out.println("FAULT  " + fault));
            throw new IllegalStateException(faults.size() + " fault(s) in the runs of Vert.x' tests, see above");
        }
    }

    /** @return what is wrong, one line each; empty if the runs pass */
    static List<String> judge(String... args) throws IOException {
        Judge judge = new Judge(Paths.get(args[0]));
        for (int i = 1; i + 1 < args.length; i += 2) {
            Run run = Run.of(args[i]);
            if (Boolean.parseBoolean(args[i + 1])) {
                System.out.println(run.id() + ": skipped on request");
            } else {
                judge.judge(run);
            }
        }
        return judge.faults;
    }

    private void judge(Run run) throws IOException {
        Results results = run.isOurs() ? Results.read(folder.resolve(run.id()).resolve("reports")) : baseline;
        System.out.println(run.id() + ": " + results);
        if (results.count(Results.Outcome.PASSED) == 0) {
            fault(run, "no test passed");
        }
        LoopProof proof = LoopProof.read(folder.resolve(run.id()), run);
        proof.check(run).forEach(wrong -> fault(run, "does not prove what it is: " + wrong));
        if (run.isOurs()) {
            compare(run, results);
        } else {
            baseline.byTest().forEach((test, outcome) -> {
                if (outcome == Results.Outcome.FAILED) {
                    System.out.println("  fails on Netty's own epoll: " + test + " (" + baseline.message(test) + ')');
                }
            });
        }
    }

    private void compare(Run run, Results ours) {
        baseline.byTest().forEach((test, there) -> {
            Results.Outcome here = ours.byTest().get(test);
            if (here == null) {
                fault(run, test + " did not run");
            } else if (there == Results.Outcome.FAILED) {
                System.out.println("  fails on Netty's own epoll, and here it is " + here + ": " + test);
            } else if (here == Results.Outcome.FAILED) {
                fault(run, test + " failed: " + ours.message(test));
            } else if (here == Results.Outcome.SKIPPED && there == Results.Outcome.PASSED) {
                fault(run, test + " was skipped");
            }
        });
        ours.byTest().forEach((test, here) -> {
            if (here == Results.Outcome.FAILED && !baseline.byTest().containsKey(test)) {
                fault(run, test + " failed, and did not run in the baseline: " + ours.message(test));
            }
        });
    }

    private void fault(Run run, String text) {
        faults.add(run.id() + ": " + text);
    }
}
