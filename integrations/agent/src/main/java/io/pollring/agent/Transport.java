/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.agent;

import java.util.Iterator;

/**
 * What the agent asks of Pollring in one of the application's class loaders. It names no type of Netty's: the agent's
 * loader has none. Its implementation is in the package {@code carried}.
 */
public interface Transport {
    /** Netty's {@code IoHandlerFactory}, for what {@code EpollIoHandler.newFactory} was given. */
    Object newFactory(int maxEvents, Object selectStrategyFactory);

    /** How many channels a handler of ours has; -1 if it is not one of ours. */
    int channelCount(Object handler);

    /** The channels that a handler of ours has; {@code null} if it is not one of ours. */
    Iterator<?> channels(Object handler);

    /** Whether a handler is ours. */
    boolean isOurs(Object handler);

    /** The class of our own in the place of one of Netty's epoll channels, or {@code channelClass} itself. */
    Class<?> ownChannel(Class<?> channelClass);

    /** Tells the log that what the application has of Netty uses Pollring now. */
    void logUse(String text);
}
