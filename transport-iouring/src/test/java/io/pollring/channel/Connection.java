/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.epoll.Native;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.UnixChannel;
import io.pollring.ring.Abi;
import io.pollring.ring.EpollSet;

import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** A TCP connection: one end is a channel that a loop under test has accepted, the other a plain blocking socket. */
final class Connection implements AutoCloseable {
    final SocketChannel channel;
    final Recorder recorder;
    final Socket peer;

    private Connection(SocketChannel channel, Recorder recorder, Socket peer) {
        this.channel = channel;
        this.recorder = recorder;
        this.peer = peer;
    }

    static Connection open(TestGroup group) throws Exception {
        return open(group, bootstrap -> { });
    }

    static Connection open(TestGroup group, Consumer<ServerBootstrap> settings) throws Exception {
        return open(group, new Recorder(), settings);
    }

    /** Connects; the listener is closed when this returns, so that nothing but the connection is on the loop. */
    static Connection open(TestGroup group, Recorder recorder, Consumer<ServerBootstrap> settings) throws Exception {
        return open(group, recorder, settings, socket -> { });
    }

    static Connection open(TestGroup group, Recorder recorder, Consumer<ServerBootstrap> settings,
                           SocketSettings peerSettings) throws Exception {
        Channel listener = group.listen(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel ch) {
                ch.pipeline().addLast(recorder);
            }
        }, settings);
        Socket peer = new Socket();
        try {
            peer.setTcpNoDelay(true);
            peer.setSoTimeout(10_000);
            peerSettings.apply(peer);
            peer.connect(TestGroup.address(listener));
            SocketChannel channel = (SocketChannel) recorder.active.get(10, TimeUnit.SECONDS);
            listener.close().sync();
            return new Connection(channel, recorder, peer);
        } catch (Throwable t) {
            peer.close();
            throw t;
        }
    }

    /** Sends {@code count} bytes to the channel. */
    void send(int count) throws Exception {
        peer.getOutputStream().write(new byte[count]);
    }

    /**
     * Waits until what the peer has sent is there for the channel, who must not take it meanwhile. Loopback delivers within
     * the call that sends, unless the kernel has so much to do that it leaves that to a thread of its own.
     */
    void awaitArrival() throws Exception {
        try (EpollSet set = new EpollSet(io.pollring.ring.Native.kernel(), Native.sizeofEpollEvent(),
                Native.offsetofEpollData())) {
            assertEquals(0, set.set(((UnixChannel) channel).fd().intValue(), Abi.POLLIN, false));
            assertEquals(1, set.await(5000), "what has come");
        }
    }

    /** Makes the peer's {@code close()} send RST. */
    void resetByPeer() throws Exception {
        peer.setSoLinger(true, 0);
        peer.close();
    }

    /** How the peer sees the connection end: reads to the end and returns {@code "FIN"} or {@code "RST"}. */
    String awaitEnd() throws Exception {
        byte[] buffer = new byte[8192];
        try {
            while (peer.getInputStream().read(buffer) >= 0) {
                continue;
            }
            return "FIN";
        } catch (SocketException e) {
            return "RST";
        }
    }

    @Override
    public void close() throws Exception {
        peer.close();
        if (!channel.eventLoop().isShuttingDown()) {
            channel.close().sync();
        }
        // The loop's shutdown closes it too.
        Await.until("the channel is closed", 10_000, () -> !channel.isOpen());
    }

    interface SocketSettings {
        void apply(Socket socket) throws Exception;
    }
}
