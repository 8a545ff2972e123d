/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

import io.netty.channel.Channel;

/** Two ends that talk to each other. */
final class SoakConnection {
    final long id;
    final Link link;
    /** Whether its client is on the loops that are suspended. */
    final boolean isScaling;
    final SoakEnd client;
    final SoakEnd server;
    /** Who accepts it, if anybody has to. */
    Channel listener;
    /** What the scheduler has asked for; nothing may end without. */
    volatile Ending ending;
    private final SoakWorld world;
    private boolean isOver;

    SoakConnection(long id, Link link, boolean isScaling, SoakWorld world) {
        this.id = id;
        this.link = link;
        this.isScaling = isScaling;
        this.world = world;
        client = newEnd(true);
        server = newEnd(false);
    }

    private SoakEnd newEnd(boolean isClient) {
        return link == Link.UDP ? new DatagramEnd(this, isClient) :
                link == Link.DESCRIPTORS ? new DescriptorEnd(this, isClient) : new StreamEnd(this, isClient);
    }

    boolean isReady() {
        return client.ready && server.ready;
    }

    SoakCounts counts() {
        return world.counts;
    }

    void violated(SoakEnd end, String what) {
        world.violations.add(link + " connection " + id + (ending == null ? "" : ", which should end: " + ending) + ": "
                + what + "; " + end + ", other end: " + end.other());
    }

    /** {@code fromClient}: who begins. */
    void end(Ending how, boolean fromClient, int lastBytes) {
        ending = how;
        SoakEnd end = fromClient ? client : server;
        client.post(client::resume);
        server.post(server::resume);
        end.post(() -> end.end(how, lastBytes));
    }

    void endClosed() {
        synchronized (this) {
            if (isOver || !client.closed || !server.closed) {
                return;
            }
            isOver = true;
        }
        world.over(this);
    }

    /** Whether a fault may have ended it, unasked. It is over then, and so is its other end. */
    boolean brokenByFault() {
        if (!world.faults.mayEnd()) {
            return false;
        }
        if (abandon()) {
            world.faults.broken();
        }
        return true;
    }

    /** Whether a fault may be what {@code cause} tells of; then it is over. */
    boolean brokenByFault(Throwable cause) {
        return world.faults.mayCause(cause) && brokenByFault();
    }

    /**
     * Gives it up, after a violation or a fault.
     *
     * @return whether it was not over before
     */
    boolean abandon() {
        ending = Ending.RESET;
        for (SoakEnd end : new SoakEnd[] { client, server }) {
            if (end.channel == null) {
                end.closed = true;
            } else {
                end.channel.close();
            }
        }
        synchronized (this) {
            if (isOver) {
                return false;
            }
            isOver = true;
        }
        world.over(this);
        return true;
    }

    /** What the judge sees change as long as this gets on. */
    long progress() {
        return client.received + server.received + (client.closed ? 1 : 0) + (server.closed ? 1 : 0)
                + (client.ready ? 1 : 0) + (server.ready ? 1 : 0);
    }
}
