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
import java.util.function.LongFunction;

/** Runs programs on all transports, and keeps what is to be said of them. */
final class Differential implements AutoCloseable {
    private static final int MORE_RUNS = 6;
    private static final int WARM_UP = 10;

    private final Map<Transport, Venue> venues = new EnumMap<>(Transport.class);
    private final Map<String, Integer> masks = new TreeMap<>();
    private final ExpectedFailures expectedFailures = new ExpectedFailures();
    /** Programs of datagrams that a limit of messages leaves unwritten for a while. */
    private final List<Long> writtenBehindReads = new ArrayList<>();
    /** Programs of datagrams that ask to read in a read, which Netty's channels forget. */
    private final List<Long> askedInRead = new ArrayList<>();
    /** Programs of datagrams that are refused, and that ours send with one call. */
    private final List<Long> sentTogether = new ArrayList<>();
    /** Programs that epoll itself fails. */
    private final List<Long> failedByEpoll = new ArrayList<>();
    /** Programs that differ on own channels as a listener runs later there. */
    private final List<Long> endedLate = new ArrayList<>();
    /** Programs that differ on own channels as UNIX sockets are read on demand in pieces there. */
    private final List<Long> readInPieces = new ArrayList<>();
    /** Programs that differ from hosted channels, the reference for them, which have heard of the end first. */
    private final List<Long> endFirst = new ArrayList<>();
    /** Programs that differ in the order of events only, which depends on how fast the peer reads. */
    private final List<Long> decidedByPeer = new ArrayList<>();
    private final List<Long> partSizes = new ArrayList<>();
    private final List<Long> errorsTaken = new ArrayList<>();

    /** @param programs by their seeds, for what is done once */
    Differential(Set<Transport> transports, LongFunction<Program> programs) throws Exception {
        for (Transport transport : transports) {
            venues.put(transport, new Venue(transport, expectedFailures));
        }
        // What is loaded or opened once does not count.
        for (long seed = 1; seed <= WARM_UP; seed++) {
            for (Venue venue : venues.values()) {
                venue.run(programs.apply(seed));
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
            boolean stream = !program.kind.isDatagram();
            boolean late = stream && (transport.sendsLate() || Lateness.mayHearOfEndFirst(program));
            boolean otherSizes = stream && transport.readsLarger() && program.settings.fixedReads == 0;
            // A race of which two runs have shown one side only shows the other in some more.
            for (int i = 0; i < MORE_RUNS && comparison.difference(reference, trace, late, otherSizes) != null; i++) {
                comparison.mask(reference, venues.get(referenceTransport).run(program));
            }
            String difference = comparison.difference(reference, trace, late, otherSizes);
            boolean orderOnly = comparison.differenceByKind(reference, trace, late, otherSizes) == null;
            if (difference != null && !isLimit(program, transport, referenceTransport, orderOnly)) {
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

    /** Whether a program may differ, as docs/limits.md has it; if so it is noted. */
    private boolean isLimit(Program program, Transport transport, Transport reference, boolean orderOnly) {
        List<Long> limit = null;
        if (program.kind.isDatagram()) {
            limit = transport.isOwn() && Lateness.mayAskInRead(program) ? askedInRead
                    : transport.isOwn() && Lateness.mayBatchMore(program) ? sentTogether
                    : transport != Transport.NO_RING && Lateness.mayWriteBehindReads(program, orderOnly)
                    ? writtenBehindReads
                    : transport.isOwn() && Lateness.mayLosePartSize(program) ? partSizes
                    : transport != Transport.NO_RING && Lateness.mayHearOfTakenError(program) ? errorsTaken : null;
        } else if (orderOnly && Lateness.isDecidedByThePeer(program)) {
            limit = decidedByPeer;
        } else if (transport.sendsLate() && Lateness.hasLateListener(program)) {
            limit = endedLate;
        } else if (transport.sendsLate() && Lateness.readsPieces(program)) {
            limit = readInPieces;
        } else if (reference == Transport.HOSTED && Lateness.mayHearOfEndFirst(program)) {
            limit = endFirst;
        }
        if (limit != null) {
            limit.add(program.seed);
        }
        return limit != null;
    }

    /** What of all this is to be said, line by line. */
    String limits() {
        return "differs between runs of the reference, so masked, in so many programs: " + masks
                + "\n  epoll fails, so hosted is the reference: " + failedByEpoll
                + "\n  a listener of a deferred write is late: " + endedLate
                + "\n  a UNIX socket is read on demand: " + readInPieces
                + "\n  hosted is the reference, and hears of the end first: " + endFirst
                + "\n  a limit of messages leaves datagrams, which a ring writes behind reads: " + writtenBehindReads
                + "\n  Netty's channels forget that they are asked to read in a read: " + askedInRead
                + "\n  refused datagrams are sent together: " + sentTogether
                + "\n  Netty's channels lose the size of the parts of joined packets: " + partSizes
                + "\n  a ring tells an error that a send has taken: " + errorsTaken
                + "\n  how fast the peer reads decides the order: " + decidedByPeer;
    }

    @Override
    public void close() throws Exception {
        for (Venue venue : venues.values()) {
            venue.close();
        }
        expectedFailures.stop();
    }
}
