/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** What was done so far. */
final class SoakCounts {
    final LongAdder made = new LongAdder();
    final LongAdder bytes = new LongAdder();
    final LongAdder datagrams = new LongAdder();
    final LongAdder descriptors = new LongAdder();
    private final Map<SoakEvent, LongAdder> events = adders(SoakEvent.class);
    private final Map<Ending, LongAdder> endings = adders(Ending.class);
    private final Map<Link, LongAdder> links = adders(Link.class);

    private static <E extends Enum<E>> Map<E, LongAdder> adders(Class<E> type) {
        Map<E, LongAdder> adders = new EnumMap<>(type);
        for (E value : type.getEnumConstants()) {
            adders.put(value, new LongAdder());
        }
        return adders;
    }

    void count(SoakEvent event) {
        events.get(event).increment();
    }

    void ended(Link link, Ending ending) {
        links.get(link).increment();
        endings.get(ending).increment();
    }

    /** What this soak has not had at all, by its name and its count; it would have shown nothing of that. */
    Map<String, Long> missing() {
        Map<String, Long> missing = new TreeMap<>();
        for (Map<?, LongAdder> part : List.of(events, endings, links)) {
            part.forEach((kind, count) -> {
                if (count.sum() == 0) {
                    missing.put(kind.toString(), 0L);
                }
            });
        }
        return missing;
    }

    @Override
    public String toString() {
        return "made=" + made + " ended=" + endings + " over=" + links + " MiB=" + (bytes.sum() >> 20)
                + " datagrams=" + datagrams + " descriptors=" + descriptors + " events=" + events;
    }
}
