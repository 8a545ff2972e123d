/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import java.util.ArrayList;
import java.util.List;

/** What was seen of one program on one transport. */
final class Trace {
    enum Kind {
        READ, USER_EVENT, WRITABILITY, EXCEPTION, LIFE, PROMISE, THREW, PEER_BYTES, PEER_END, STATE, COUNTS,
        /** Bytes that are not those that were sent. */
        CORRUPT
    }

    static final class Event {
        final int step;
        final Kind kind;
        final String text;
        /** Of reads only. */
        final long bytes;

        Event(int step, Kind kind, String text, long bytes) {
            this.step = step;
            this.kind = kind;
            this.text = text;
            this.bytes = bytes;
        }

        boolean sameAs(Event other) {
            return step == other.step && kind == other.kind && bytes == other.bytes && text.equals(other.text);
        }

        @Override
        public String toString() {
            return step + " " + kind + ' ' + text + (kind == Kind.READ ? " " + bytes : "");
        }
    }

    private final List<Event> events = new ArrayList<>();
    private int step;
    private boolean epollFailed;
    private boolean cut;

    synchronized void beginStep(int newStep) {
        step = newStep;
    }

    /** A run of reads is one event. */
    synchronized void read(long bytes) {
        Event last = events.isEmpty() ? null : events.get(events.size() - 1);
        if (last != null && last.kind == Kind.READ && last.step == step) {
            events.set(events.size() - 1, new Event(step, Kind.READ, last.text, last.bytes + bytes));
        } else {
            events.add(new Event(step, Kind.READ, "", bytes));
        }
    }

    synchronized void add(Kind kind, String text) {
        events.add(new Event(step, kind, text, 0));
    }

    synchronized void failure(Kind kind, String what, Throwable cause) {
        add(kind, what + ' ' + cause.getClass().getSimpleName());
        for (Throwable t = cause; t != null; t = t.getCause()) {
            epollFailed |= String.valueOf(t.getMessage()).contains("epoll_ctl");
        }
    }

    /** A message has failed of which the socket may have taken a part, and which part is the kernel's choice. */
    synchronized void noteCut() {
        cut = true;
    }

    synchronized boolean isCut() {
        return cut;
    }

    synchronized void noteEpollFailure() {
        epollFailed = true;
    }

    /** Whether epoll refused to watch the socket, which Netty's own transport brings about sometimes. */
    synchronized boolean epollFailed() {
        return epollFailed;
    }

    synchronized int step() {
        return step;
    }

    /** How many events and bytes there are: changes whenever something happens. */
    synchronized long fingerprint() {
        Event last = events.isEmpty() ? null : events.get(events.size() - 1);
        return events.size() * 1_000_003L + (last == null ? 0 : last.bytes);
    }

    synchronized List<Event> events() {
        return new ArrayList<>(events);
    }
}
