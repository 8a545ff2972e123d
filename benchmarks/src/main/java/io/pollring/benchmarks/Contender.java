/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * One server of a comparison: a transport, and the system properties that its process gets beyond the defaults.
 * {@code pollring@io.pollring.noRing=true} is our transport with its ring switched off, and {@code own@jar=PATH} is it
 * as it was built at another time. Or one of the limit servers, which are written in C and show what is left to be
 * gained.
 *
 * @param label            unique within a comparison
 * @param systemProperties each as {@code name=value}
 * @param otherBuild       {@code null} for this one
 */
record Contender(String label, String transport, List<String> systemProperties, OtherBuild otherBuild) {
    /** In the order in which they are compared by default; the first is compared to each of the others. */
    static final List<String> TRANSPORTS = List.of("own", "own-direct", "pollring", "epoll", "io_uring",
            "io_uring-bufring", "nio", "limit-epoll", "limit-uring");
    /** Transports that are others with some system properties. */
    private static final Map<String, List<String>> VARIANTS =
            Map.of("own-direct", List.of("own", "io.pollring.batchedIo=false"));
    private static final List<String> OURS = List.of("own", "pollring");
    private static final String LIMIT = "limit-";
    private static final String JAR = "jar=";

    /**
     * @param specs such as {@code pollring} or {@code pollring@io.pollring.ringSize=4@io.pollring.cqSize=64}. One that
     *              is there twice runs twice, under two names: how far those two differ is the noise of the machine.
     */
    static List<Contender> parseAll(List<String> specs) {
        List<Contender> contenders = new ArrayList<>();
        for (String spec : specs) {
            String[] parts = spec.split("@");
            if (!TRANSPORTS.contains(parts[0])) {
                throw new IllegalArgumentException("no transport '" + parts[0] + "': there are " + TRANSPORTS);
            }
            long same = contenders.stream().filter(other -> other.label.split("#")[0].equals(spec)).count();
            List<String> definition = VARIANTS.getOrDefault(parts[0], List.of(parts[0]));
            List<String> properties = new ArrayList<>(definition.subList(1, definition.size()));
            properties.addAll(Arrays.asList(parts).subList(1, parts.length));
            if (definition.get(0).startsWith(LIMIT) && !properties.isEmpty()) {
                throw new IllegalArgumentException(spec + ": a server in C has no system properties");
            }
            contenders.add(new Contender(same == 0 ? spec : spec + '#' + (same + 1), definition.get(0),
                    properties.stream().filter(property -> !property.startsWith(JAR)).toList(),
                    otherBuild(definition.get(0), properties)));
        }
        return contenders;
    }

    private static OtherBuild otherBuild(String transport, List<String> properties) {
        List<String> jars = properties.stream().filter(property -> property.startsWith(JAR)).toList();
        if (jars.isEmpty()) {
            return null;
        }
        if (!OURS.contains(transport) || jars.size() > 1) {
            throw new IllegalArgumentException(jars + ": there may be one, for one of our own transports");
        }
        return OtherBuild.at(Path.of(jars.get(0).substring(JAR.length())));
    }

    /** Whether it is a server in C, whose binary has the name of the transport. */
    boolean isLimit() {
        return transport.startsWith(LIMIT);
    }

    /** The class path of its process, if that of ours is {@code classPath}. */
    String classPath(String classPath) {
        return otherBuild == null ? classPath : otherBuild.in(classPath);
    }

    @Override
    public String toString() {
        return label;
    }
}
