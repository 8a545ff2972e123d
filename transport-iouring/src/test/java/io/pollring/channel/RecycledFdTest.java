/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.InetSocketAddress;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Connections whose fds have just been another's: none ever gets an event that is not its own. */
class RecycledFdTest {

    @ParameterizedTest
    @CsvSource({"RING, 60000", "REVERTED, 5000", "NO_RING, 2000", "NO_FEATURES, 5000", "EPOLL, 1000"})
    void tcp(Mode mode, int count, TestReporter reporter) throws Exception {
        try (TestGroup group = new TestGroup(mode, 2)) {
            int[] port = new int[1];
            // Many addresses: each has its own ports for the connections that linger in TIME_WAIT.
            ConnectionStorm storm = new ConnectionStorm(group, Scale.of(count), EpollSocketChannel.class,
                    n -> new InetSocketAddress("127.0.0." + (1 + n % 64), port[0]));
            Channel listener = storm.listen(EpollServerSocketChannel.class, new InetSocketAddress("0.0.0.0", 0));
            port[0] = TestGroup.address(listener).getPort();
            storm.run();
            report(group, reporter);
        }
    }

    @ParameterizedTest
    @CsvSource({"RING, 40000", "REVERTED, 5000", "NO_RING, 2000", "NO_FEATURES, 5000", "EPOLL, 1000"})
    void unixDomain(Mode mode, int count, TestReporter reporter) throws Exception {
        try (TestGroup group = new TestGroup(mode, 2)) {
            DomainSocketAddress address = new DomainSocketAddress("\0pollring-storm-" + System.nanoTime());
            ConnectionStorm storm = new ConnectionStorm(group, Scale.of(count), EpollDomainSocketChannel.class,
                    n -> address);
            storm.listen(EpollServerDomainSocketChannel.class, address);
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
