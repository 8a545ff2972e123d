/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The judge must not let anything pass: each case is a correct pair of runs with one thing spoilt. */
public class SuiteJudgeTest {

    private static final String PASSED = "<testcase classname='a.FooTest' name='%s'/>";
    private static final String FAILED = "<testcase classname='a.FooTest' name='%s'><failure type='E' message='m'/>"
            + "</testcase>";
    private static final String SKIPPED = "<testcase classname='a.FooTest' name='%s'><skipped/></testcase>";
    private static final String ATTEMPT = "<testcase classname='a.FooTest' name='%s'>"
            + "<skipped>Do not fail completely, but repeat the test</skipped></testcase>";
    private static final String RING_PROOF = "run=ring\nloops.RING=4\nrings=4\nenters=9\nsqes=9\ncqes=9\n"
            + "pollsArmed=9\nlargestCompletionQueue=4096\n";

    @TempDir
    Path directory;

    @BeforeEach
    public void makeRunsThatPass() throws IOException {
        report("baseline", PASSED, FAILED);
        report("ring", PASSED, FAILED);
        Files.writeString(directory.resolve("ring/proof-1.txt"), RING_PROOF);
        Files.writeString(directory.resolve("list.txt"), "# all\n**/Foo*.java\n");
        Files.writeString(directory.resolve("excluded.txt"), "# none\n");
    }

    @Test
    public void shouldPass_whenOursFailsWhereTheBaselineFails() throws IOException {
        assertEquals(List.of(), judge());
    }

    @Test
    public void shouldPass_whenOursPassesWhereTheBaselineFails() throws IOException {
        report("ring", PASSED, PASSED);
        assertEquals(List.of(), judge());
    }

    @Test
    public void shouldFail_whenOursFailsWhereTheBaselinePasses() throws IOException {
        report("ring", FAILED, FAILED);
        assertFault("a.FooTest#one failed");
    }

    @Test
    public void shouldFail_whenOursSkipsWhatTheBaselineRuns() throws IOException {
        report("ring", PASSED + SKIPPED.replace("%s", "three"), FAILED);
        report("baseline", PASSED + PASSED.replace("%s", "three"), FAILED);
        assertFault("a.FooTest#three was skipped");
    }

    /** A test that Netty lets be attempted several times: in the baseline at the first, here at the second. */
    @Test
    public void shouldPass_whenALaterAttemptPassesThatTheTestsAuthorsAllow() throws IOException {
        report("baseline", PASSED + PASSED.replace("%s", "three[1]") + ATTEMPT.replace("%s", "three[2]"), FAILED);
        report("ring", PASSED + ATTEMPT.replace("%s", "three[1]") + PASSED.replace("%s", "three[2]"), FAILED);
        assertEquals(List.of(), judge());
    }

    @Test
    public void shouldFail_whenEveryAttemptFails() throws IOException {
        report("baseline", PASSED + PASSED.replace("%s", "three[1]") + ATTEMPT.replace("%s", "three[2]"), FAILED);
        report("ring", PASSED + ATTEMPT.replace("%s", "three[1]") + FAILED.replace("%s", "three[2]"), FAILED);
        assertFault("a.FooTest#three failed");
    }

    @Test
    public void shouldFail_whenNoAttemptWasMadeToTheEnd() throws IOException {
        report("baseline", PASSED + PASSED.replace("%s", "three[1]") + ATTEMPT.replace("%s", "three[2]"), FAILED);
        report("ring", PASSED + ATTEMPT.replace("%s", "three[1]"), FAILED);
        assertFault("a.FooTest#three was skipped");
    }

    @Test
    public void shouldFail_whenOursRanLess() throws IOException {
        report("ring", PASSED, "");
        assertFault("a.FooTest#two did not run");
    }

    @Test
    public void shouldFail_whenOursRanNothing() throws IOException {
        report("ring", "", "");
        assertFault("no test passed");
    }

