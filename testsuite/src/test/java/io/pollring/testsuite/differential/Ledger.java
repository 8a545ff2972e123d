/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import io.netty.util.ReferenceCounted;

import java.util.ArrayList;
import java.util.List;

/** What was allocated for messages, so that what is left can be counted. */
final class Ledger {
    private final List<ReferenceCounted> messages = new ArrayList<>();

    synchronized <T extends ReferenceCounted> T note(T message) {
        messages.add(message);
        return message;
    }

    synchronized int unreleased() {
        int unreleased = 0;
        for (ReferenceCounted message : messages) {
            if (message.refCnt() > 0) {
                unreleased++;
            }
        }
        return unreleased;
    }
}
