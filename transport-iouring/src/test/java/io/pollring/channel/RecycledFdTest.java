/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;
import io.netty.channel.unix.DomainSocketAddress;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.InetSocketAddress;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Connections whose fds have just been another's: none ever gets an event that is not its own. */
class RecycledFdTest {

    @ParameterizedTest
    @CsvSource({
        "HOSTED_RING, 40000", "HOSTED_REVERTED, 3000", "HOSTED_NO_RING, 2000", "HOSTED_NO_FEATURES, 3000",
        "OWN_RING, 15000", "OWN_DIRECT, 2000", "OWN_REVERTED, 2000", "OWN_NO_RING, 1000", "OWN_NO_FEATURES, 2000",
        "EPOLL, 1000"
    })
    void tcp(Setup setup, int count, TestReporter reporter) throws Exception {
        try (TestGroup group = setup.newGroup(2)) {
            int[] port = new int[1];
            // Many addresses: each has its own ports for the connections that linger in TIME_WAIT.
            ConnectionStorm storm = new ConnectionStorm(group, Scale.of(count), group.channels.socket,
                    n -> new InetSocketAddress("127.0.0." + (1 + n % 64), port[0]));
            Channel listener = storm.listen(group.channels.server, new InetSocketAddress("0.0.0.0", 0));
            port[0] = TestGroup.address(listener).getPort();
            storm.run();
            report(group, reporter);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HOSTED_RING, 40000", "HOSTED_REVERTED, 3000", "HOSTED_NO_RING, 2000", "HOSTED_NO_FEATURES, 3000",
        "OWN_RING, 15000", "OWN_DIRECT, 2000", "OWN_REVERTED, 2000", "OWN_NO_RING, 1000", "OWN_NO_FEATURES, 2000",
        "EPOLL, 1000"
    })
    void unixDomain(Setup setup, int count, TestReporter reporter) throws Exception {
        try (TestGroup group = setup.newGroup(2)) {
            DomainSocketAddress address = new DomainSocketAddress("\0pollring-storm-" + System.nanoTime());
            ConnectionStorm storm = new ConnectionStorm(group, Scale.of(count), group.channels.unix,
                    n -> address);
            storm.listen(group.channels.unixServer, address);
            storm.run();
            report(group, reporter);
        }
    }

    private static void report(TestGroup group, TestReporter reporter) {
        for (int i = 0; group.mode.isOurs() && i < 2; i++) {
            IoUringMetrics metrics = IoUring.metrics(group.loop(i));
            reporter.publishEntry("loop " + i, metrics.toString());
            // A slot is kept until its poll's last completion: nothing can come for a channel that is gone.
            assertEquals(0, metrics.staleCompletions());
            assertEquals(0, metrics.overflows());
        }
    }
}
