/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.reactor;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainDatagramChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketChannel;
import io.netty.channel.unix.ServerDomainSocketChannel;
import io.pollring.channel.IoUring;
import io.pollring.channel.IoUringBackend;
import io.pollring.channel.IoUringSocketChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;
import reactor.netty.udp.UdpClient;
import reactor.netty.udp.UdpServer;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

@Timeout(30)
class PollringLoopResourcesTest {
    private static final String PREFIX = "resources-under-test";
    private static final Duration WAIT = Duration.ofSeconds(10);
    private static final List<Class<? extends Channel>> TYPES = List.of(SocketChannel.class, ServerSocketChannel.class,
            DatagramChannel.class, DomainSocketChannel.class, ServerDomainSocketChannel.class,
            DomainDatagramChannel.class);

    private final Map<String, Channel> seen = new ConcurrentHashMap<>();
    private PollringLoopResources resources = PollringLoopResources.create(PREFIX, 2, true);

    @AfterEach
    void end() throws Exception {
        dispose();
        assertNoThreadIsLeft();
    }

    /** A loop says that it has terminated in its thread's last words, so the thread may be seen for a moment more. */
    private static void assertNoThreadIsLeft() throws Exception {
        for (Thread thread : threads()) {
            thread.join(WAIT.toMillis());
            assertFalse(thread.isAlive(), thread.getName());
        }
    }

    private void dispose() {
        resources.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block(WAIT);
    }

    private void use(PollringLoopResources others) {
        dispose();
        resources = others;
    }

