/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.faults;

import io.pollring.testsuite.harness.Family;
import io.pollring.testsuite.harness.Mode;
import io.pollring.testsuite.harness.Program;
import io.pollring.testsuite.harness.Run;
import org.junit.jupiter.api.Test;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Connections survive system calls that fail, fall short and come late, or end as they must; the others of their loop
 * do not notice. A seed that Netty's epoll does not survive is printed, and not counted.
 *
 * <p>{@code -Dpollring.faults.seeds=20} runs so many, from {@code -Dpollring.faults.first=1} on, each for
 * {@code -Dpollring.faults.millis=2000}, and then until all faults that are looked for have come up.
 */
public class FaultsTest {
    private static final int SEEDS = Integer.getInteger("pollring.faults.seeds", 1);
    private static final int FIRST = Integer.getInteger("pollring.faults.first", 1);
    private static final int MILLIS = Integer.getInteger("pollring.faults.millis", 2000);

    /** Of those with a bar in between one is enough. */
    private static final List<String> HARMLESS = List.of("recv SHORT|recv EINTR|recv EAGAIN|recv DELAY",
            "send SHORT|writev SHORT", "send EINTR|writev EINTR", "send EAGAIN|writev EAGAIN", "accept4 EINTR",
            "enter EAGAIN|enter SHORT", "enter EINTR", "enter DELAY", "ring_poll END", "ring_update EDGE");
    private static final List<String> HARD = List.of(
            "recv ECONNRESET|send ECONNRESET|writev ECONNRESET|send EPIPE|writev EPIPE",
            "accept4 EMFILE|accept4 ENFILE|accept4 ENOMEM|accept4 ENOBUFS|socket EMFILE|socket ENFILE|socket ENOMEM"
                    + "|socket ENOBUFS|epoll_ctl ENOMEM|epoll_ctl ENOSPC",
            "enter EAGAIN|enter EBUSY|enter EINTR|enter EBADR", "ring_poll ENOMEM");
    /** What only our own channels ask the ring for. */
    private static final List<String> OWN_HARMLESS = List.of("ring_send SHORT|ring_send EAGAIN",
            "ring_recv EINTR|ring_recv ENOMEM|ring_recv ENOBUFS", "ring_recv END");
    private static final List<String> OWN_HARD = List.of("ring_recv ECONNRESET|ring_send ECONNRESET|ring_send EPIPE"
            + "|ring_send ENOMEM|ring_send ENOBUFS");
    /** Told by the library where the kernel answers no request as it is told to. */
    private static final String REQUESTS_LEFT_ALONE = "requests are left alone";

    /** All but {@code epoll_ctl}: Netty's epoll does not survive that it fails, and we must. */
    private static final String CALLS_FOR_EPOLL = "read,readv,recv,recvfrom,recvmsg,write,writev,send,sendto,sendmsg,"
            + "splice,sendfile,accept4,socket,epoll_wait,timerfd_settime,eventfd_write,recvmmsg,sendmmsg";

    @Test
    public void hostedChannelsLoseNothing_whenCallsFallShortAndComeLate() throws Exception {
        survive(FaultTransport.HOSTED, "harmless", HARMLESS);
    }

    @Test
    public void ownChannelsLoseNothing_whenCallsFallShortAndComeLate() throws Exception {
        survive(FaultTransport.OWN, "harmless", concat(HARMLESS, OWN_HARMLESS));
    }

    @Test
    public void hostedChannelsEnd_whenCallsFail() throws Exception {
        survive(FaultTransport.HOSTED, "hard", HARD);
    }

    @Test
    public void ownChannelsEnd_whenCallsFail() throws Exception {
        survive(FaultTransport.OWN, "hard", concat(HARD, OWN_HARD));
    }

    private static List<String> concat(List<String> some, List<String> more) {
        return Stream.concat(some.stream(), more.stream()).collect(Collectors.toList());
    }

    /** @param expected faults that must have come up over all seeds */
    private static void survive(FaultTransport transport, String profile, List<String> expected) throws Exception {
        assumeTrue(Run.current().equals(new Run(Mode.RING, Family.OWN)), "needs no other run");
        List<String> failures = new ArrayList<>();
        Map<String, Integer> faults = new HashMap<>();
        for (int seed = FIRST; seed < FIRST + SEEDS; seed++) {
            List<String> output = run(transport, profile, seed, expected, faults);
            if (output.contains("exit=0")) {
                continue;
            }
            String failure = "seed " + seed + ", " + profile + " on " + transport + ":\n" + String.join("\n", output);
            if (run(FaultTransport.EPOLL, profile, seed, List.of(), new HashMap<>()).contains("exit=0")) {
                failures.add(failure);
            } else {
                System.out.println("Not counted, as Netty's epoll does not survive it, either: " + failure);
            }
        }
        assertEquals(List.of(), failures);
        for (String alternatives : expected) {
            if (alternatives.startsWith("ring_") && faults.containsKey(REQUESTS_LEFT_ALONE)) {
                continue;
            }
            int count = 0;
            for (String fault : alternatives.split("\\|")) {
                count += faults.getOrDefault(fault, 0);
            }
            assertTrue(count > 0, () -> "seed " + FIRST + ": no fault " + alternatives + " in " + faults);
        }
    }

    private static List<String> run(FaultTransport transport, String profile, int seed, List<String> expected,
                                    Map<String, Integer> faults) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("-ea", "-Xmx512m", "-XX:+UseSerialGC",
                "-cp", Program.classPath(), FaultProgram.class.getName(), transport.name(), profile, "" + seed,
                "" + MILLIS));
        // What is rare may need longer: whether it comes up is no matter of luck.
        arguments.addAll(expected);
        Path report = Files.createTempFile("faults", ".txt");
        try {
            List<String> output = Program.runWith(List.of("LD_PRELOAD=" + library(), "POLLRING_FAULTS=" + profile,
                    "POLLRING_FAULTS_SEED=" + seed, "POLLRING_FAULTS_REPORT=" + report, "POLLRING_FAULTS_PAUSED=1",
                    "POLLRING_FAULTS_CALLS=" + (transport == FaultTransport.EPOLL ? CALLS_FOR_EPOLL : "")),
                    arguments);
            for (String line : Files.readAllLines(report)) {
                if (line.equals(REQUESTS_LEFT_ALONE)) {
                    faults.put(line, 1);
                } else if (line.startsWith("fault ")) {
                    String fault = line.substring("fault ".length(), line.lastIndexOf(' '));
                    faults.merge(fault, Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1)), Integer::sum);
                }
            }
            return output;
        } finally {
            Files.delete(report);
        }
    }

    private static String library() {
        String path = System.getProperty("pollring.testsuite.faultLibrary");
        assertTrue(path != null && new File(path).isFile(), () -> "no library of faults at " + path);
        return path;
    }
}
