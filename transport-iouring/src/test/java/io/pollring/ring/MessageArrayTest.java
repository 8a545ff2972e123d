/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.InetAddress;
import java.net.InetSocketAddress;

import static org.junit.jupiter.api.Assertions.assertEquals;

class MessageArrayTest {

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1,        1, 127.0.0.1,        1, true,  true",
        "127.0.0.1,        1, 127.0.0.1,        2, false, false",
        "127.0.0.1,        1, 127.0.0.2,        1, false, false",
        "::1,              1, ::1,              1, true,  true",
        "::1,              1, ::2,              1, false, false",
        // Java takes these for equal.
        "fe80::1%1,        1, fe80::1%2,        1, false, false",
        "127.0.0.1,        1, ::1,              1, false, false",
        "0.0.0.0,          1, ::,               1, false, true",
    })
    void recipientsAreTheSameIfTheyAreToTheKernel(String one, int onePort, String other, int otherPort,
                                                  boolean same, boolean sameToIpv6) throws Exception {
        MessageArray messages = new MessageArray(3);
        try {
            for (boolean ipv6 : new boolean[] {false, true}) {
                // What a longer address has left behind does not count.
                messages.setRecipient(0, new InetSocketAddress(InetAddress.getByName("1:2:3:4:5:6:7:8%1"), 9), true);
                messages.setRecipient(0, new InetSocketAddress(InetAddress.getByName(one), onePort), ipv6);
                messages.setRecipient(1, new InetSocketAddress(InetAddress.getByName(other), otherPort), ipv6);
                messages.setConnected(2);
                assertEquals(ipv6 ? sameToIpv6 : same, messages.sameRecipient(0, 1));
                assertEquals(false, messages.sameRecipient(0, 2));
            }
            messages.setConnected(1);
            assertEquals(true, messages.sameRecipient(1, 2));
        } finally {
            messages.release();
        }
    }
}
