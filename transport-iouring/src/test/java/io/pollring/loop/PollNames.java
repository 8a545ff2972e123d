/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.ring.Abi;

/** Poll masks in words, for messages. */
final class PollNames {
    private PollNames() { }

    static String of(int mask) {
        StringBuilder names = new StringBuilder();
        int rest = append(names, mask, Abi.POLLIN, "IN");
        rest = append(names, rest, Abi.POLLPRI, "PRI");
        rest = append(names, rest, Abi.POLLOUT, "OUT");
        rest = append(names, rest, Abi.POLLERR, "ERR");
        rest = append(names, rest, Abi.POLLHUP, "HUP");
        rest = append(names, rest, Abi.POLLRDHUP, "RDHUP");
        if (rest != 0) {
            append(names, rest, rest, "0x" + Integer.toHexString(rest));
        }
        return names.length() == 0 ? "nothing" : names.toString();
    }

    private static int append(StringBuilder names, int mask, int bit, String name) {
        if ((mask & bit) != 0) {
            names.append(names.length() == 0 ? "" : "|").append(name);
        }
        return mask & ~bit;
    }
}
