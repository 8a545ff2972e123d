/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

import io.netty.channel.EventLoop;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Makes connections, does random things to them, ends and replaces them; one thread. */
final class SoakScheduler {
    private static final int TURN_MILLIS = 10;
    private static final int TURNS_PER_SECOND = 1000 / TURN_MILLIS;
    private static final int MAX_PENDING = 100;
    private static final int MAX_VIOLATIONS = 50;
    /** How much longer a slow machine may take to do all there is to do at least once. */
    private static final long EXTENSION_NANOS = TimeUnit.SECONDS.toNanos(240);
    /** Of each wave of connections on the loops that are suspended between two waves. */
    private static final int WAVE_TURNS = 4 * TURNS_PER_SECOND;
    private static final int WAVE_CONNECTIONS = 40;

    private final SoakWorld world;
    private final SoakSettings settings;
    private final SoakGroups groups;
    private final SoakNet net;
    private final LoopPulse pulse;
    private final Random random;
    private final String name;
    private final StallWatch watch;
    private final List<SoakConnection> live = new ArrayList<>();
    private final PriorityQueue<Later> later = new PriorityQueue<>(Comparator.comparingLong((Later l) -> l.turn));
    private boolean isWave = true;
    private long waveBegan;
    private int mostLive;
    private long turn;
    private long ids;

    SoakScheduler(String name, SoakWorld world, SoakSettings settings, SoakGroups groups, SoakNet net, long seed) {
        this.name = name;
        this.world = world;
        this.settings = settings;
        this.groups = groups;
        this.net = net;
        random = new Random(seed);
        List<EventLoop> loops = new ArrayList<>(SoakGroups.loops(groups.main));
        loops.addAll(SoakGroups.loops(groups.scaling));
        watch = new StallWatch(loops);
        pulse = new LoopPulse(SoakGroups.loops(groups.main));
    }

