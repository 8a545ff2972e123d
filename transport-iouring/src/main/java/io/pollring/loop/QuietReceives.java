/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

/**
 * Finds streams that have a receive in the kernel and have got nothing through it for long. A receive that waits, with the
 * poll beside it, takes 1,117 bytes of the kernel's memory, and a poll alone 253 (measured on 6.18). So such a stream is
 * left with a poll, and what comes for it costs a system call. It gets a receive again when something comes twice within a
 * period or two: for a message now and then one poll is less work than two requests and a cancellation, and the ring would
 * keep the memory of a request that is over for the next one.
 *
 * <p>A sweep comes once in a period. A receive that was armed, or brought something, after the sweep before is noted; one
 * that was noted then, and has brought nothing since, goes. What a sweep costs is one word for 64 slots and some work for
 * each receive that goes, of which there is a limit in each turn. When there is no receive left there is no sweep, so that
 * a loop all of whose streams are quiet sleeps.
 *
 * <p>Belongs to the loop's thread.
 */
final class QuietReceives {
    /**
     * As many as fit a turn in which others wait: each takes two requests, of about a microsecond. Receives go word by
     * word, so that it may be nearly twice as many.
     */
    private static final int MAX_AT_ONCE = 64;
    /** A busy loop looks at the clock this often; one that sleeps is woken. */
    private static final int TURNS_BETWEEN_LOOKS = 64;
    /** Periods are counted in so many bits; the next one tells that there is a number. */
    private static final int PERIOD_BITS = 30;
    private static final int PERIODS = (1 << PERIOD_BITS) - 1;

    private final RegistrationTable table;
    private final WorkQueues queues;
    private final LoopMetrics metrics;
    private final LoopMemory memory;
    private final long periodNanos;
    /** A bit for each slot: of its stream a receive was armed. It may be over. */
    private long[] armed = {};
    /** Of those the ones that have brought nothing since the last sweep. */
    private long[] silent = {};
    private boolean scheduled;
    private long dueNanos;
    private int turnsToLook;
    /** Where the sweep goes on that is under way. */
    private int nextWord;

    /** @param periodNanos the time between two sweeps; 0 for none at all */
    QuietReceives(RegistrationTable table, WorkQueues queues, LoopMetrics metrics, LoopMemory memory, long periodNanos) {
        this.table = table;
        this.queues = queues;
        this.metrics = metrics;
        this.memory = memory;
        this.periodNanos = periodNanos;
    }

    /** Whether a stream on which nothing comes is to have no receive. */
    boolean isWanted() {
        return periodNanos > 0;
    }

    /** A receive was armed for the stream in {@code slot}. */
    void armed(int slot) {
        int word = slot >>> 6;
        if (!isWanted() || word >= armed.length && !grow(word)) {
            // Without memory to take note of it it stays until something comes.
            return;
        }
        armed[word] |= 1L << slot;
        silent[word] &= ~(1L << slot);
        if (!scheduled) {
            schedule();
        }
    }

    /** The receive for the stream in {@code slot} has brought something. */
    void heard(int slot) {
        int word = slot >>> 6;
        if (word < silent.length) {
            silent[word] &= ~(1L << slot);
        }
    }

    /** A quiet stream was given data. @return whether that is not the first for a period, or two */
    boolean comesOften(StreamRegistration stream) {
        int before = stream.heardIn;
        stream.heardIn = (int) (System.nanoTime() / periodNanos) & PERIODS | 1 << PERIOD_BITS;
        return before != 0 && (stream.heardIn - before & PERIODS) <= 1;
    }

    private boolean grow(int word) {
        int length = Math.max(word + 1, armed.length + (armed.length >>> 1));
        try {
            long[] moreArmed = memory.copyOf(armed, length);
            silent = memory.copyOf(silent, length);
            armed = moreArmed;
            return true;
        } catch (OutOfMemoryError e) {
            return false;
        }
    }

    private void schedule() {
        scheduled = true;
        dueNanos = System.nanoTime() + periodNanos;
        turnsToLook = TURNS_BETWEEN_LOOKS;
    }

    /** Whether there is to be another sweep. */
    boolean isScheduled() {
        return scheduled;
    }

    /** When the next sweep is due, as {@link System#nanoTime()} counts, if there is to be one. */
    long dueNanos() {
        return dueNanos;
    }

    /** The loop must not sleep, perhaps as a sweep is due: the next turn looks. */
    void lookNow() {
        turnsToLook = 0;
    }

    /** To be called once in a turn, before interest is brought to the kernel. */
    void sweepIfDue() {
        if (!scheduled || --turnsToLook > 0) {
            return;
        }
        turnsToLook = TURNS_BETWEEN_LOOKS;
        if (System.nanoTime() - dueNanos >= 0) {
            sweep();
        }
    }

    /** Sweeps on, as far as is good at once. */
    void sweep() {
        int left = MAX_AT_ONCE;
        while (nextWord < armed.length && left > 0) {
            left -= sweep(nextWord++);
        }
        if (nextWord < armed.length) {
            lookNow();
            return;
        }
        nextWord = 0;
        scheduled = false;
        for (long word : armed) {
            if (word != 0) {
                schedule();
                return;
            }
        }
    }

    /** @return how many receives were looked at */
    private int sweep(int word) {
        long quiet = armed[word] & silent[word];
        armed[word] &= ~quiet;
        silent[word] = armed[word];
        for (long bits = quiet; bits != 0; bits &= bits - 1) {
            giveUp(word << 6 | Long.numberOfTrailingZeros(bits));
        }
        return Long.bitCount(quiet);
    }

    private void giveUp(int slot) {
        PollRegistration registration = table.at(slot);
        if (registration instanceof StreamRegistration) {
            StreamRegistration stream = (StreamRegistration) registration;
            Reception before = stream.reception;
            stream.reception = before.silent();
            if (stream.reception != before) {
                metrics.receivesQuiet.increment();
                queues.changed(stream);
            }
        }
    }
}
