/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

import io.netty.channel.EventLoop;
import io.pollring.channel.IoUring;
import io.pollring.channel.IoUringBackend;
import io.pollring.channel.IoUringMetrics;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * What shows that a test JVM ran as it claims: on which backend its loops were, what they counted, which rings the
 * kernel says the process has, and whether it made channels of ours. Written by the JVM itself, checked by
 * {@link SuiteJudge}.
 */
final class ModeProof {

    /** The highest value seen of each fact: a loop that is gone by the next look still counts. */
    private static final Map<String, Long> FACTS = new TreeMap<>();

    private ModeProof() { }

    static synchronized void write(Path file) {
        if (TestLoops.isBaseline()) {
            return;
        }
        collect().forEach((fact, value) -> FACTS.merge(fact, value, Math::max));
        StringBuilder text = new StringBuilder("run=").append(Run.current().id()).append('\n')
                .append("features=").append(IoUring.featureString()).append('\n');
        FACTS.forEach((fact, value) -> text.append(fact).append('=').append(value).append('\n'));
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Map<String, Long> collect() {
        Map<String, Long> facts = new TreeMap<>();
        for (EventLoop loop : TestLoops.loops()) {
            IoUringMetrics metrics;
            try {
                metrics = IoUring.metrics(loop);
            } catch (IllegalArgumentException e) {
                // Has terminated.
                continue;
            }
            if (metrics.enters() + metrics.epollWaits() == 0) {
                // Has not run yet, so it need not have chosen a backend.
                continue;
            }
            facts.merge("loops." + metrics.backend(), 1L, Long::sum);
            facts.merge("enters", metrics.enters(), Long::sum);
            facts.merge("sqes", metrics.sqes(), Long::sum);
            facts.merge("cqes", metrics.cqes(), Long::sum);
            facts.merge("pollsArmed", metrics.pollsArmed(), Long::sum);
            facts.merge("sends", metrics.sends(), Long::sum);
            facts.merge("receives", metrics.receives(), Long::sum);
            facts.merge("overflows", metrics.overflows(), Long::sum);
            facts.merge("epollWaits", metrics.epollWaits(), Long::sum);
            facts.merge("epollCtls", metrics.epollCtls(), Long::sum);
            facts.merge("reverts", metrics.reverts(), Long::sum);
            metrics.revertsByReason().forEach((reason, count) -> facts.merge("reverts." + reason, count, Long::sum));
        }
        for (long entries : KernelRings.completionQueueSizes()) {
            facts.merge("rings", 1L, Long::sum);
            facts.merge("largestCompletionQueue", entries, Math::max);
        }
        facts.put("ownChannels", TestChannels.ownMade());
        return facts;
    }

    /** @return what is wrong; empty if all files together prove the run */
    static List<String> check(Run run, List<Properties> forks) {
        List<String> faults = new ArrayList<>();
        Map<String, Long> sum = new TreeMap<>();
        long largestCompletionQueue = 0;
        for (Properties fork : forks) {
            if (!run.id().equals(fork.getProperty("run"))) {
                faults.add("a JVM ran as " + fork.getProperty("run"));
            }
            for (String fact : fork.stringPropertyNames()) {
                if (!fact.equals("run") && !fact.equals("features")) {
                    sum.merge(fact, Long.valueOf(fork.getProperty(fact)), Long::sum);
                }
            }
            largestCompletionQueue = Math.max(largestCompletionQueue,
                    Long.parseLong(fork.getProperty("largestCompletionQueue", "0")));
        }
        Facts facts = new Facts(sum, faults);
        if (run.family() == Family.OWN) {
            facts.positive("ownChannels");
        } else {
            facts.zero("ownChannels");
        }
        Mode mode = run.mode();
        if (mode == Mode.NO_RING) {
            facts.positive("loops." + IoUringBackend.EPOLL, "epollWaits", "epollCtls");
            facts.zero("loops." + IoUringBackend.RING, "rings", "enters", "sqes", "cqes");
            return faults;
        }
        facts.positive("loops." + IoUringBackend.RING, "rings", "enters", "sqes", "cqes", "pollsArmed");
        facts.zero("loops." + IoUringBackend.EPOLL);
        if (mode == Mode.REVERTED) {
            facts.positive("reverts", "reverts.EINVAL", "epollWaits", "epollCtls");
        } else {
            facts.zero("reverts", "epollWaits", "epollCtls");
        }
        if (run.family() == Family.OWN && (mode == Mode.RING || mode == Mode.TINY)) {
            facts.positive("sends", "receives");
        } else {
            facts.zero("receives");
        }
        if (mode == Mode.TINY && largestCompletionQueue != 4) {
            faults.add("the largest completion queue had " + largestCompletionQueue + " entries, expected 4");
        }
        return faults;
    }

    private static final class Facts {
        private final Map<String, Long> sum;
        private final List<String> faults;

        Facts(Map<String, Long> sum, List<String> faults) {
            this.sum = sum;
            this.faults = faults;
        }

        void positive(String... facts) {
            for (String fact : facts) {
                if (sum.getOrDefault(fact, 0L) <= 0) {
                    faults.add(fact + " is 0");
                }
            }
        }

        void zero(String... facts) {
            for (String fact : facts) {
                if (sum.getOrDefault(fact, 0L) != 0) {
                    faults.add(fact + " is " + sum.get(fact) + ", expected 0");
                }
            }
        }
    }
}
