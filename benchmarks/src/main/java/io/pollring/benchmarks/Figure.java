/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What is told of a round: as a column of its own, and, if it has a title, as a ratio. */
enum Figure {
    MESSAGES_PER_SECOND("msg/s", "messagesPerSecond", "%,.0f", "throughputRatios",
            "messages or connections per second"),
    LOOP_CPU("loop us/msg", "loopCpuMicrosPerMessage", "%.2f", "cpuRatios", "CPU time of the loop per message"),
    P50("p50 us", "p50Micros", "%.1f", "p50Ratios", "median latency at a given rate"),
    P99("p99 us", "p99Micros", "%.1f", "p99Ratios", "99th percentile of latency at a given rate"),
    P999("p99.9 us", "p999Micros", "%.1f"),
    /** How many messages a second were to be sent. */
    RATE("rate", "rate", "%,.0f"),
    /** The share of all messages that the generator itself sent after their time. */
    LATE("late", "lateShare", "%.2f %%"),
    MAX_LATE("late max us", "maxLateMicros", "%.0f"),
    /** Of all threads of the server, voluntary and not. */
    SWITCHES("switches/msg", "contextSwitchesPerMessage", "%.3f"),
    /** The CPU time of the whole process, as a share of the round. */
    SERVER_BUSY("server", "serverBusy", "%.0f %%"),
    GENERATOR_BUSY("generator", "generatorBusy", "%.0f %%"),
    /** The share of the round in which the more troubled of the two wanted its core and did not have it. */
    DISTURBED("disturbed", "disturbed", "%.1f %%"),
    IDLE_SERVERS_BUSY("idle servers", "idleServersBusy", "%.1f %%"),

    HEAP("heap", "heapBytesPerConnection", "%,.0f"),
    DIRECT("direct", "directBytesPerConnection", "%,.0f"),
    /** What our bar is on. */
    HEAP_AND_DIRECT("heap + direct", "heapAndDirectBytesPerConnection", "%,.0f", "heapAndDirectRatios",
            "memory per idle connection"),
    /**
     * Of pages outside the heap, direct memory among them: the heap is resident from the beginning, so whatever else
     * becomes so is not in it.
     */
    RESIDENT("resident outside the heap", "residentOutsideHeapBytesPerConnection", "%,.0f"),
    /** What the kernel keeps to watch a connection, or to receive for it. A round has it where the kernel tells. */
    KERNEL("kernel", "kernelBytesPerConnection", "%,.0f"),

    TASKS_PER_SECOND("tasks/s", "tasksPerSecond", "%,.0f", Titles.HANDOVER),
    TASK_P50("task p50 us", "taskP50Micros", "%.2f", Titles.HANDOVER),
    TASK_P99("task p99 us", "taskP99Micros", "%.2f", Titles.HANDOVER),
    EXECUTE_P50("execute p50 us", "callerP50Micros", "%.2f", Titles.HANDOVER),
    LOOP_CPU_PER_TASK("loop us/task", "loopCpuMicrosPerTask", "%.2f", Titles.HANDOVER),
    WRITE_P50("write p50 us", "writeP50Micros", "%.2f", Titles.HANDOVER),
    WRITE_P99("write p99 us", "writeP99Micros", "%.2f", Titles.HANDOVER),

    START("to listening ms", "startMillis", "%,.0f", Titles.COLD),
    START_CPU("its CPU ms", "startCpuMillis", "%,.0f", Titles.COLD),
    FIRST_MESSAGES("first messages ms", "messagesMillis", "%,.0f", Titles.COLD),
    FIRST_MESSAGES_CPU("their CPU ms", "messagesCpuMillis", "%,.0f", Titles.COLD),
    /** From the first message sent to the last reply received. */
    FIRST_P99("p99 us", "coldP99Micros", "%,.0f", Titles.COLD);

    /** How the titles of several begin. */
    private static final class Titles {
        private static final String HANDOVER = "handing work to the loop, ";
        private static final String COLD = "a server that has just started, ";
    }

    /** As the head of a column. */
    final String label;
    /** What it is called in the JSON. */
    final String key;
    /** What its ratios are called there. */
    final String ratiosKey;
    /** Over a plot of these. */
    final String title;
    private final String format;

    /** One that is not compared. */
    Figure(String label, String key, String format) {
        this(label, key, format, null, null);
    }

    Figure(String label, String key, String format, String titlesBegin) {
        this(label, key, format, key + "Ratios", titlesBegin + label);
    }

    /** @param format how a value is printed */
    Figure(String label, String key, String format, String ratiosKey, String title) {
        this.label = label;
        this.key = key;
        this.ratiosKey = ratiosKey;
        this.title = title;
        this.format = format;
    }

    /** All that are compared, and no others. */
    static List<Figure> compared() {
        return Arrays.stream(values()).filter(figure -> figure.title != null).toList();
    }

    /** What is compared under a workload of that kind; throughput is given where messages come at a rate. */
    static List<Figure> compared(WorkloadKind kind) {
        return switch (kind) {
            case IDLE -> List.of(HEAP_AND_DIRECT);
            case HANDOVER -> range(TASKS_PER_SECOND, WRITE_P99);
            case COLD -> range(START, FIRST_P99);
            case RATE -> List.of(P50, P99, LOOP_CPU);
            default -> List.of(MESSAGES_PER_SECOND, LOOP_CPU);
        };
    }

    private static List<Figure> range(Figure first, Figure last) {
        return List.of(values()).subList(first.ordinal(), last.ordinal() + 1);
    }

    /** With what is counted under a workload of that kind. */
    String label(WorkloadKind kind) {
        return label.replace("msg", kind.load().unit());
    }

    /** What the median of all rounds is called in the JSON. */
    String medianKey() {
        return "median" + Character.toUpperCase(key.charAt(0)) + key.substring(1);
    }

    boolean largerIsBetter() {
        return this == MESSAGES_PER_SECOND || this == TASKS_PER_SECOND;
    }

    /** @param round as it is in the JSON */
    double of(Map<String, Object> round) {
        return ResultDocument.number(round, key);
    }

    /** As it is printed: shares as percentages. */
    String print(double value) {
        return String.format(Locale.ROOT, format, format.endsWith("%%") ? 100 * value : value);
    }
}
