/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import java.util.List;
import java.util.Map;

/**
 * What happens between two barriers: the peer's actions, operations in a task, and what the handler does upon events.
 * If the channel's loop is held it meets all of them at once.
 */
final class Step {
    final boolean held;
    /** Whether the task does its operations while the loop is held, or is queued behind. */
    final boolean queued;
    final List<PeerAction> peer;
    final List<Op> task;
    final Map<Trigger, List<Op>> reactions;

    Step(boolean held, boolean queued, List<PeerAction> peer, List<Op> task, Map<Trigger, List<Op>> reactions) {
        this.held = held;
        this.queued = queued;
        this.peer = List.copyOf(peer);
        this.task = List.copyOf(task);
        this.reactions = Map.copyOf(reactions);
    }

    boolean isEmpty() {
        return peer.isEmpty() && task.isEmpty() && reactions.isEmpty();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(held ? queued ? "held, queued" : "held" : "free");
        if (!peer.isEmpty()) {
            text.append(", peer ").append(peer);
        }
        if (!task.isEmpty()) {
            text.append(", task ").append(task);
        }
        reactions.entrySet().stream().sorted(Map.Entry.comparingByKey())
                .forEach(entry -> text.append(", on ").append(entry.getKey()).append(' ').append(entry.getValue()));
        return text.toString();
    }
}
