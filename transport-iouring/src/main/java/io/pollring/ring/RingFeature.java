/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import io.netty.util.internal.SystemPropertyUtil;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * What a kernel may offer beyond plain io_uring. Each has a path without it, and each can be switched off with
 * {@code -Dio.pollring.feature.NAME=false}, so that the paths of older kernels are tested on a new one;
 * {@code -Dio.pollring.features=none} switches all of them off.
 */
public enum RingFeature {
    /** A poll goes on after its first event (Linux 5.13). Without: one-shot polls, armed again after each event. */
    MULTISHOT_POLL("multishotPoll"),
    /** A poll's mask changes in place (Linux 5.13). Without: the poll is removed and added anew. */
    POLL_UPDATE("pollUpdate"),
    /**
     * Streams send through the ring (Linux 6.1): a send that was not complete never passes for a success.
     */
    STREAM_IO("streamIo"),
    /** A request that succeeds posts no CQE if asked (Linux 5.17). Without: those CQEs are ignored. */
    CQE_SKIP("cqeSkip"),
    /** A refused SQE does not stop the batch (Linux 5.18). Without: what is left is submitted again. */
    SUBMIT_ALL("submitAll"),
    /** Completions wait for the next enter instead of interrupting the thread (Linux 5.19). */
    COOP_TASKRUN("coopTaskrun"),
    /** One thread submits, and completions are made inside its enter only (Linux 6.1). */
    DEFER_TASKRUN("deferTaskrun"),
    /** An enter can have a time limit (Linux 5.11). Without: such a wait is not made. */
    EXT_ARG("extArg"),
    /** A CQE that finds the queue full is kept (Linux 5.5). Without: the loss is noticed and every poll armed anew. */
    NO_DROP("noDrop"),
    /** A receive that goes on is over after so many bytes (Linux 6.17). Without: it takes as much as one look finds. */
    RECEIVE_LIMIT("receiveLimit"),
    /** Waiting is not accounted as iowait (Linux 6.15). */
    NO_IOWAIT("noIoWait"),
    /** The ring starts disabled and allows only the opcodes that this transport needs (Linux 5.10). */
    RESTRICTIONS("restrictions");

    private final String propertyName;

    RingFeature(String propertyName) {
        this.propertyName = propertyName;
    }

    /** The NAME in {@code io.pollring.feature.NAME}. */
    public String propertyName() {
        return propertyName;
    }

    /** All features but those that system properties switch off. */
    public static Set<RingFeature> allowedByProperties() {
        String all = SystemPropertyUtil.get("io.pollring.features", "all").toLowerCase(Locale.ROOT);
        if (!all.equals("all") && !all.equals("none")) {
            throw new IllegalArgumentException("io.pollring.features: " + all + " (expected: all or none)");
        }
        Set<RingFeature> allowed = EnumSet.noneOf(RingFeature.class);
        for (RingFeature feature : values()) {
            String value = SystemPropertyUtil.get("io.pollring.feature." + feature.propertyName);
            if (value == null ? all.equals("all") : Boolean.parseBoolean(value.trim())) {
                allowed.add(feature);
            }
        }
        return allowed;
    }
}
