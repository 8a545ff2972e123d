/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.faults;

import io.netty.channel.Channel;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** All connections of the stress program, what is open now, and what went wrong. */
final class Connections {
    private final boolean faultsEndConnections;
    private final Map<Integer, Connection> all = new ConcurrentHashMap<>();
    private final Set<Channel> open = ConcurrentHashMap.newKeySet();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();

    Connections(boolean faultsEndConnections) {
        this.faultsEndConnections = faultsEndConnections;
    }

    void add(Connection connection) {
        all.put(connection.id(), connection);
    }

    Connection find(int id) {
        return all.get(id);
    }

    void opened(Channel channel) {
        open.add(channel);
    }

    void closed(Channel channel) {
        open.remove(channel);
    }

    boolean areAllClosed() {
        return open.isEmpty();
    }

    void fail(String failure) {
        failures.add(failure);
    }

    /** A peer that closes early may reset the connection; without one nothing may be thrown. */
    void caught(Connection connection, Throwable cause) {
        if (!faultsEndConnections && (connection == null || connection.wrongEnd(false) != null)) {
            fail(connection + " caught " + cause);
        }
    }

    /** Once all have ended: what each has come to. */
    void judge() {
        for (Connection connection : all.values()) {
            String wrong = connection.wrongEnd(faultsEndConnections);
            if (wrong != null) {
                fail(connection + " " + wrong);
            }
        }
    }

    /** What has not ended, as text. */
    List<String> left() {
        List<String> left = new ArrayList<>();
        for (Channel channel : open) {
            left.add(channel.pipeline().last() + " " + channel.pipeline().get(Side.class));
        }
        return left;
    }

    int count() {
        return all.size();
    }

    Queue<String> failures() {
        return failures;
    }
}
