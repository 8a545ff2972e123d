/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

/** Receives completions. It only takes note of them: it may be called from inside a full queue's enter. */
@FunctionalInterface
public interface CompletionHandler {
    /**
     * @param userData what the request carried
     * @param result   the request's result, or {@code -errno}
     * @param flags    {@link Abi#CQE_F_MORE} if the request goes on
     */
    void completed(long userData, int result, int flags);
}
