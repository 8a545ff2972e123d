/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The ring wrapper. Knows fds, masks, SQEs and CQEs, and no type of a Netty channel. Internal: not for users.
 *
 * <p>May use the JDK, {@code netty-common}, {@code io.netty.channel.unix} and the native functions of
 * {@code io.netty.channel.epoll}, and nothing of the packages above it.
 */
package io.pollring.ring;
