/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.util.NetUtil;
import io.pollring.channel.Transport.Family;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** {@code TCP_MD5SIG}: only peers with the same key can connect. */
class TcpMd5Test {
    private static final byte[] KEY = "a key".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OTHER_KEY = "no key".getBytes(StandardCharsets.US_ASCII);
    private static final int TIMEOUT_MILLIS = 200;

    @ParameterizedTest
    @CsvSource({ "RING, RING", "RING, NETTY", "NETTY, RING", "REVERTED, NO_RING", "NETTY, NETTY" })
    void onlyTheRightKeyConnects(Transport serverTransport, Transport clientTransport) throws Exception {
        // IPv4 addresses are mapped ones to these sockets.
        for (InetAddress address : new InetAddress[] { NetUtil.LOCALHOST4, NetUtil.LOCALHOST6 }) {
            try (TestGroup serverGroup = serverTransport.newGroup(1);
                 TestGroup clientGroup = clientTransport.newGroup(1)) {
                Recorder received = new Recorder();
                Channel server = listen(serverTransport, serverGroup, address, received, keys(address));
                ChannelFuture wrong = connect(clientTransport, clientGroup, server,
                        Collections.singletonMap(address, OTHER_KEY));
                ChannelFuture none = connect(clientTransport, clientGroup, server, Collections.emptyMap());
                Channel client = connect(clientTransport, clientGroup, server, Collections.singletonMap(address, KEY))
                        .sync().channel();
                client.writeAndFlush(Unpooled.wrappedBuffer(new byte[100])).sync();
                Await.until("all is received", 5000, () -> received.byteCount() == 100);
                assertTimesOut(wrong);
                assertTimesOut(none);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({ "RING", "REVERTED", "NO_RING" })
    void aRemovedKeyIsAskedForNoMore(Transport transport) throws Exception {
        try (TestGroup group = transport.newGroup(1)) {
            IoUringServerSocketChannel server = (IoUringServerSocketChannel) listen(transport, group,
                    NetUtil.LOCALHOST4, new Recorder(), keys(NetUtil.LOCALHOST4));
            assertTimesOut(connect(transport, group, server, Collections.emptyMap()));
            server.config().setTcpMd5Sig(Collections.singletonMap(InetAddress.getByName("127.0.0.9"), KEY));
            assertTrue(connect(transport, group, server, Collections.emptyMap()).sync().isSuccess());
        }
    }

    @ParameterizedTest
    @CsvSource({ "RING", "REVERTED", "NO_RING" })
    void acceptedConnectionsInheritKeysAndMayDropThem(Transport transport) throws Exception {
        Recorder child = new Recorder();
        Recorder clientRecorder = new Recorder();
        try (TestGroup group = transport.newGroup(1)) {
            // More than the one key that is the peer's, which is the only one that the kernel gives the connection.
            Channel server = listen(transport, group, NetUtil.LOCALHOST4, child, keys(NetUtil.LOCALHOST4));
            transport.client(group.group, Family.TCP, clientRecorder)
                    .option(EpollChannelOption.TCP_MD5SIG, Collections.singletonMap(NetUtil.LOCALHOST4, KEY))
                    .connect(server.localAddress()).sync();
            IoUringSocketChannel accepted = (IoUringSocketChannel) child.active.get(5, TimeUnit.SECONDS);
            accepted.writeAndFlush(Unpooled.wrappedBuffer(new byte[10])).sync();
            Await.until("signed data is received", 5000, () -> clientRecorder.byteCount() == 10);

            assertTrue(accepted.config().setOption(EpollChannelOption.TCP_MD5SIG, new HashMap<>()));
            accepted.writeAndFlush(Unpooled.wrappedBuffer(new byte[10])).sync();
            Thread.sleep(100);
            assertEquals(10, clientRecorder.byteCount(), "data without a signature is received");
        }
    }

    @Test
    void aListenerDoesNotListThem() throws Exception {
        OptionsTest.Body check = channel ->
                assertFalse(channel.config().getOptions().containsKey(EpollChannelOption.TCP_MD5SIG));
        OptionsTest.with(ConfigKind.TCP_SERVER, check);
        OptionsTest.withNettys(ConfigKind.TCP_SERVER, check);
    }

    @Test
    void badKeysAreRefused() throws Exception {
        OptionsTest.with(ConfigKind.TCP, channel -> {
            IoUringSocketChannelConfig config = (IoUringSocketChannelConfig) channel.config();
            config.setTcpMd5Sig(Collections.singletonMap(NetUtil.LOCALHOST4, new byte[1]));
            config.setTcpMd5Sig(Collections.singletonMap(NetUtil.LOCALHOST4, new byte[80]));
            for (byte[] key : new byte[][] { {}, new byte[81] }) {
                Map<InetAddress, byte[]> keys = Collections.singletonMap(NetUtil.LOCALHOST4, key);
                assertThrows(IllegalArgumentException.class, () -> config.setTcpMd5Sig(keys));
                OptionsTest.withNettys(ConfigKind.TCP, nettys -> assertThrows(IllegalArgumentException.class,
                        () -> nettys.config().setOption(EpollChannelOption.TCP_MD5SIG, keys)));
            }
            assertThrows(IllegalArgumentException.class,
                    () -> config.setTcpMd5Sig(Collections.singletonMap(null, new byte[1])));
            assertThrows(NullPointerException.class,
                    () -> config.setTcpMd5Sig(Collections.singletonMap(NetUtil.LOCALHOST4, null)));
            config.setTcpMd5Sig(Collections.emptyMap());
            // It is a secret.
            assertEquals(null, config.getOption(EpollChannelOption.TCP_MD5SIG));
        });
    }

    private static Map<InetAddress, byte[]> keys(InetAddress address) throws Exception {
        Map<InetAddress, byte[]> keys = new HashMap<>();
        keys.put(address, KEY);
        keys.put(InetAddress.getByName("127.0.0.77"), OTHER_KEY);
        return keys;
    }

    private static Channel listen(Transport transport, TestGroup group, InetAddress address, Recorder recorder,
                                  Map<InetAddress, byte[]> keys) throws Exception {
        return transport.server(group.group, Family.TCP, new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel ch) {
                if (ch.parent() != null && recorder.active.isDone()) {
                    ch.close();
                } else {
                    ch.pipeline().addLast(recorder);
                }
            }
        }).option(EpollChannelOption.TCP_MD5SIG, keys).bind(new InetSocketAddress(address, 0)).sync().channel();
    }

    private static ChannelFuture connect(Transport transport, TestGroup group, Channel server,
                                         Map<InetAddress, byte[]> keys) {
        Bootstrap client = transport.client(group.group, Family.TCP, TestGroup.IGNORE)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, TIMEOUT_MILLIS);
        if (!keys.isEmpty()) {
            client.option(EpollChannelOption.TCP_MD5SIG, keys);
        }
        return client.connect(server.localAddress());
    }

    private static void assertTimesOut(ChannelFuture connect) throws Exception {
        assertTrue(connect.await(10_000));
        assertInstanceOf(ConnectTimeoutException.class, connect.cause());
    }
}
