/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.vertx;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.util.concurrent.EventExecutor;
import io.pollring.channel.IoUring;
import io.pollring.channel.IoUringBackend;
import io.pollring.channel.IoUringDatagramChannel;
import io.pollring.channel.IoUringDomainSocketChannel;
import io.pollring.channel.IoUringServerDomainSocketChannel;
import io.pollring.channel.IoUringServerSocketChannel;
import io.pollring.channel.IoUringSocketChannel;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

@Timeout(30)
class PollringVertxTest {
    private Vertx vertx;

    @AfterEach
    void end() throws Exception {
        System.clearProperty(PollringServiceProvider.CHANNELS);
        System.clearProperty(PollringServiceProvider.OFF);
        if (vertx != null) {
            await(vertx.close());
        }
    }

    @Test
    void httpGoesBackAndForthOnOurLoopsWithoutCode() throws Exception {
        vertx = Vertx.vertx();

        Set<Class<?>> channels = exchangeOverHttp();

        assertOurLoops();
        assertEquals(Set.of(EpollSocketChannel.class, EpollServerSocketChannel.class), channels);
    }

    @Test
    void aPropertyChoosesOwnChannels() throws Exception {
        System.setProperty(PollringServiceProvider.CHANNELS, "own");
        vertx = Vertx.vertx();

        Set<Class<?>> channels = exchangeOverHttp();

        assertOurLoops();
        assertEquals(Set.of(IoUringSocketChannel.class, IoUringServerSocketChannel.class), channels);
    }

    @Test
    void whatIsNotUnderstoodCountsAsNotSet() {
        System.setProperty(PollringServiceProvider.CHANNELS, "mine");
        assertSame(Channels.NETTY, PollringServiceProvider.channels());
        System.setProperty(PollringServiceProvider.CHANNELS, " OWN");
        assertSame(Channels.OWN, PollringServiceProvider.channels());
    }

    @Test
    void aTransportThatTheProgramChoosesIsKept() {
        vertx = Vertx.builder().withTransport(Transport.EPOLL).build();
        assertSame(Transport.EPOLL.implementation(), ((VertxInternal) vertx).transport());
    }

    @Test
    void oursThatTheProgramChoosesIsKept() throws Exception {
        System.setProperty(PollringServiceProvider.CHANNELS, "netty");
        vertx = Vertx.builder().withTransport(PollringTransport.own()).build();
        assertEquals(Set.of(IoUringSocketChannel.class, IoUringServerSocketChannel.class), exchangeOverHttp());
    }

    @Test
    void whoPrefersANativeTransportGetsOurs() {
        vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
        assertInstanceOf(LoopsAndChannels.class, ((VertxInternal) vertx).transport());
    }

    @Test
    void switchedOffItLeavesVertxAsItIs() {
        System.setProperty(PollringServiceProvider.OFF, "true");
        vertx = Vertx.vertx();
        assertSame(Transport.NIO.implementation(), ((VertxInternal) vertx).transport());
    }

    @Test
    void unixSocketsGoBackAndForth(@TempDir Path folder) throws Exception {
        vertx = Vertx.builder().withTransport(PollringTransport.own()).build();
        SocketAddress address = SocketAddress.domainSocketAddress(folder.resolve("s").toString());
        NetServer server = vertx.createNetServer().connectHandler(socket -> socket.handler(socket::write));
        await(server.listen(address));
        CompletableFuture<String> answer = new CompletableFuture<>();
        await(vertx.createNetClient().connect(address).compose(socket -> {
            socket.handler(bytes -> answer.complete(bytes.toString()));
            return socket.write("ping");
        }));

        assertEquals("ping", answer.get(10, TimeUnit.SECONDS));
        assertEquals(Set.of(IoUringDomainSocketChannel.class, IoUringServerDomainSocketChannel.class), streams());
    }

    @Test
    void datagramsGoBackAndForth() throws Exception {
        for (PollringTransport transport : List.of(PollringTransport.own(), PollringTransport.netty())) {
            vertx = Vertx.builder().withTransport(transport).build();
            DatagramSocket server = await(vertx.createDatagramSocket().listen(0, "127.0.0.1"));
            CompletableFuture<String> arrived = new CompletableFuture<>();
            server.handler(packet -> arrived.complete(packet.data().toString()));
            await(vertx.createDatagramSocket().send("ping", server.localAddress().port(), "127.0.0.1"));

            assertEquals("ping", arrived.get(10, TimeUnit.SECONDS));
            assertEquals(Set.of(transport.toString().contains("OWN") ? IoUringDatagramChannel.class
                    : EpollDatagramChannel.class), channels());
            await(vertx.close());
        }
        vertx = null;
    }

    /** The classes of the streams that are there when a server has answered a client. */
    private Set<Class<?>> exchangeOverHttp() throws Exception {
        String text = "0123456789abcdef".repeat(4_000);
        int port = await(vertx.createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> request.response().end(body)))
                .listen(0, "127.0.0.1")).actualPort();
        HttpClient client = vertx.createHttpClient();
        Buffer answer = await(client.request(new RequestOptions().setMethod(HttpMethod.POST).setHost("127.0.0.1")
                .setPort(port)).compose(request -> request.send(text)).compose(HttpClientResponse::body));
        assertEquals(text, answer.toString());
        return streams();
    }

    /** Without what the name resolver has. */
    private Set<Class<?>> streams() throws Exception {
        Set<Class<?>> classes = channels();
        classes.removeIf(DatagramChannel.class::isAssignableFrom);
        return classes;
    }

    private void assertOurLoops() {
        for (EventExecutor loop : ((VertxInternal) vertx).nettyEventLoopGroup()) {
            // As this machine has it: a ring, if one can be had.
            assertEquals(IoUring.isAvailable() ? IoUringBackend.RING : IoUringBackend.EPOLL,
                    IoUring.backend((EventLoop) loop));
        }
    }

    /** Of the loops of workers and of acceptors. */
    private Set<Class<?>> channels() throws Exception {
        Set<Class<?>> classes = new HashSet<>();
        for (EventExecutor loop : ((VertxInternal) vertx).nettyEventLoopGroup()) {
            classes.addAll(loop.submit(() -> channelsOf((SingleThreadEventLoop) loop)).get());
        }
        for (EventExecutor loop : ((VertxInternal) vertx).acceptorEventLoopGroup()) {
            classes.addAll(loop.submit(() -> channelsOf((SingleThreadEventLoop) loop)).get());
        }
        return classes;
    }

    private static Set<Class<? extends Channel>> channelsOf(SingleThreadEventLoop loop) {
        Set<Class<? extends Channel>> classes = new HashSet<>();
        loop.registeredChannelsIterator().forEachRemaining(channel -> classes.add(channel.getClass()));
        return classes;
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
