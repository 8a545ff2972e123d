/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import io.pollring.testsuite.differential.Trace.Kind;
import org.junit.jupiter.api.Test;

import java.util.EnumSet;
import java.util.function.Consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Each planted difference is found, and nothing else. */
public class ComparisonTest {

    @Test
    public void sameTracesAgree() {
        assertNull(strict(usual(), usual()));
    }

    @Test
    public void runsOfReadsAreOne() {
        assertNull(strict(trace(t -> t.read(10)), trace(t -> {
            t.read(3);
            t.read(7);
        })));
    }

    @Test
    public void everyKindOfPlantedEventIsFound() {
        for (Kind kind : EnumSet.complementOf(EnumSet.of(Kind.READ))) {
            assertNotNull(strict(usual(), trace(t -> {
                fillUsual(t);
                t.add(kind, "planted");
            })), kind.name());
        }
    }

    @Test
    public void datagramsAreToldApart() {
        Trace two = trace(t -> {
            t.add(Kind.READ, "3 bytes");
            t.add(Kind.READ, "7 bytes");
        });
        assertNull(strict(two, two));
        assertNotNull(strict(two, trace(t -> t.add(Kind.READ, "3 bytes"))));
        assertNotNull(strict(two, trace(t -> {
            t.add(Kind.READ, "7 bytes");
            t.add(Kind.READ, "3 bytes");
        })));
    }

    @Test
    public void aMissingEventIsFound() {
        assertNotNull(strict(usual(), trace(t -> t.read(10))));
    }

    @Test
    public void aByteLessIsFound() {
        assertNotNull(strict(trace(t -> t.read(10)), trace(t -> t.read(9))));
    }

    @Test
    public void anotherOrderIsFound() {
        assertNotNull(strict(trace(t -> {
            t.add(Kind.USER_EVENT, "a");
            t.add(Kind.PROMISE, "b");
        }), trace(t -> {
            t.add(Kind.PROMISE, "b");
            t.add(Kind.USER_EVENT, "a");
        })));
    }

    @Test
    public void aLaterStepIsFound() {
        assertNotNull(strict(trace(t -> t.add(Kind.PROMISE, "a")), trace(t -> {
            t.beginStep(1);
            t.add(Kind.PROMISE, "a");
        })));
    }

    @Test
    public void lateSendsMayBeToldBehindTheReadsOfTheirStep() {
        Trace early = trace(t -> {
            t.read(1);
            t.add(Kind.PROMISE, "a");
            t.read(2);
        });
        Trace late = trace(t -> {
            t.read(3);
            t.add(Kind.PROMISE, "a");
        });
        assertNotNull(strict(early, late));
        assertNull(new Comparison().difference(early, late, true, false));
    }

    @Test
    public void lateSendsMayNotBeToldBehindTheEnd() {
        Trace early = trace(t -> {
            t.add(Kind.PROMISE, "a");
            t.add(Kind.LIFE, "inactive");
        });
        Trace late = trace(t -> {
            t.add(Kind.LIFE, "inactive");
            t.add(Kind.PROMISE, "a");
        });
        assertNotNull(new Comparison().difference(early, late, true, false));
    }

    @Test
    public void otherSizesOfReadsAreStillReads() {
        Trace small = trace(t -> t.read(10));
        assertNull(new Comparison().difference(small, trace(t -> t.read(12)), false, true));
        assertNotNull(new Comparison().difference(small, trace(t -> { }), false, true));
    }

    @Test
    public void whatTheReferenceItselfVariesInIsMasked() {
        Comparison comparison = new Comparison();
        comparison.mask(trace(t -> t.add(Kind.PEER_BYTES, "1")), trace(t -> t.add(Kind.PEER_BYTES, "2")));
        assertEquals(EnumSet.of(Kind.PEER_BYTES), comparison.masked());
        assertNull(comparison.difference(usual(), trace(t -> {
            fillUsual(t);
            t.add(Kind.PEER_BYTES, "planted");
        }), false, false));
        assertNotNull(comparison.difference(usual(), trace(t -> t.read(10)), false, false));
    }

    @Test
    public void whereTheReferenceVariesInOrderTheKindsAreStillCompared() {
        Trace promiseFirst = trace(t -> {
            t.add(Kind.PROMISE, "a");
            t.add(Kind.USER_EVENT, "b");
        });
        Trace eventFirst = trace(t -> {
            t.add(Kind.USER_EVENT, "b");
            t.add(Kind.PROMISE, "a");
        });
        Comparison comparison = new Comparison();
        comparison.mask(promiseFirst, eventFirst);
        assertTrue(comparison.isOrderMasked());
        assertNull(comparison.difference(promiseFirst, eventFirst, false, false));
        assertNotNull(comparison.difference(promiseFirst, trace(t -> t.add(Kind.USER_EVENT, "b")), false, false));
    }

    private static String strict(Trace expected, Trace seen) {
        return new Comparison().difference(expected, seen, false, false);
    }

    private static Trace usual() {
        return trace(ComparisonTest::fillUsual);
    }

    private static void fillUsual(Trace trace) {
        trace.read(10);
        trace.add(Kind.PROMISE, "1 done");
        trace.add(Kind.STATE, "open");
    }

    private static Trace trace(Consumer<Trace> content) {
        Trace trace = new Trace();
        content.accept(trace);
        return trace;
    }
}
