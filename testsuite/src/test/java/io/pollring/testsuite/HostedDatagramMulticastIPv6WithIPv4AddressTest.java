/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.epoll.EpollSocketTestPermutation;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.DatagramMulticastTest;

import java.util.List;

/** What the published {@code EpollDatagramMulticastIpv6WithIpv4AddrTest} means to be: it asks NIO for its channels. */
public class HostedDatagramMulticastIPv6WithIPv4AddressTest extends DatagramMulticastTest {

    @Override
    protected SocketProtocolFamily groupInternetProtocalFamily() {
        return SocketProtocolFamily.INET;
    }

    @Override
    protected SocketProtocolFamily socketInternetProtocalFamily() {
        return SocketProtocolFamily.INET6;
    }

    @Override
    protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
        return EpollSocketTestPermutation.instance().datagram(socketInternetProtocalFamily());
    }
}