    @Test
    public void shouldFail_whenTheBaselineRanNothing() throws IOException {
        report("baseline", "", "");
        assertFault("baseline: no test passed");
    }

    @Test
    public void shouldFail_whenABufferLeaked() throws IOException {
        Files.writeString(directory.resolve("ring/incidents-1.txt"), "LEAK\ta.FooTest\tLEAK: ByteBuf.release()\n");
        assertFault("LEAK");
    }

    @Test
    public void shouldFail_whenNoJvmProvesItsMode() throws IOException {
        Files.delete(directory.resolve("ring/proof-1.txt"));
        assertFault("does not prove what it is: cqes is 0");
    }

    @Test
    public void shouldFail_whenAJvmRanInAnotherMode() throws IOException {
        Files.writeString(directory.resolve("ring/proof-2.txt"), RING_PROOF.replace("run=ring", "run=noring"));
        assertFault("a JVM ran as noring");
    }

    @Test
    public void shouldFail_whenAChannelRevertedInModeRing() throws IOException {
        Files.writeString(directory.resolve("ring/proof-2.txt"), RING_PROOF + "reverts=1\nreverts.EINVAL=1\n");
        assertFault("reverts is 1, expected 0");
    }

    @Test
    public void shouldFail_whenARunOfHostedChannelsMadeOurOwn() throws IOException {
        Files.writeString(directory.resolve("ring/proof-2.txt"), RING_PROOF + "ownChannels=1\n");
        assertFault("ownChannels is 1, expected 0");
    }

    @Test
    public void shouldFail_whenARunOfOurOwnChannelsMadeNone() throws IOException {
        report("own-ring", PASSED, FAILED);
        Files.writeString(directory.resolve("own-ring/proof-1.txt"), RING_PROOF.replace("run=ring", "run=own-ring")
                + "sends=5\nreceives=5\n");
        List<String> faults = SuiteJudge.judge(directory.toString(), "own-ring", "false",
                directory.resolve("list.txt").toString(), directory.resolve("excluded.txt").toString());
        assertEquals(List.of("own-ring: does not prove what it is: ownChannels is 0"), faults);
    }

    @Test
    public void shouldFail_whenTheRingHasMovedNoBytesOfOurOwnChannels() throws IOException {
        report("own-ring", PASSED, FAILED);
        Files.writeString(directory.resolve("own-ring/proof-1.txt"), RING_PROOF.replace("run=ring", "run=own-ring")
                + "ownChannels=3\nsends=5\n");
        List<String> faults = SuiteJudge.judge(directory.toString(), "own-ring", "false",
                directory.resolve("list.txt").toString(), directory.resolve("excluded.txt").toString());
        assertEquals(List.of("own-ring: does not prove what it is: receives is 0"), faults);
    }

    @Test
    public void shouldPass_whenWhatDidNotRunIsExcluded() throws IOException {
        report("ring", PASSED, "");
        Files.writeString(directory.resolve("ring/reports/TEST-a.FooTest.xml"),
                "<testsuite><testcase classname='a.OtherTest' name='one'/></testsuite>");
        assertFault("a.FooTest#one did not run");
        Files.writeString(directory.resolve("excluded.txt"), "**/FooTest.java\n");
        assertEquals(List.of(), judge());
    }

    private void report(String mode, String one, String two) throws IOException {
        Path reports = Files.createDirectories(directory.resolve(mode).resolve("reports"));
        Files.writeString(reports.resolve("TEST-a.FooTest.xml"),
                "<testsuite>" + one.replace("%s", "one") + two.replace("%s", "two") + "</testsuite>");
    }

    private List<String> judge() throws IOException {
        return SuiteJudge.judge(directory.toString(), "ring", "false", directory.resolve("list.txt").toString(),
                directory.resolve("excluded.txt").toString(), "own-tiny", "true", "none", "none");
    }

    private void assertFault(String expected) throws IOException {
        List<String> faults = judge();
        assertTrue(faults.stream().anyMatch(fault -> fault.contains(expected)), faults::toString);
    }
}
