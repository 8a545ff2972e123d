/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.vertxsuite;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Each case is a correct set of runs with one thing spoilt. */
class JudgeTest {
    private static final String PASSED = "<testcase classname='a.B' name='%s'/>";
    private static final String FAILED = "<testcase classname='a.B' name='%s'><failure type='E' message='m'/>"
            + "</testcase>";
    private static final String SKIPPED = "<testcase classname='a.B' name='%s'><skipped/></testcase>";
    private static final String OURS = "groups.ours=2\nloops.ring=3\ncompletions=9\n";
    private static final String OWN = OURS + "sends=5\nreceives=5\n";

    @TempDir
    Path folder;

    @BeforeEach
    void makeRunsThatPass() throws IOException {
        for (Run run : Run.values()) {
            report(run, PASSED, FAILED);
        }
        proof(Run.BASELINE, "groups.foreign=2\n");
        proof(Run.HOSTED, OURS);
        proof(Run.OWN, OWN);
    }

    @Test
    void whatFailsOnEpollAsWellIsNoFault() throws IOException {
        assertFaults();
    }

    @Test
    void whatFailsOnOursOnlyIsAFault() throws IOException {
        report(Run.OWN, FAILED, FAILED);
        assertFaults("own: a.B#one failed: E: m");
    }

    @Test
    void whatIsSkippedOnOursOnlyIsAFault() throws IOException {
        report(Run.HOSTED, SKIPPED, FAILED);
        assertFaults("hosted: a.B#one was skipped");
    }

    @Test
    void whatDidNotRunOnOursIsAFault() throws IOException {
        report(Run.HOSTED, PASSED, "");
        assertFaults("hosted: a.B#two did not run");
    }

    @Test
    void whatFailsAndDidNotRunOnEpollIsAFault() throws IOException {
        report(Run.BASELINE, PASSED, "");
        assertFaults("hosted: a.B#two failed, and did not run in the baseline: E: m",
                "own: a.B#two failed, and did not run in the baseline: E: m");
    }

    @Test
    void aTestThatIsReportedTwiceFailsIfItFailedOnce() throws IOException {
        report(Run.OWN, FAILED, FAILED + PASSED.replace("%s", "one"));
        assertFaults("own: a.B#one failed: E: m");
    }

    @Test
    void aRunWithoutTestsIsAFault() throws IOException {
        report(Run.BASELINE, "", "");
        report(Run.HOSTED, PASSED, PASSED);
        report(Run.OWN, PASSED, PASSED);
        assertFaults("baseline: no test passed");
    }

    @Test
    void aRunWithoutProofIsAFault() throws IOException {
        Files.delete(folder.resolve("hosted/proof-1.txt"));
        assertFaults("hosted: does not prove what it is: groups.ours is 0",
                "hosted: does not prove what it is: loops.ring is 0",
                "hosted: does not prove what it is: completions is 0");
    }

    @Test
    void aLoopWithoutARingIsAFault() throws IOException {
        proof(Run.HOSTED, OURS + "loops.epoll=1\n");
        assertFaults("hosted: does not prove what it is: loops.epoll is 1, expected 0");
    }

    @Test
    void aChannelThatWentOverToEpollIsAFault() throws IOException {
        proof(Run.OWN, OWN + "reverts=1\n");
        assertFaults("own: does not prove what it is: reverts is 1, expected 0");
    }

    @Test
    void aGroupOfNettysIsAFaultInARunOfOurs() throws IOException {
        proof(Run.OWN, OWN + "groups.foreign=1\n");
        assertFaults("own: does not prove what it is: groups.foreign is 1, expected 0");
    }

    @Test
    void aGroupOfOursIsAFaultInTheBaseline() throws IOException {
        proof(Run.BASELINE, "groups.foreign=2\ngroups.ours=1\n");
        assertFaults("baseline: does not prove what it is: groups.ours is 1, expected 0");
    }

    @Test
    void nettysChannelsAreAFaultInTheRunOfOurChannels() throws IOException {
        proof(Run.OWN, OURS);
        assertFaults("own: does not prove what it is: sends is 0", "own: does not prove what it is: receives is 0");
    }

    @Test
    void ourChannelsAreAFaultInTheRunOfNettysChannels() throws IOException {
        proof(Run.HOSTED, OURS + "receives=1\n");
        assertFaults("hosted: does not prove what it is: receives is 1, expected 0");
    }

    @Test
    void whatAnotherRunHasLeftIsAFault() throws IOException {
        Files.writeString(folder.resolve("own/proof-2.txt"), "run=hosted\n" + OURS);
        assertFaults("own: does not prove what it is: proof-2.txt is of another run");
    }

    @Test
    void theCleanerLeavesWhatIsNotRunAgain() throws IOException {
        Cleaner.main(new String[] {folder.toString(), "baseline", "true", "hosted", "false", "own", "true"});
        assertEquals(List.of(true, false, true), List.of(Files.exists(folder.resolve("baseline")),
                Files.exists(folder.resolve("hosted")), Files.exists(folder.resolve("own"))));
    }

    private void report(Run run, String one, String two) throws IOException {
        // One more that passes, unless there are none.
        String three = one.isEmpty() && two.isEmpty() ? "" : PASSED;
        Path reports = Files.createDirectories(folder.resolve(run.id()).resolve("reports"));
        Files.writeString(reports.resolve("TEST-a.B.xml"), "<testsuite>" + one.replace("%s", "one")
                + two.replace("%s", "two") + three.replace("%s", "three") + "</testsuite>");
    }

    private void proof(Run run, String text) throws IOException {
        Files.writeString(folder.resolve(run.id()).resolve("proof-1.txt"), "run=" + run.id() + '\n' + text);
    }

    private void assertFaults(String... faults) throws IOException {
        assertEquals(List.of(faults), Judge.judge(folder.toString(), "baseline", "false", "hosted", "false",
                "own", "false"));
    }
}
