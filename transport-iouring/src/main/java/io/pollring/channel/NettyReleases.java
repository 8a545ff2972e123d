/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.epoll.Epoll;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which releases of Netty's parts are on the class path, and whether this transport can run on them. Builds that manage
 * Netty's artifacts one by one mix releases easily; Netty's epoll says it is available then, and fails later.
 */
final class NettyReleases {
    /** What is needed, and has to be of one release: each calls methods of the others that change. */
    private static final String[] PARTS = {
        "netty-buffer", "netty-common", "netty-resolver", "netty-transport", "netty-transport-classes-epoll",
        "netty-transport-native-epoll", "netty-transport-native-unix-common"
    };
    /** One in each of Netty's jars; a jar that others were merged into may have all in one, or but one of them. */
    private static final String DESCRIPTIONS = "META-INF/io.netty.versions.properties";
    private static final int[] OLDEST = { 4, 2, 7 };
    private static final String CURE = "import netty-bom in one version, 4.2.7.Final or later";

    private static final InternalLogger logger = InternalLoggerFactory.getInstance(NettyReleases.class);

    private NettyReleases() { }

    /**
     * Looks once. Warns of a mix of releases that works as far as can be seen.
     *
     * @throws UnsatisfiedLinkError if this transport cannot run on what there is, or Netty's native epoll transport is not
     *                              available
     */
    static void ensureUsable() {
        Verdict verdict = Once.VERDICT;
        if (verdict.error != null) {
            throw (Error) new UnsatisfiedLinkError(verdict.error).initCause(verdict.cause);
        }
        Epoll.ensureAvailability();
    }

    /**
     * The parts that could be identified, with their versions. {@link io.netty.util.Version} tells the same, and parses the
     * dates as well, which loads what formats dates in all languages: a fifth of what it takes to make the first group.
     */
    private static Map<String, String> found() {
        Map<String, String> versions = new TreeMap<>();
        try {
            for (URL url : Collections.list(NettyReleases.class.getClassLoader().getResources(DESCRIPTIONS))) {
                Properties properties = new Properties();
                try (InputStream in = url.openStream()) {
                    properties.load(in);
                }
                for (String part : PARTS) {
                    String version = properties.getProperty(part + ".version");
                    if (version != null) {
                        versions.put(part, version);
                    }
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            // What is not identified is tried out.
            logger.debug("Cannot read {}", DESCRIPTIONS, e);
        }
        return versions;
    }

    /**
     * @param versions of the parts that could be identified; a jar that others were merged into tells of one only
     * @param epoll    why Netty's epoll is not available, or {@code null}
     */
    static Verdict judge(Map<String, String> versions, Throwable epoll) {
        if (versions.values().stream().anyMatch(NettyReleases::isTooOld)) {
            return new Verdict("Pollring cannot run on " + describe(versions) + "; " + CURE, epoll, null);
        }
        boolean mixed = new HashSet<>(versions.values()).size() > 1;
        if (!mixed && versions.size() == PARTS.length) {
            // Of one release: what is missing then is the platform's matter, and Netty says so itself.
            return new Verdict(null, null, null);
        }
        LinkageError missing = epoll == null ? NettyCalls.findMissing() : null;
        if (missing != null) {
            return new Verdict("Pollring cannot run on " + describe(versions) + ": " + missing + "; " + CURE, missing, null);
        }
        if (mixed && epoll != null) {
            return new Verdict("Netty's epoll is not available, perhaps because of the mix of " + describe(versions)
                    + ": " + epoll + "; " + CURE, epoll, null);
        }
        return new Verdict(null, null,
                mixed ? "Several releases of Netty are mixed: " + describe(versions) + "; " + CURE : null);
    }

    /** Before 4.2.7 loops hang, or lack methods. */
    private static boolean isTooOld(String version) {
        Matcher numbers = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+)\\..*").matcher(version);
        if (!numbers.matches()) {
            return false;
        }
        for (int i = 0; i < OLDEST.length; i++) {
            int number = Integer.parseInt(numbers.group(i + 1));
            if (number != OLDEST[i]) {
                return number < OLDEST[i];
            }
        }
        return false;
    }

    private static String describe(Map<String, String> versions) {
        if (versions.isEmpty()) {
            return "this release of Netty, which has no " + DESCRIPTIONS;
        }
        Map<String, List<String>> parts = new TreeMap<>();
        versions.forEach((part, version) -> parts.computeIfAbsent(version, any -> new ArrayList<>()).add(part));
        StringBuilder text = new StringBuilder("Netty ");
        parts.forEach((version, names) -> text.append(text.length() == "Netty ".length() ? "" : ", ")
                .append(version).append(" (").append(String.join(", ", names)).append(')'));
        return text.toString();
    }

    /** What was found out. */
    static final class Verdict {
        /** Why no group can be made, or {@code null}. */
        final String error;
        final Throwable cause;
        /** What users had better mend, or {@code null}. */
        final String warning;

        Verdict(String error, Throwable cause, String warning) {
            this.error = error;
            this.cause = cause;
            this.warning = warning;
        }
    }

    /** A class path does not change. */
    private static final class Once {
        static final Verdict VERDICT = judge(found(), Epoll.unavailabilityCause());

        static {
            if (VERDICT.warning != null) {
                logger.warn(VERDICT.warning);
            }
        }

        private Once() { }
    }
}
