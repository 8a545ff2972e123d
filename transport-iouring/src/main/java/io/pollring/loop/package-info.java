/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The event loop's turn: registrations, generations, timer, wake-up, reverting. Knows {@code IoHandle} and
 * {@code EpollIoOps}, and no Netty channel. Internal: not for users.
 *
 * <p>May use {@link io.pollring.ring}, and nothing of {@code io.pollring.channel}.
 */
package io.pollring.loop;
