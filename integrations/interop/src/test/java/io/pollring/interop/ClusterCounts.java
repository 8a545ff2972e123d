/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

/** What a {@link ClusterNode} has seen since it was asked before. */
final class ClusterCounts {
    final int nodes;
    final int served;
    final int answered;
    final int failed;
    final int wrong;

    ClusterCounts(int nodes, int served, int answered, int failed, int wrong) {
        this.nodes = nodes;
        this.served = served;
        this.answered = answered;
        this.failed = failed;
        this.wrong = wrong;
    }

    /** @param line what {@link #toString()} has returned */
    static ClusterCounts parse(String line) {
        String[] words = line.split(" ");
        if (words.length != 10) {
            throw new IllegalArgumentException(line);
        }
        return new ClusterCounts(Integer.parseInt(words[1]), Integer.parseInt(words[3]), Integer.parseInt(words[5]),
                Integer.parseInt(words[7]), Integer.parseInt(words[9]));
    }

    @Override
    public String toString() {
        return "nodes " + nodes + " served " + served + " answered " + answered + " failed " + failed + " wrong " + wrong;
    }
}
