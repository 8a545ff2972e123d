/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * A Netty transport whose event loop watches sockets with io_uring poll requests. Swap
 * {@link io.pollring.channel.IoUringEventLoopGroup} for Netty's {@code EpollEventLoopGroup} and keep the
 * {@code Epoll*Channel} classes.
 */
package io.pollring.channel;
