/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Runs programs on all transports, and keeps what is to be said of them. */
final class Differential implements AutoCloseable {
    private static final int MORE_RUNS = 6;
    private static final int WARM_UP = 10;

    private final Map<Transport, Venue> venues = new EnumMap<>(Transport.class);
    private final Map<String, Integer> masks = new TreeMap<>();
    private final EpollFailures epollFailures = new EpollFailures();
    private final List<Long> failedByEpoll = new ArrayList<>();
    private final List<Long> endedLate = new ArrayList<>();
    private final List<Long> readInPieces = new ArrayList<>();
    private final List<Long> endFirst = new ArrayList<>();
    private final List<Long> decidedByPeer = new ArrayList<>();

    Differential(Set<Transport> transports) throws Exception {
        for (Transport transport : transports) {
            venues.put(transport, new Venue(transport, epollFailures));
        }
        // What is loaded or opened once does not count.
        for (long seed = 1; seed <= WARM_UP; seed++) {
            for (Venue venue : venues.values()) {
                venue.run(ProgramGenerator.generate(seed));
            }
        }
    }

    /** @return what is wrong, a line for each transport; empty if all agree */
    List<String> compare(Program program) {
        Trace reference = venues.get(Transport.EPOLL).run(program);
        Trace again = venues.get(Transport.EPOLL).run(program);
        Transport referenceTransport = Transport.EPOLL;
        if (reference.epollFailed() || again.epollFailed()) {
            failedByEpoll.add(program.seed);
            referenceTransport = Transport.HOSTED;
            reference = venues.get(Transport.HOSTED).run(program);
            again = venues.get(Transport.HOSTED).run(program);
        }
        Comparison comparison = new Comparison();
        comparison.mask(reference, again);
        List<String> faults = new ArrayList<>();
        for (Map.Entry<Transport, Venue> venue : venues.entrySet()) {
            Transport transport = venue.getKey();
            if (transport == Transport.EPOLL || transport == referenceTransport) {
                continue;
            }
            Trace trace = venue.getValue().run(program);
            boolean late = transport.sendsLate() || Lateness.mayHearOfEndFirst(program);
            boolean otherSizes = transport.readsLarger() && program.settings.fixedReads == 0;
            // A race of which two runs have shown one side only shows the other in some more.
            for (int i = 0; i < MORE_RUNS && comparison.difference(reference, trace, late, otherSizes) != null; i++) {
                comparison.mask(reference, venues.get(referenceTransport).run(program));
            }
            String difference = comparison.difference(reference, trace, late, otherSizes);
            if (difference != null && Lateness.isDecidedByThePeer(program)
                    && comparison.differenceByKind(reference, trace, late, otherSizes) == null) {
                decidedByPeer.add(program.seed);
            } else if (difference != null && transport.sendsLate() && Lateness.hasLateListener(program)) {
                endedLate.add(program.seed);
            } else if (difference != null && transport.sendsLate() && Lateness.readsPieces(program)) {
                readInPieces.add(program.seed);
            } else if (difference != null && referenceTransport == Transport.HOSTED
                    && Lateness.mayHearOfEndFirst(program)) {
                endFirst.add(program.seed);
            } else if (difference != null) {
                faults.add(transport + " differs from " + referenceTransport + ": " + difference + "\n    "
                        + referenceTransport + ": " + reference.events() + "\n    " + transport + ": "
                        + trace.events());
            }
        }
        comparison.masked().forEach(kind -> masks.merge(kind.name(), 1, Integer::sum));
        if (comparison.isOrderMasked()) {
            masks.merge("order", 1, Integer::sum);
        }
        return faults;
    }

    Map<String, Integer> masks() {
        return masks;
    }

    /** Programs that differ from hosted channels, the reference for them, which have heard of the end first. */
    List<Long> endFirst() {
        return endFirst;
    }

    /** Programs that differ on own channels as a listener runs later there. */
    List<Long> endedLate() {
        return endedLate;
    }

    /** Programs that differ on own channels as UNIX sockets are read on demand in pieces there. */
    List<Long> readInPieces() {
        return readInPieces;
    }

    /** Programs that differ in the order of events only, which depends on how fast the peer reads. */
    List<Long> decidedByPeer() {
        return decidedByPeer;
    }

    List<Long> failedByEpoll() {
        return failedByEpoll;
    }

    @Override
    public void close() throws Exception {
        for (Venue venue : venues.values()) {
            venue.close();
        }
        epollFailures.stop();
    }
}
