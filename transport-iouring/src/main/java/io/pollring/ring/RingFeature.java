/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a kernel may offer beyond plain io_uring. There is no ring without those that are {@link #REQUIRED}. Each of
 * the others has a path without it, and can be switched off with {@code -Dio.pollring.feature.NAME=false}, so that the
 * paths of older kernels are tested on a new one; {@code -Dio.pollring.features=none} switches all of them off, and
 * leaves what Linux 5.10 has since 5.10.162.
 */
public enum RingFeature {
    /** A poll goes on after its first event (Linux 5.13). */
    MULTISHOT_POLL("multishotPoll"),
    /** A poll's mask changes in place (Linux 5.13). */
    POLL_UPDATE("pollUpdate"),
    /** An enter can have a time limit (Linux 5.11). */
    EXT_ARG("extArg"),
    /** A CQE that finds the queue full is kept, if there is memory for it (Linux 5.5). */
    NO_DROP("noDrop"),
    /** The ring starts disabled and allows only the opcodes that this transport needs (Linux 5.10). */
    RESTRICTIONS("restrictions"),
    /**
     * Streams send through the ring (Linux 6.1): a send that was not complete never passes for a success.
     */
    STREAM_IO("streamIo"),
    /** A request that succeeds posts no CQE if asked (Linux 5.17). Without: those CQEs are ignored. */
    CQE_SKIP("cqeSkip"),
    /** A refused SQE does not stop the batch (Linux 5.18). Without: what is left is submitted again. */
    SUBMIT_ALL("submitAll"),
    /** One thread submits, and completions are made inside its enter only (Linux 6.1). */
    DEFER_TASKRUN("deferTaskrun"),
    /** A receive that goes on is over after so many bytes (Linux 6.17). Without: it takes as much as one look finds. */
    RECEIVE_LIMIT("receiveLimit"),
    /** Waiting is not accounted as iowait (Linux 6.15). */
    NO_IOWAIT("noIoWait");

    /** What a ring cannot do without. */
    public static final Set<RingFeature> REQUIRED =
            Collections.unmodifiableSet(EnumSet.range(MULTISHOT_POLL, RESTRICTIONS));

    private static final InternalLogger logger = InternalLoggerFactory.getInstance(RingFeature.class);
    static final String PREFIX = "io.pollring.feature.";
    /** Properties that are gone, besides those of features that are required. */
    static final List<String> GONE = List.of(PREFIX + "coopTaskrun", "io.pollring.rejectPolls");
    private static final Set<String> WARNED_OF = ConcurrentHashMap.newKeySet();

    private final String propertyName;

    RingFeature(String propertyName) {
        this.propertyName = propertyName;
    }

    /** The NAME in {@code io.pollring.feature.NAME}; of those that are required it has no effect. */
    public String propertyName() {
        return propertyName;
    }

    /** All features but those that system properties switch off. Warns, once, of properties that have no effect. */
    public static Set<RingFeature> allowedByProperties() {
        boolean all = PollringProperties.word(PollringProperties.FEATURES, "all", "all", "none").equals("all");
        GONE.forEach(RingFeature::warnIfSet);
        Set<RingFeature> allowed = EnumSet.copyOf(REQUIRED);
        for (RingFeature feature : values()) {
            if (REQUIRED.contains(feature)) {
                warnIfSet(PREFIX + feature.propertyName);
                continue;
            }
            if (PollringProperties.flag(PREFIX + feature.propertyName, all)) {
                allowed.add(feature);
            }
        }
        return allowed;
    }

    private static void warnIfSet(String property) {
        if (PollringProperties.isSet(property) && WARNED_OF.add(property)) {
            logger.warn("The system property {} is gone and has no effect; -Dio.pollring.noRing=true has loops wait on "
                    + "epoll", property);
        }
    }
}