    private static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith(PREFIX))
                .collect(Collectors.toList());
    }

    @ParameterizedTest
    @EnumSource
    void httpGoesBackAndForthOnOurLoopsAndChannels(PollringChannels channels) {
        use(PollringLoopResources.create(PREFIX, -1, 2, true, channels));

        assertEquals(text(), exchange(loopback(), resources, true));

        for (String side : List.of("server", "client")) {
            Channel channel = seen.get(side);
            assertEquals(channels.channelClass(SocketChannel.class), channel.getClass(), side);
            // As this machine has it: a ring, if one can be had.
            assertEquals(IoUring.isAvailable() ? IoUringBackend.RING : IoUringBackend.EPOLL,
                    IoUring.backend(channel.eventLoop()), side);
        }
    }

    @Test
    void httpGoesOverUnixSockets(@TempDir Path folder) {
        assertEquals(text(), exchange(new DomainSocketAddress(folder.resolve("s").toFile()), resources, true));

        assertEquals(PollringChannels.OWN.channelClass(DomainSocketChannel.class), seen.get("server").getClass());
        assertEquals(PollringChannels.OWN.channelClass(DomainSocketChannel.class), seen.get("client").getClass());
    }

    @Test
    void whoWantsNoNativeTransportGetsNone() {
        assertEquals(text(), exchange(loopback(), resources, false));

        assertInstanceOf(NioSocketChannel.class, seen.get("server"));
        assertInstanceOf(NioSocketChannel.class, seen.get("client"));
    }

    @Test
    void datagramsGoBackAndForth() {
        Connection server = UdpServer.create().runOn(resources).bindAddress(PollringLoopResourcesTest::loopback)
                .doOnBound(c -> seen.put("server", c.channel()))
                .handle((in, out) -> out.sendObject(in.receiveObject().map(packet -> answer(packet))))
                .bindNow(WAIT);
        Connection client = UdpClient.create().runOn(resources).remoteAddress(server::address).connectNow(WAIT);
        try {
            client.outbound().sendString(Mono.just("ping")).then().block(WAIT);
            assertEquals("ping", client.inbound().receive().asString().blockFirst(WAIT));
            assertEquals(PollringChannels.OWN.channelClass(DatagramChannel.class), seen.get("server").getClass());
        } finally {
            client.disposeNow(WAIT);
            server.disposeNow(WAIT);
        }
    }

    private static Object answer(Object packet) {
        DatagramPacket received = (DatagramPacket) packet;
        return new DatagramPacket(received.content().retain(), received.sender());
    }

    /** What a server has answered. */
    private String exchange(SocketAddress address, LoopResources loops, boolean preferNative) {
        DisposableServer server = HttpServer.create().runOn(loops, preferNative).bindAddress(() -> address)
                .doOnConnection(c -> seen.put("server", c.channel()))
                .handle((request, response) -> response.send(request.receive().retain())).bindNow(WAIT);
        ConnectionProvider connections = ConnectionProvider.newConnection();
        try {
            return HttpClient.create(connections).runOn(loops, preferNative).remoteAddress(server::address)
                    .doOnConnected(c -> seen.put("client", c.channel()))
                    .post().uri("/").send((request, out) -> out.sendString(Flux.just(text().split("(?<=,)", 50))))
                    .responseContent().aggregate().asString().block(WAIT);
        } finally {
            connections.disposeLater().block(WAIT);
            server.disposeNow(WAIT);
        }
    }

    /** More than fits in a buffer or two. */
    private static String text() {
        return "0123456789abcdef,".repeat(4_000);
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    @ParameterizedTest
    @EnumSource
    void eachOfTheSixTypesHasAChannelAndItsClass(PollringChannels channels) {
        use(PollringLoopResources.create(PREFIX, -1, 1, true, channels));
        String name = channels == PollringChannels.OWN ? "IoUring" : "Epoll";
        for (Class<? extends Channel> type : TYPES) {
            for (EventLoopGroup group : List.of(resources.onServer(true), resources.onClient(true))) {
                Channel channel = resources.onChannel(type, group);
                channel.unsafe().closeForcibly();
                assertEquals(name + type.getSimpleName(), channel.getClass().getSimpleName());
                assertEquals(channel.getClass(), resources.onChannelClass(type, group));
            }
        }
        assertThrows(IllegalArgumentException.class,
                () -> resources.onChannelClass(Channel.class, resources.onServer(true)));
    }

    @Test
    void aGroupOfSomebodyElsesGetsChannelsThatItTakes() {
        EventLoopGroup epoll = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try {
            assertEquals(IoUringSocketChannel.class, resources.onChannelClass(SocketChannel.class, epoll));
            assertEquals(NioSocketChannel.class,
                    resources.onChannelClass(SocketChannel.class, resources.onServer(false)));
            use(PollringLoopResources.create(PREFIX, -1, 1, true, PollringChannels.NETTY));
            assertEquals(EpollSocketChannel.class, resources.onChannelClass(SocketChannel.class, epoll));
        } finally {
            epoll.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    @Test
    void nobodyBlocksInALoopsThread() throws Exception {
        assertTrue(resources.onServer(true).submit(Schedulers::isInNonBlockingThread).get());
        assertTrue(resources.onClient(true).submit(Schedulers::isInNonBlockingThread).get());
    }

    @Test
    void clientsStayOnTheLoopThatAsks() throws Exception {
        EventLoop loop = resources.onServer(true).next();
        for (int i = 0; i < 3; i++) {
            assertSame(loop, loop.submit(() -> resources.onClient(true).next()).get());
        }
    }

    @Test
    void acceptorsHaveLoopsOfTheirOwnIfTold() {
        assertSame(resources.onServer(true), resources.onServerSelect(true));
        use(PollringLoopResources.create(PREFIX, 1, 1, true, PollringChannels.OWN));
        assertNotSame(resources.onServer(true), resources.onServerSelect(true));
    }

    @Test
    void theThreadsAreDaemonsIfTold() throws Exception {
        assertTrue(resources.daemon());
        assertTrue(resources.onServer(true).submit(() -> Thread.currentThread().isDaemon()).get());
        use(PollringLoopResources.create(PREFIX, 1, false));
        assertFalse(resources.daemon());
        assertFalse(resources.onServer(true).submit(() -> Thread.currentThread().isDaemon()).get());
    }

    @Test
    void disposedLoopsEndWhenTheyWereQuietForLongEnough() throws Exception {
        EventLoopGroup loops = resources.onServer(true);
        loops.submit(() -> { }).get();
        assertEquals(1, threads().size());
        long start = System.nanoTime();

        resources.disposeLater(Duration.ofMillis(300), Duration.ofSeconds(5)).block(WAIT);

        assertTrue(System.nanoTime() - start >= Duration.ofMillis(300).toNanos());
        assertTrue(loops.isTerminated());
        assertTrue(resources.isDisposed());
        assertNoThreadIsLeft();
        // Again: nothing more to do.
        resources.disposeLater().block(WAIT);
    }

    @Test
    void aLoopThatDoesNotEndInTimeIsToldOf() throws Exception {
        CountDownLatch leave = new CountDownLatch(1);
        resources.onServer(true).execute(() -> awaitQuietly(leave));
        try {
            IllegalStateException failure = assertThrows(IllegalStateException.class,
                    () -> resources.disposeLater(Duration.ZERO, Duration.ofMillis(100)).block(WAIT));
            assertTrue(failure.getMessage().contains("within 100 ms"), failure.getMessage());
        } finally {
            leave.countDown();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void whatIsDisposedUnusedMakesNoGroupAnyMore() {
        dispose();
        assertThrows(IllegalStateException.class, () -> resources.onServer(true));
        assertThrows(IllegalStateException.class, () -> resources.onClient(true));
    }
}
