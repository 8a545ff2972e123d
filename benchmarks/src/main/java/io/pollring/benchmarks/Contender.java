/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One server of a comparison: a transport, and the system properties that its process gets beyond the defaults.
 * {@code pollring@io.pollring.noRing=true} is our transport with its ring switched off.
 */
final class Contender {
    static final List<String> TRANSPORTS = List.of("pollring", "own", "epoll", "io_uring", "nio");

    private final String label;
    private final String transport;
    private final List<String> systemProperties;

    private Contender(String label, String transport, List<String> systemProperties) {
        this.label = label;
        this.transport = transport;
        this.systemProperties = systemProperties;
    }

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
            contenders.add(new Contender(same == 0 ? spec : spec + '#' + (same + 1), parts[0],
                    List.copyOf(Arrays.asList(parts).subList(1, parts.length))));
        }
        return contenders;
    }

    /** Unique within a comparison. */
    String label() {
        return label;
    }

    String transport() {
        return transport;
    }

    /** Each as {@code name=value}. */
    List<String> systemProperties() {
        return systemProperties;
    }

    @Override
    public String toString() {
        return label;
    }
}
