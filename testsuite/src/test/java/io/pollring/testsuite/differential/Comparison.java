/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import io.pollring.testsuite.differential.Trace.Event;
import io.pollring.testsuite.differential.Trace.Kind;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether two traces agree. What two runs of the reference disagree on is masked, by kind of event; if they differ in
 * the order of different kinds only, that order is.
 */
final class Comparison {
    private final Set<Kind> masked = EnumSet.noneOf(Kind.class);
    private boolean orderMasked;

    /** Masks also what differs between these two runs of the reference. */
    void mask(Trace first, Trace second) {
        for (Kind kind : Kind.values()) {
            if (!same(ofKind(first.events(), kind), ofKind(second.events(), kind))) {
                masked.add(kind);
            }
        }
        orderMasked |= !same(unmasked(first.events()), unmasked(second.events()));
    }

    Set<Kind> masked() {
        return masked;
    }

    boolean isOrderMasked() {
        return orderMasked;
    }

    /**
     * @param late whether sends may be made, and told, behind the reads of their turn
     * @param otherSizes whether reads may be of other sizes
     * @return the first difference; {@code null} if there is none
     */
    String difference(Trace reference, Trace other, boolean late, boolean otherSizes) {
        List<Event> expected = prepare(reference, late, otherSizes);
        List<Event> seen = prepare(other, late, otherSizes);
        return orderMasked ? differenceByKind(expected, seen) : difference(expected, seen);
    }

    /** The same, whatever the order of events of different kinds. */
    String differenceByKind(Trace reference, Trace other, boolean late, boolean otherSizes) {
        return differenceByKind(prepare(reference, late, otherSizes), prepare(other, late, otherSizes));
    }

    private static String differenceByKind(List<Event> expected, List<Event> seen) {
        for (Kind kind : Kind.values()) {
            String difference = difference(ofKind(expected, kind), ofKind(seen, kind));
            if (difference != null) {
                return difference;
            }
        }
        return null;
    }

    private List<Event> prepare(Trace trace, boolean late, boolean otherSizes) {
        List<Event> events = unmasked(trace.events());
        if (otherSizes) {
            events.replaceAll(Comparison::withoutSize);
        }
        return late ? readsFirst(events) : events;
    }

    /** Nor with what depends on whether all was read: with bytes unread a close is a reset. */
    private static Event withoutSize(Event event) {
        if (event.kind == Kind.READ) {
            return new Event(event.step, Kind.READ, event.text, 0);
        }
        return event.kind == Kind.PEER_END ? new Event(event.step, Kind.PEER_END, "", 0) : event;
    }

    private static String difference(List<Event> expected, List<Event> seen) {
        for (int i = 0; i < Math.max(expected.size(), seen.size()); i++) {
            Event a = i < expected.size() ? expected.get(i) : null;
            Event b = i < seen.size() ? seen.get(i) : null;
            if (a == null || b == null || !a.sameAs(b)) {
                return "expected <" + a + ">, seen <" + b + '>';
            }
        }
        return null;
    }

    /** Between other events, promises and changes of writability behind the reads, which become one. */
    private static List<Event> readsFirst(List<Event> events) {
        List<Event> ordered = new ArrayList<>();
        List<Event> behind = new ArrayList<>();
        int read = -1;
        for (Event event : events) {
            boolean movable = event.kind == Kind.PROMISE || event.kind == Kind.WRITABILITY;
            boolean newStep = !ordered.isEmpty() && ordered.get(ordered.size() - 1).step != event.step
                    || !behind.isEmpty() && behind.get(behind.size() - 1).step != event.step;
            // What a handler tells the pipeline by itself waits for no promise.
            boolean own = event.kind == Kind.USER_EVENT && event.text.equals("user event");
            if (newStep || !movable && !own && event.kind != Kind.READ) {
                ordered.addAll(behind);
                behind.clear();
                read = -1;
            }
            if (movable) {
                behind.add(event);
            } else if (own) {
                ordered.add(event);
            } else if (event.kind == Kind.READ && read >= 0) {
                Event before = ordered.get(read);
                ordered.set(read, new Event(before.step, Kind.READ, before.text, before.bytes + event.bytes));
            } else {
                read = event.kind == Kind.READ ? ordered.size() : -1;
                ordered.add(event);
            }
        }
        ordered.addAll(behind);
        return ordered;
    }

    private List<Event> unmasked(List<Event> events) {
        return events.stream().filter(event -> !masked.contains(event.kind)).collect(Collectors.toList());
    }

    private static List<Event> ofKind(List<Event> events, Kind kind) {
        return events.stream().filter(event -> event.kind == kind).collect(Collectors.toList());
    }

    private static boolean same(List<Event> a, List<Event> b) {
        return difference(a, b) == null;
    }
}
