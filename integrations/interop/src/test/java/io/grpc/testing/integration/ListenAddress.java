/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.grpc.testing.integration;

import java.net.SocketAddress;

/** What the suite tells only its own package. */
public final class ListenAddress {
    private ListenAddress() { }

    /** Where the server of {@code test} listens. */
    public static SocketAddress of(AbstractInteropTest test) {
        return test.getListenAddress();
    }
}
