/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.ring.Ring;

/**
 * What a loop looks like now, for somebody who asks why a channel is silent. Made by any thread while the loop goes on: each
 * value is read once, and those of one line need not belong to the same moment. Nothing is read that the kernel shares, as a
 * loop that ends unmaps it.
 */
final class LoopDump {
    private LoopDump() { }

    static String of(LoopRing loopRing, Poller poller) {
        StringBuilder text = new StringBuilder();
        Ring ring = loopRing.get();
        if (ring == null) {
            text.append("waits on epoll: ").append(loopRing.unavailabilityCause());
        } else {
            text.append("waits on ").append(ring);
        }
        text.append("; ").append(poller.delivery()).append(", ").append(poller.sends())
                .append(poller.isShortOfMemory() ? ", short of memory to receive into\n" : "\n");
        for (PollRegistration registration : poller.snapshot()) {
            text.append("  ").append(registration).append('\n');
        }
        return text.toString();
    }
}
