/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.examples;

/** The command line makes no sense; the message says what is wrong with it, for the person who typed it. */
final class BadArgumentException extends IllegalArgumentException {
    BadArgumentException(String message) {
        super(message);
    }
}
