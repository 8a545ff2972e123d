/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import io.netty.util.internal.SystemPropertyUtil;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The system properties by which operators set this transport; all of them are read here. What is not understood is
 * warned of, once, and the default counts instead. May be used by any thread.
 */
public final class PollringProperties {
    public static final String NO_RING = "io.pollring.noRing";
    public static final String FALLBACK = "io.pollring.fallback";
    public static final String RING_SIZE = "io.pollring.ringSize";
    public static final String CQ_SIZE = "io.pollring.cqSize";
    public static final String BATCHED_IO = "io.pollring.batchedIo";
    public static final String BATCH_FROM = "io.pollring.batchFrom";
    public static final String IDLE_MILLIS = "io.pollring.idleMillis";
    public static final String WATCH_MICROS = "io.pollring.watchMicros";
    public static final String RING_PERCENT = "io.pollring.ringPercent";
    public static final String FEATURES = "io.pollring.features";
    public static final String JOIN_DATAGRAMS = "io.pollring.joinDatagrams";
    public static final String IP_MULTICAST_ALL = "io.pollring.ipMulticastAll";

    private static final InternalLogger logger = InternalLoggerFactory.getInstance(PollringProperties.class);
    private static final String PREFIX = "io.pollring.";
    private static final Set<String> KNOWN = new TreeSet<>(Arrays.asList(NO_RING, FALLBACK, RING_SIZE, CQ_SIZE,
            BATCHED_IO, BATCH_FROM, IDLE_MILLIS, WATCH_MICROS, RING_PERCENT, FEATURES, JOIN_DATAGRAMS, IP_MULTICAST_ALL));
    /** Read elsewhere, or named there: by the agent, by integrations, and by programs of ours that are no product. */
    private static final List<String> OTHERS = Arrays.asList("agent.", "vertx.", "test.", "testsuite.", "benchmarks.",
            "examples.");
    private static final Set<String> TRUE = Set.of("true", "yes", "on", "1", "");
    private static final Set<String> FALSE = Set.of("false", "no", "off", "0");
    private static final Set<String> WARNED_OF = ConcurrentHashMap.newKeySet();
    /** Names that differ in more letters are not taken for each other. */
    private static final int MAX_DISTANCE = 3;

    static {
        for (RingFeature feature : RingFeature.values()) {
            KNOWN.add(RingFeature.PREFIX + feature.propertyName());
        }
        KNOWN.addAll(RingFeature.GONE);
    }

    private PollringProperties() { }

    /** {@code true}, {@code yes}, {@code on}, {@code 1}, the name alone; {@code false}, {@code no}, {@code off}, {@code 0}. */
    public static boolean flag(String name, boolean byDefault) {
        return flag(name, byDefault, byDefault);
    }

    /** @param ifNotUnderstood what counts for a value that is neither */
    public static boolean flag(String name, boolean byDefault, boolean ifNotUnderstood) {
        String value = value(name);
        if (value == null) {
            return byDefault;
        }
        if (TRUE.contains(value) || FALSE.contains(value)) {
            return TRUE.contains(value);
        }
        warn(name, value, "true or false", ifNotUnderstood);
        return ifNotUnderstood;
    }

    /** A number from {@code min} to {@code max}. */
    public static int number(String name, int byDefault, int min, int max) {
        return number(name, byDefault, min, max, false);
    }

    /** A power of two from 1 to {@code max}. */
    public static int powerOfTwo(String name, int byDefault, int max) {
        return number(name, byDefault, 1, max, true);
    }

    private static int number(String name, int byDefault, int min, int max, boolean powerOfTwo) {
        String value = value(name);
        if (value == null) {
            return byDefault;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max && (!powerOfTwo || Integer.bitCount(number) == 1)) {
                return number;
            }
        } catch (NumberFormatException e) {
            logger.trace("{} is no number", name, e);
        }
        warn(name, value, (powerOfTwo ? "a power of two, " : "") + min + ".." + max, byDefault);
        return byDefault;
    }

    /** One of {@code words}, of which the first is the default. @param ifNotUnderstood what any other counts as */
    public static String word(String name, String ifNotUnderstood, String... words) {
        String value = value(name);
        if (value == null) {
            return words[0];
        }
        if (Arrays.asList(words).contains(value)) {
            return value;
        }
        warn(name, value, String.join(" or ", words), ifNotUnderstood);
        return ifNotUnderstood;
    }

    static boolean isSet(String name) {
        return SystemPropertyUtil.contains(name);
    }

    private static String value(String name) {
        String value = SystemPropertyUtil.get(name);
        return value == null ? null : value.trim().toLowerCase(Locale.ROOT);
    }

    private static void warn(String name, String value, String expected, Object used) {
        if (WARNED_OF.add(name + '=' + value)) {
            logger.warn("-D{}={} is not understood (expected: {}); {} counts", name, value, expected, used);
        }
    }

    /** Warns, once, of properties that look like this transport's and are not. */
    public static void warnOfUnknown() {
        Set<String> names;
        try {
            names = System.getProperties().stringPropertyNames();
        } catch (SecurityException e) {
            logger.debug("The system properties may not be listed", e);
            return;
        }
        for (String name : names) {
            if (name.startsWith(PREFIX) && !KNOWN.contains(name) && !isOthers(name) && WARNED_OF.add(name)) {
                String nearest = nearest(name);
                logger.warn("-D{} is no property of Pollring and has no effect{}", name,
                        nearest == null ? "" : "; is " + nearest + " meant?");
            }
        }
    }

    private static boolean isOthers(String name) {
        return OTHERS.stream().anyMatch(other -> name.startsWith(PREFIX + other));
    }

    /** The known name that is most like {@code name}, or {@code null} if none is. */
    static String nearest(String name) {
        String nearest = null;
        int least = MAX_DISTANCE + 1;
        for (String known : KNOWN) {
            int distance = distance(name.toLowerCase(Locale.ROOT), known.toLowerCase(Locale.ROOT));
            if (distance < least) {
                least = distance;
                nearest = known;
            }
        }
        return nearest;
    }

    /** How many letters have to be put in, taken out or changed. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
