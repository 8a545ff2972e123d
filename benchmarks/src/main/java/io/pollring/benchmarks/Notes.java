/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Which figures of a result are not to be compared, and why: because of what they are, not of what happened. */
final class Notes {
    private static final String BUFFER_RING = "io_uring-bufring";

    private Notes() {
    }

    static List<String> of(Result result) {
        return of(result.workload().kind(),
                result.contenders().stream().map(ContenderResult::contender).toList());
    }

    static List<String> of(WorkloadKind kind, List<Contender> contenders) {
        List<String> notes = new ArrayList<>();
        String limits = labels(contenders.stream().filter(Contender::isLimit).toList());
        if (!limits.isEmpty()) {
            notes.add(limits + ": in C, so no JVM is in the resident memory and in the context switches, and bytes"
                    + " allocated are not counted");
            if (kind == WorkloadKind.ONDEMAND || kind == WorkloadKind.ONDEMAND_INLINE) {
                notes.add(limits + ": reads without being asked to, as under echo: a limit for what reading on demand"
                        + " may cost, and not the same work");
            }
        }
        if (kind == WorkloadKind.UDP || kind == WorkloadKind.UDP_BURST) {
            String same = labels(contenders.stream().filter(contender -> contender.transport().equals(BUFFER_RING))
                    .toList());
            if (!same.isEmpty()) {
                notes.add(same + ": its datagram channels do not use a ring of buffers, so this is io_uring");
            }
        }
        return notes;
    }

    private static String labels(List<Contender> contenders) {
        return contenders.stream().map(Contender::label).collect(Collectors.joining(", "));
    }
}
