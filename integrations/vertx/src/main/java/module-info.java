/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/** This transport for Vert.x 5, which finds it by itself. */
module io.pollring.vertx {
    // An automatic module would be bound to Vert.x without what it needs itself.
    requires io.pollring.transport;
    requires transitive io.vertx.core;

    exports io.pollring.vertx;

    provides io.vertx.core.spi.VertxServiceProvider with io.pollring.vertx.PollringServiceProvider;
}
