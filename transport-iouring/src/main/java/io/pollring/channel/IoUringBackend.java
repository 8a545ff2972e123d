/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

/** What watches the sockets of a loop, or of one channel. */
public enum IoUringBackend {
    /** Poll requests on the loop's io_uring ring. */
    RING,
    /** The loop's epoll set: the loop has no ring, or the ring cannot watch this channel. */
    EPOLL
}
