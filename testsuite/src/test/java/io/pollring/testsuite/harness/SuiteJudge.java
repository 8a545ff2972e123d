/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

import io.pollring.testsuite.harness.SuiteResults.Outcome;
import io.pollring.testsuite.harness.SuiteResults.Result;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Compares each run of the suite on our loops with the run of the same classes on Netty's own epoll, and fails the
 * build unless every test that passed there passes here. Also fails it when a run of ours executed less, leaked, logged
 * a failed assertion, or does not prove that it was what it claims to be.
 * <p>
 * Arguments: the directory with one directory for each run; then for each run its name, whether it was skipped, the
 * file that lists the classes it must have run, and the file that lists those of them it cannot or need not run.
 */
public final class SuiteJudge {

    private final Path directory;
    private final SuiteResults baseline;
    private final List<String> faults = new ArrayList<>();

    private SuiteJudge(Path directory) throws IOException {
        this.directory = directory;
        baseline = SuiteResults.read(directory.resolve(Run.BASELINE.id()).resolve("reports"));
    }

    public static void main(String[] args) throws IOException {
        List<String> faults = judge(args);
        if (!faults.isEmpty()) {
            faults.forEach(fault -> System.out.println("FAULT  " + fault));
            throw new IllegalStateException(faults.size() + " fault(s) in the runs of Netty's tests, see above");
        }
    }

    /** @return what is wrong, one line each; empty if the runs pass */
    static List<String> judge(String... args) throws IOException {
        SuiteJudge judge = new SuiteJudge(Paths.get(args[0]));
        judge.judgeBaseline();
        for (int i = 1; i + 3 < args.length; i += 4) {
            if (Boolean.parseBoolean(args[i + 1])) {
                System.out.println(args[i] + ": skipped on request");
            } else {
                judge.judge(Run.of(args[i]), ClassList.read(Paths.get(args[i + 2])),
                        ClassList.read(Paths.get(args[i + 3])));
            }
        }
        return judge.faults;
    }

    private void judgeBaseline() throws IOException {
        summarize(Run.BASELINE, baseline);
        if (baseline.count(Outcome.PASSED) == 0) {
            faults.add("baseline: no test passed");
        }
        baseline.byTest().forEach((test, result) -> {
            if (result.outcome == Outcome.FAILED) {
                System.out.println("  fails on Netty's own epoll: " + test + " (" + shorten(result.message) + ')');
            }
        });
        for (String incident : lines(Run.BASELINE, "incidents")) {
            System.out.println("  incident on Netty's own epoll: " + shorten(incident));
        }
    }

    private void judge(Run run, ClassList expected, ClassList excluded) throws IOException {
        SuiteResults ours = SuiteResults.read(directory.resolve(run.id()).resolve("reports"));
        summarize(run, ours);
        baseline.byTest().forEach((test, there) -> {
            if (expected.contains(there.testClass) && !excluded.contains(there.testClass)) {
                compare(run, test, there, ours.byTest().get(test));
            }
        });
        ours.byTest().forEach((test, here) -> {
            if (!baseline.byTest().containsKey(test) && here.outcome == Outcome.FAILED) {
                fault(run, test + " failed, and did not run in the baseline: " + here.message);
            }
        });
        if (ours.count(Outcome.PASSED) == 0) {
            fault(run, "no test passed");
        }
        judgeIncidents(run);
        ModeProof.check(run, proofs(run)).forEach(fault -> fault(run, "does not prove what it is: " + fault));
    }

    private void compare(Run run, String test, Result there, Result here) {
        if (here == null) {
            fault(run, test + " did not run");
        } else if (here.outcome == Outcome.FAILED) {
            if (there.outcome == Outcome.FAILED) {
                System.out.println("  fails here and on Netty's own epoll: " + test + ": " + shorten(here.message));
            } else {
                fault(run, test + " failed: " + here.message);
            }
        } else if (here.outcome == Outcome.SKIPPED && there.outcome == Outcome.PASSED) {
            fault(run, test + " was skipped");
        } else if (here.outcome == Outcome.PASSED && there.outcome == Outcome.FAILED) {
            System.out.println("  passes here and not on Netty's own epoll: " + test);
        }
    }

    /** An incident is excused only if Netty's own epoll had one of the same kind in the same class. */
    private void judgeIncidents(Run run) throws IOException {
        TreeSet<String> excused = lines(Run.BASELINE, "incidents").stream()
                .map(SuiteJudge::kindAndClass).collect(Collectors.toCollection(TreeSet::new));
        for (String incident : lines(run, "incidents")) {
            if (excused.contains(kindAndClass(incident))) {
                System.out.println("  incident here and on Netty's own epoll: " + shorten(incident));
            } else {
                fault(run, incident);
            }
        }
    }

    private static String kindAndClass(String incident) {
        String[] fields = incident.split("\t", 3);
        return fields[0] + '\t' + fields[1];
    }

    private void fault(Run run, String text) {
        faults.add(run.id() + ": " + text);
    }

    private static void summarize(Run run, SuiteResults results) {
        Map<String, Result> tests = results.byTest();
        long classes = tests.values().stream().map(result -> result.testClass).distinct().count();
        System.out.println(run.id() + ": " + classes + " classes, " + tests.size() + " tests, "
                + results.count(Outcome.PASSED) + " passed, " + results.count(Outcome.FAILED) + " failed, "
                + results.count(Outcome.SKIPPED) + " skipped");
    }

    private List<String> lines(Run run, String kind) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Path file : files(run, kind)) {
            lines.addAll(Files.readAllLines(file));
        }
        return lines;
    }

    private List<Properties> proofs(Run run) throws IOException {
        List<Properties> proofs = new ArrayList<>();
        for (Path file : files(run, "proof")) {
            Properties proof = new Properties();
            try (Reader reader = Files.newBufferedReader(file)) {
                proof.load(reader);
            }
            proofs.add(proof);
        }
        return proofs;
    }

    private List<Path> files(Run run, String kind) throws IOException {
        List<Path> files = new ArrayList<>();
        Path forkFiles = directory.resolve(run.id());
        if (Files.isDirectory(forkFiles)) {
            try (DirectoryStream<Path> stream = Files.newDirectoryStream(forkFiles, kind + "-*.txt")) {
                stream.forEach(files::add);
            }
        }
        return files;
    }

    private static String shorten(String text) {
        return text.length() > 200 ? text.substring(0, 200) + "..." : text;
    }
}