    void run(long seconds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() - end < (isComplete() ? 0 : EXTENSION_NANOS) && goesOn()) {
            turn();
            refill();
            // What does not keep up is not flooded.
            for (int i = 0; i < settings.eventsPerSecond / TURNS_PER_SECOND && pulse.isAnswered(); i++) {
                event();
            }
        }
        if (!isComplete()) {
            world.violations.add(name + " has had no " + world.counts.missing().keySet() + ", " + mostLive
                    + " connections at most, " + groups.resumed() + " loops resumed, and " + world.faults
                    + ", so not all was tried");
        }
        while (!live.isEmpty() && goesOn()) {
            live.stream().filter(connection -> connection.ending == null && connection.isReady()).forEach(this::end);
            turn();
        }
        print();
        world.faults.check(world.violations);
        if (pulse.isDead()) {
            world.violations.add("a loop does not run any more");
        }
    }

    /** Whether each kind of thing has been there at least once. */
    private boolean isComplete() {
        return mostLive >= settings.connectionsThatFit && groups.resumed() > 0 && world.counts.missing().isEmpty()
                && world.faults.isTried();
    }

    private boolean goesOn() {
        return world.violations.count() < MAX_VIOLATIONS && !pulse.isDead();
    }

    private void turn() throws InterruptedException {
        Thread.sleep(TURN_MILLIS);
        turn++;
        for (Later due = later.peek(); due != null && due.turn <= turn; due = later.peek()) {
            later.poll().operation.run();
        }
        List<SoakConnection> gone = new ArrayList<>();
        for (SoakConnection over; (over = world.over.poll()) != null;) {
            watch.forget(over);
            gone.add(over);
        }
        if (!gone.isEmpty()) {
            live.removeAll(new HashSet<>(gone));
        }
        if (turn % TURNS_PER_SECOND == 0 && pulse.isAnswered()) {
            watch.look(live);
            nudgeDatagrams();
            pulse.ask();
        }
        wave();
        if (turn % (10 * TURNS_PER_SECOND) == 0) {
            print();
        }
    }

    /** Connections come to the loops that are suspended, go all, and come again after the loops were suspended. */
    private void wave() {
        if (isWave && turn - waveBegan > WAVE_TURNS) {
            isWave = false;
            waveBegan = turn;
        }
        if (isWave) {
            return;
        }
        live.stream().filter(connection -> connection.isScaling && connection.ending == null
                && connection.isReady()).forEach(this::end);
        // A little later, so that their threads have ended as a rule.
        if (groups.trySuspend() && turn - waveBegan > WAVE_TURNS) {
            groups.resume();
            isWave = true;
            waveBegan = turn;
        }
    }

    private void print() {
        System.out.printf("%tT %s: live=%d most=%d %s %s resumed=%d violations=%d%n", System.currentTimeMillis(), name,
                live.size(), mostLive, world.counts, world.faults, groups.resumed(), world.violations.count());
    }

    /** If many were lost in a row, it takes more to see whether all would be. */
    private void nudgeDatagrams() {
        for (SoakConnection connection : live) {
            for (SoakEnd end : new SoakEnd[] { connection.client, connection.server }) {
                if (connection.link == Link.UDP && connection.isReady() && end.isAwaiting()) {
                    end.other().post(() -> end.other().send(1, 1));
                }
            }
        }
    }

    private void refill() {
        long pending = live.stream().filter(connection -> !connection.isReady()).count();
        long scaling = live.stream().filter(connection -> connection.isScaling).count();
        // A few more than are wanted, as some are always about to be made.
        for (; live.size() < settings.connectionsThatFit + MAX_PENDING / 2 && pending < MAX_PENDING; pending++) {
            boolean isScaling = isWave && scaling < WAVE_CONNECTIONS && random.nextInt(4) == 0;
            scaling += isScaling ? 1 : 0;
            SoakConnection connection = new SoakConnection(++ids, Link.at(random.nextInt(100)), isScaling, world);
            live.add(connection);
            net.open(connection, random);
        }
        mostLive = Math.max(mostLive, live.size() - (int) pending);
    }

    private void event() {
        SoakConnection connection = live.get(random.nextInt(live.size()));
        SoakEnd end = random.nextBoolean() ? connection.client : connection.server;
        int point = random.nextInt(1000);
        if (!connection.isReady() || connection.ending != null) {
            return;
        }
        if (point < 60) {
            end(connection);
        } else if (point < 120) {
            EventLoop next = groups.any(end, random);
            end.post(() -> end.move(next));
        } else if (point < 140) {
            end.post(end::revert);
        } else if (point < 180) {
            end.post(end::pause);
            later(random.nextInt(5 * TURNS_PER_SECOND), () -> end.post(end::resume));
        } else if (point < 210) {
            end.post(end::beSlow);
            slowly(end, 50);
        } else {
            int bytes = random.nextInt(200) == 0 ? 1 << 20 : 1 + random.nextInt(1 << random.nextInt(17));
            int writes = 1 + random.nextInt(4);
            end.post(() -> end.send(bytes, writes));
        }
    }

    private void slowly(SoakEnd end, int reads) {
        later(3, () -> {
            if (reads == 0) {
                end.post(end::resume);
            } else {
                end.post(end::readOnce);
                slowly(end, reads - 1);
            }
        });
    }

    private void end(SoakConnection connection) {
        int kind = random.nextInt(connection.link == Link.UDP ? 1 : connection.link.isHalfClosable() ? 3 : 2);
        boolean inVain = kind == 1 && connection.link.isInet() && settings.resetsGetLost;
        connection.end(kind == 0 || inVain ? Ending.CLOSE : kind == 1 ? Ending.RESET : Ending.HALF_CLOSE,
                random.nextBoolean(), 1 + random.nextInt(1 << random.nextInt(17)));
    }

    private void later(int turns, Runnable operation) {
        later.add(new Later(turn + turns, operation));
    }

    private static final class Later {
        final long turn;
        final Runnable operation;

        Later(long turn, Runnable operation) {
            this.turn = turn;
            this.operation = operation;
        }
    }
}
