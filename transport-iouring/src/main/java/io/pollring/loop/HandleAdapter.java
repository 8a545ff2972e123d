/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.epoll.EpollIoHandle;

import java.io.IOException;

/** What the loop asks or tells the layer above it about a handle. Called on the loop's thread. */
public interface HandleAdapter {

    /** Called before a handle is given {@code POLLIN}, so that {@link #isDrained} can tell what this read has done. */
    void reading(EpollIoHandle handle);

    /**
     * Called after a handle was given {@code POLLIN}. An edge-triggered poll speaks again only if more arrives, so the
     * loop has the kernel look anew unless it is sure that the handle has taken all there was.
     *
     * @return {@code true} only if the handle's last read is known to have left nothing behind
     */
    boolean isDrained(EpollIoHandle handle);

    /**
     * Asked when {@link #isDrained} is not sure: whether the handle's last read got less than it had room for. Then mostly
     * nothing is left, and the loop has the kernel look anew only before it sleeps, or a little later.
     */
    boolean hasStoppedShort(EpollIoHandle handle);

    /** Neither the ring nor epoll can watch the handle's fd: the handle has to hear of it and close. */
    void failed(EpollIoHandle handle, IOException cause);

    /** The handle is registered, and nothing is known of it yet. */
    void registered(EpollIoHandle handle);

    /** The handle's registration has ended. */
    void unregistered(EpollIoHandle handle);

    /** The handle is now watched by epoll. */
    void reverted(EpollIoHandle handle);

    /** The handle is not watched by epoll any more. */
    void restored(EpollIoHandle handle);
}
