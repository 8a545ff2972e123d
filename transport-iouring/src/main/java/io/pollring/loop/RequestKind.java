/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

/** What a request is, as its user data says; a completion tells only that. */
final class RequestKind {
    static final int POLL = 1;
    static final int POLL_UPDATE = 2;
    static final int POLL_CANCEL = 3;
    /** An update that changes no event: it only makes the kernel look anew. */
    static final int POLL_RECHECK = 4;
    static final int RECEIVE = 5;
    static final int RECEIVE_CANCEL = 6;
    static final int SEND = 7;
    static final int WAKEUP = 8;
    static final int TIMER = 9;
    static final int EPOLL = 10;

    private RequestKind() { }

    /** Whether the user data of a request of {@code kind} has a registration's slot. */
    static boolean namesSlot(int kind) {
        return kind >= POLL && kind <= RECEIVE_CANCEL;
    }
}
