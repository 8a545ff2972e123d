/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;

import java.util.List;

/** Channels of datagrams under test, each made for its program. */
final class DatagramEnds implements Ends {
    private final Transport transport;
    private final List<EventLoop> loops;

    DatagramEnds(Transport transport, List<EventLoop> loops) {
        this.transport = transport;
        this.loops = loops;
    }

    @Override
    public Pair open(Program program, Trace trace, Ledger ledger) throws Exception {
        DatagramPeer peer = new DatagramPeer(program.kind, trace);
        try {
            Channel channel = transport.newDatagramChannel(program.kind);
            DatagramSubject subject = new DatagramSubject(channel, program.kind, peer, loops, trace, ledger);
            new Bootstrap().group(loops.get(0)).channelFactory(() -> channel)
                    .handler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel initialized) {
                            program.settings.apply(initialized);
                            initialized.pipeline().addLast(subject);
                        }
                    })
                    .bind(DatagramPeer.anyAddress(program.kind)).sync();
            subject.setAddress(channel.localAddress());
            peer.sendTo(channel.localAddress());
            if (((DatagramSettings) program.settings).connected) {
                channel.connect(peer.address()).sync();
            }
            return new Pair(subject, peer);
        } catch (Exception e) {
            peer.close();
            throw e;
        }
    }

    @Override
    public void close() {
        // Nothing is kept from program to program.
    }
}
