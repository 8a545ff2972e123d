/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.epoll.EpollIoHandle;

/** What is between a loop and a test's handles, and does nothing when it is told what the test knows. */
abstract class SilentAdapter implements HandleAdapter {
    @Override
    public void reading(EpollIoHandle handle) {
        // Nothing is remembered of an earlier read.
    }

    @Override
    public void registered(EpollIoHandle handle) {
        // The test has done it.
    }

    @Override
    public void unregistered(EpollIoHandle handle) {
        // The handle hears it as well.
    }
}
