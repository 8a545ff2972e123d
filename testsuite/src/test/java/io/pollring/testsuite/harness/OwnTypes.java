/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

import java.util.HashMap;
import java.util.Map;

/** Which class of ours takes the place of which of Netty's in the runs of our own channels; internal names. */
final class OwnTypes {

    private static final String NETTY = "io/netty/channel/epoll/";
    private static final String OURS = "io/pollring/channel/";

    private static final Map<String, String> OWN_BY_NETTY = new HashMap<>();

    static {
        put("EpollSocketChannel", "IoUringSocketChannel");
        put("EpollSocketChannelConfig", "IoUringSocketChannelConfig");
        put("EpollServerSocketChannel", "IoUringServerSocketChannel");
        put("EpollServerSocketChannelConfig", "IoUringServerSocketChannelConfig");
        put("EpollDomainSocketChannel", "IoUringDomainSocketChannel");
        put("EpollDomainSocketChannelConfig", "IoUringDomainSocketChannelConfig");
        put("EpollServerDomainSocketChannel", "IoUringServerDomainSocketChannel");
        put("EpollTcpInfo", "IoUringTcpInfo");
        put("EpollDatagramChannel", "IoUringDatagramChannel");
        put("EpollDatagramChannelConfig", "IoUringDatagramChannelConfig");
        put("EpollDomainDatagramChannel", "IoUringDomainDatagramChannel");
        put("EpollDomainDatagramChannelConfig", "IoUringDomainDatagramChannelConfig");
        put("AbstractEpollStreamChannel", "AbstractIoUringStreamChannel");
        // Asked by a test that wants to know whether errors are those of the kernel's calls; true of ours as well.
        OWN_BY_NETTY.put(NETTY + "AbstractEpollChannel", "io/netty/channel/unix/UnixChannel");
    }

    private OwnTypes() { }

    private static void put(String netty, String own) {
        OWN_BY_NETTY.put(NETTY + netty, OURS + own);
    }

    /** @return {@code null} if ours has nothing in its place */
    static String inPlaceOf(String nettyType) {
        return OWN_BY_NETTY.get(nettyType);
    }
}
