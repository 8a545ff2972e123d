/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The protocol of io.pollring.loop.Waker between a loop and threads that give it tasks; WakerModelTest has spin look at
 * every interleaving. Each step here is one access to memory that is ordered with all others: in Java they are CAS, and
 * reads of an atomic, with a full fence between the publication of a task and the first read of the state.
 *
 * What must hold: a loop never sleeps for ever with a task to run (an invalid end state), nobody writes to an eventfd
 * that is closed (an assertion), and at most one thread writes for one sleep
 * (an assertion).
 *
 * A loop that watches the state instead is woken by whoever takes the bit away, who writes nothing.
 *
 * LOOKS_FIRST, CLOSES_AT_ONCE and SLEEPS_BLINDLY are the mistakes that the protocol is there to avoid; with each of them spin
 * must object.
 */
#define THREADS 3
/* The bits of Waker.state. */
#define SLEEPING 1
#define WATCHING 2
#define CLOSED 4
#define WRITER 8

byte state = 0;
bool open = true;
/* Writes that the loop's poll has not told yet: it is edge-triggered, and the eventfd is never read. */
byte edges = 0;
byte claims = 0;
byte tasks = 0;
byte ran = 0;

inline cas(expected, value, success) {
    atomic {
        if
        :: state == expected -> state = value; success = true
        :: else -> success = false
        fi
    }
}

proctype Giver() {
    byte current;
    bool done = false;

    tasks++;
    /* Waker.wakeup */
    current = state;
    do
    :: !done && (current & WATCHING) ->
        /* The loop sees it. */
        cas(current, current & ~WATCHING, done);
        current = state
    :: !done && (current & SLEEPING) && !(current & WATCHING) ->
        atomic {
            cas(current, (current & ~SLEEPING) + WRITER, done);
            if
            :: done -> claims++; assert(claims <= 1)
            :: else
            fi
        }
        if
        :: done ->
            assert(open);
            edges++;
            atomic { state = state - WRITER }
        :: else -> current = state
        fi
    :: else -> break
    od
}

inline runTasks() {
    atomic {
        ran = ran + tasks;
        tasks = 0
    }
}

inline setSleeping() {
    done = false;
    do
    :: !done ->
        current = state;
        atomic {
            claims = 0;
            cas(current, current | SLEEPING, done)
        }
    :: else -> break
    od
}

/* Waker.prepareToWatch */
inline setWatching() {
    done = false;
    do
    :: !done ->
        current = state;
        cas(current, current | WATCHING, done)
    :: else -> break
    od
}

/* Waker.sleepInstead */
inline sleepInstead() {
    done = false;
    do
    :: !done ->
        current = state;
        if
        :: current & WATCHING ->
            atomic {
                claims = 0;
                cas(current, (current & ~WATCHING) | SLEEPING, done)
            }
        :: else -> sleeps = false; done = true
        fi
    :: else -> break
    od
}

/* Watches, and gives that up at any time, or when it is woken. */
inline watch() {
    do
    :: !(state & WATCHING) -> sleeps = false; break
    :: true ->
#ifdef SLEEPS_BLINDLY
        setSleeping();
#else
        sleepInstead();
#endif
        break
    od
}

inline clearSleeping() {
    done = false;
    do
    :: !done ->
        current = state;
        if
        :: current & (SLEEPING | WATCHING) -> cas(current, current & ~(SLEEPING | WATCHING), done)
        :: else -> done = true
        fi
    :: else -> break
    od
}

active proctype Loop() {
    byte current;
    bool done;
    bool sleeps;
    bool watches;
    byte i;

    for (i : 1 .. THREADS) {
        run Giver()
    }
    do
    :: ran < THREADS ->
#ifdef LOOKS_FIRST
        sleeps = (tasks == 0);
#endif
        if
        :: true -> watches = true; setWatching()
        :: true ->
            watches = false;
            /* Waker.prepareToSleep: a write for an earlier sleep may still be on its way, and ends this one. */
            setSleeping()
        fi;
#ifndef LOOKS_FIRST
        sleeps = (tasks == 0);
#endif
        if
        :: sleeps && watches -> watch()
        :: else
        fi;
        if
        :: sleeps ->
            /* The kernel's wait. */
            atomic { edges > 0 -> edges = 0 }
        :: else
        fi;
        /* Waker.awake */
        clearSleeping();
        runTasks()
    :: else -> break
    od;
    /* Waker.close */
    done = false;
    do
    :: !done ->
        current = state;
        cas(current, (current & ~(SLEEPING | WATCHING)) | CLOSED, done)
    :: else -> break
    od;
#ifndef CLOSES_AT_ONCE
    state == CLOSED;
#endif
    open = false
}
