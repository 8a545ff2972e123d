/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.epoll.VSockAddress;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannelOption;
import io.pollring.channel.Transport.Family;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.File;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Channels of sockets that somebody else has made. */
class ExistingFdTest {
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @BeforeAll
    static void loadNettysLibrary() {
        Epoll.ensureAvailability();
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aConnectedSocket(Transport transport) throws Exception {
        try (TestGroup group = transport.newGroup(1); ServerSocket server = new ServerSocket(0, 1, ANY.getAddress())) {
            LinuxSocket socket = LinuxSocket.newSocketStream(false);
            if (!socket.connect(server.getLocalSocketAddress())) {
                Await.until("the socket is connected", 5000, socket::finishConnect);
            }
            Channel channel = tcp(transport, socket.intValue());
            assertTrue(channel.isActive() && channel.isOpen());
            assertFalse(channel.isRegistered());
            assertEquals(server.getLocalSocketAddress(), channel.remoteAddress());
            try (Socket peer = server.accept()) {
                assertEquals(peer.getRemoteSocketAddress(), channel.localAddress());
                EventLog log = new EventLog();
                register(group.group, channel, log);
                peer.getOutputStream().write(new byte[10]);
                log.await("readComplete");
                channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[] { 42 })).sync();
                assertEquals(42, peer.getInputStream().read());
                assertClosesOnce(channel, socket.intValue());
                assertEquals(-1, peer.getInputStream().read());
                log.assertEndsAs("registered active read 10 readComplete inactive unregistered");
            }
        }
    }

    /** Java's own sockets block those who write more than there is room for; one that was received must not. */
    @ParameterizedTest
    @EnumSource(Transport.class)
    void aSocketThatWasPassedOnDoesNotBlockTheLoop(Transport transport) throws Exception {
        Inbox inbox = new Inbox();
        try (TestGroup group = transport.newGroup(1); ServerSocket server = new ServerSocket(0, 1, ANY.getAddress());
             SocketChannel blocking = SocketChannel.open(server.getLocalSocketAddress());
             Socket peer = server.accept();
             StreamPair pair = StreamPair.open(transport, group, Family.UNIX, TestGroup.IGNORE, inbox,
                     bootstrap -> { }, unix -> unix.childOption(
                             UnixChannelOption.DOMAIN_SOCKET_READ_MODE, DomainSocketReadMode.FILE_DESCRIPTORS))) {
            pair.client.writeAndFlush(new FileDescriptor(numberOf(blocking))).sync();
            Channel channel = tcp(transport, ((FileDescriptor) inbox.take()).intValue());
            EventLog log = new EventLog();
            register(group.group, channel, log);
            ChannelFuture write = channel.writeAndFlush(Unpooled.directBuffer().writeZero(16 << 20));
            group.loop().submit(() -> { }).get(5, TimeUnit.SECONDS);
            assertFalse(write.isDone());
            peer.getOutputStream().write(new byte[10]);
            log.await("readComplete");
            assertEquals(16 << 20, peer.getInputStream().readNBytes(16 << 20).length);
            assertTrue(write.await(5000) && write.isSuccess());
            channel.close().sync();
        }
    }

    private static int numberOf(SocketChannel channel) throws Exception {
        for (String name : new File("/proc/self/fd").list()) {
            int fd = Integer.parseInt(name);
            String target = target(fd);
            if (target != null && target.startsWith("socket:")
                    && channel.getLocalAddress().equals(new io.netty.channel.unix.Socket(fd).localAddress())) {
                return fd;
            }
        }
        throw new AssertionError("no fd of " + channel);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aListeningSocket(Transport transport) throws Exception {
        try (TestGroup group = transport.newGroup(1)) {
            LinuxSocket socket = LinuxSocket.newSocketStream(false);
            socket.bind(ANY);
            socket.listen(16);
            Channel channel = tcpServer(transport, socket.intValue());
            assertTrue(channel.isActive());
            assertEquals(socket.localAddress(), channel.localAddress());
            assertNull(channel.remoteAddress());
            List<Channel> accepted = new ArrayList<>();
            EventLog log = new EventLog();
            register(group.group, channel, new Acceptor(accepted), log);
            try (Socket peer = new Socket()) {
                peer.connect(channel.localAddress());
                log.await("readComplete");
                assertEquals(transport == Transport.NETTY ? EpollSocketChannel.class : IoUringSocketChannel.class,
                        accepted.get(0).getClass());
                assertEquals(peer.getLocalSocketAddress(), accepted.get(0).remoteAddress());
                accepted.get(0).unsafe().closeForcibly();
            }
            assertClosesOnce(channel, socket.intValue());
            log.assertEndsAs("registered active accepted readComplete inactive unregistered");
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aDatagramSocket(Transport transport) throws Exception {
        try (TestGroup group = transport.newGroup(1); DatagramSocket peer = new DatagramSocket(ANY)) {
            LinuxSocket socket = LinuxSocket.newSocketDgram(false);
            socket.bind(ANY);
            Channel channel = transport == Transport.NETTY ? new EpollDatagramChannel(socket.intValue())
                    : new IoUringDatagramChannel(socket.intValue());
            assertTrue(channel.isActive());
            assertEquals(socket.localAddress(), channel.localAddress());
            EventLog log = new EventLog();
            register(group.group, channel, log);
            peer.send(new DatagramPacket(new byte[10], 10, channel.localAddress()));
            log.await("readComplete");
            assertClosesOnce(channel, socket.intValue());
            log.assertEndsAs("registered active read DatagramPacket readComplete inactive unregistered");
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void unixSockets(Transport transport, @TempDir Path folder) throws Exception {
        DomainSocketAddress address = new DomainSocketAddress(folder.resolve("socket").toFile());
        try (TestGroup group = transport.newGroup(1)) {
            LinuxSocket socket = LinuxSocket.newSocketDomain();
            socket.bind(address);
            socket.listen(16);
            Channel server = transport == Transport.NETTY ? new EpollServerDomainSocketChannel(socket.intValue(), true)
                    : new IoUringServerDomainSocketChannel(socket.intValue());
            assertTrue(server.isActive());
            List<Channel> accepted = new ArrayList<>();
            EventLog serverLog = new EventLog();
            register(group.group, server, new Acceptor(accepted), serverLog);
            LinuxSocket connection = LinuxSocket.newSocketDomain();
            assertTrue(connection.connect(address));
            Channel client = transport == Transport.NETTY ? new EpollDomainSocketChannel(connection.intValue())
                    : new IoUringDomainSocketChannel(connection.intValue());
            assertTrue(client.isActive());
            EventLog log = new EventLog();
            register(group.group, client, log);
            serverLog.await("readComplete");
            assertClosesOnce(client, connection.intValue());
            log.assertEndsAs("registered active inactive unregistered");
            accepted.get(0).unsafe().closeForcibly();
            assertClosesOnce(server, socket.intValue());
            serverLog.assertEndsAs("registered active accepted readComplete inactive unregistered");
            // Who has made the name removes it.
            assertTrue(Files.exists(folder.resolve("socket")));
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void vsockSockets(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1)) {
            LinuxSocket socket = LinuxSocket.newVSockStream();
            socket.bindVSock(VSockTest.ANY);
            socket.listen(16);
            IoUringServerVSockChannel server = new IoUringServerVSockChannel(socket.intValue());
            assertTrue(server.isActive());
            assertEquals(VSockAddress.VMADDR_CID_ANY, server.localAddress().getCid());
            assertEquals(socket.localVSockAddress(), server.localAddress());
            assertNull(server.remoteAddress());
            EventLog serverLog = new EventLog();
            register(group.group, server, serverLog);
            LinuxSocket other = LinuxSocket.newVSockStream();
            assertThrows(IOException.class, () -> other.bindVSock(server.localAddress()));
            assertClosesOnce(server, socket.intValue());
            // The channel has closed the very socket that has the port.
            other.bindVSock(server.localAddress());
            serverLog.assertEndsAs("registered active inactive unregistered");
            // Active, as one of any kind is that somebody else has made.
            IoUringVSockChannel client = new IoUringVSockChannel(other.intValue());
            assertTrue(client.isActive());
            assertEquals(server.localAddress(), client.localAddress());
            assertNull(client.remoteAddress());
            client.unsafe().closeForcibly();
            assertFalse(client.isOpen() || client.isActive());
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aSocketThatIsNotConnectedYet(Transport transport) throws Exception {
        try (TestGroup group = transport.newGroup(1); ServerSocket server = new ServerSocket(0, 1, ANY.getAddress())) {
            int fd = LinuxSocket.newSocketDomain().intValue();
            Channel channel = transport == Transport.NETTY ? new EpollDomainSocketChannel(fd, false)
                    : new IoUringDomainSocketChannel(fd, false);
            assertFalse(channel.isActive());
            EventLog log = new EventLog();
            register(group.group, channel, log);
            assertClosesOnce(channel, fd);
            log.assertEndsAs("registered unregistered");
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aUnixSocketThatIsBoundLater(Transport transport, @TempDir Path folder) throws Exception {
        DomainSocketAddress address = new DomainSocketAddress(folder.resolve("socket").toFile());
        try (TestGroup group = transport.newGroup(1)) {
            int fd = LinuxSocket.newSocketDomain().intValue();
            Channel server = transport == Transport.NETTY ? new EpollServerDomainSocketChannel(fd)
                    : new IoUringServerDomainSocketChannel(fd);
            assertFalse(server.isActive());
            EventLog log = new EventLog();
            register(group.group, server, log);
            server.bind(address).sync();
            assertTrue(Files.exists(folder.resolve("socket")));
            assertClosesOnce(server, fd);
            log.assertEndsAs("registered active inactive unregistered");
            assertFalse(Files.exists(folder.resolve("socket")));
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void whatIsNoSocket(Transport transport) throws Exception {
        FileDescriptor[] pipe = FileDescriptor.pipe();
        int fd = pipe[0].intValue();
        assertThrows(ChannelException.class, () -> tcp(transport, fd));
        assertThrows(ChannelException.class, () -> tcpServer(transport, fd));
        // It is the caller's still.
        assertNotNull(target(fd));
        pipe[0].close();
        pipe[1].close();
        assertThrows(ChannelException.class, () -> tcp(transport, Integer.MAX_VALUE));
    }

    @Test
    void whatIsNoVsock() throws Exception {
        List<IntFunction<Channel>> constructors = List.of(IoUringVSockChannel::new, IoUringServerVSockChannel::new);
        for (IntFunction<Channel> constructor : constructors) {
            assertEquals("io.netty.channel.ChannelException, kept true",
                    outcome(constructor, FileDescriptor.from("/dev/null")));
            assertEquals("io.netty.channel.ChannelException, kept true",
                    outcome(constructor, new FileDescriptor(Integer.MAX_VALUE)));
            assertThrows(IllegalArgumentException.class, () -> constructor.apply(-1));
        }
    }

    static Stream<Arguments> constructors() {
        return Stream.of(
                constructors("TCP", IoUringSocketChannel::new, EpollSocketChannel::new),
                constructors("TCP server", IoUringServerSocketChannel::new, EpollServerSocketChannel::new),
                constructors("UDP", IoUringDatagramChannel::new, EpollDatagramChannel::new),
                constructors("UNIX", IoUringDomainSocketChannel::new, EpollDomainSocketChannel::new),
                constructors("UNIX server", IoUringServerDomainSocketChannel::new, EpollServerDomainSocketChannel::new),
                constructors("UNIX datagram", IoUringDomainDatagramChannel::new, EpollDomainDatagramChannel::new));
    }

    private static Arguments constructors(String kind, IntFunction<Channel> ours, IntFunction<Channel> nettys) {
        return Arguments.of(kind, ours, nettys);
    }

    @ParameterizedTest
    @MethodSource("constructors")
    void whatIsOfAnotherKindDoesWhatItDoesInNetty(String kind, IntFunction<Channel> ours, IntFunction<Channel> nettys)
            throws Exception {
        List<Callable<FileDescriptor>> files = List.of(() -> FileDescriptor.from("/dev/null"),
                () -> LinuxSocket.newSocketStream(false), () -> LinuxSocket.newSocketDgram(false),
                LinuxSocket::newSocketDomain, LinuxSocket::newSocketDomainDgram);
        for (int i = 0; i < files.size(); i++) {
            assertEquals(outcome(nettys, files.get(i).call()), outcome(ours, files.get(i).call()),
                    kind + " of file " + i);
        }
        assertEquals(outcome(nettys, new FileDescriptor(Integer.MAX_VALUE)),
                outcome(ours, new FileDescriptor(Integer.MAX_VALUE)), kind + " of no file");
    }

    /** What became of a channel of {@code file}, and of the file. */
    private static String outcome(IntFunction<Channel> constructor, FileDescriptor file) throws Exception {
        String before = target(file.intValue());
        String outcome;
        Channel channel = null;
        try {
            channel = constructor.apply(file.intValue());
            outcome = "active " + channel.isActive();
        } catch (RuntimeException e) {
            outcome = e.getClass().getName();
        }
        outcome += ", kept " + Objects.equals(before, target(file.intValue()));
        if (channel != null) {
            channel.unsafe().closeForcibly();
        } else if (before != null) {
            file.close();
        }
        return outcome;
    }

    private static Channel tcp(Transport transport, int fd) {
        return transport == Transport.NETTY ? new EpollSocketChannel(fd) : new IoUringSocketChannel(fd);
    }

    private static Channel tcpServer(Transport transport, int fd) {
        return transport == Transport.NETTY ? new EpollServerSocketChannel(fd) : new IoUringServerSocketChannel(fd);
    }

    private static void register(EventLoopGroup group, Channel channel, ChannelHandler... handlers) throws Exception {
        channel.pipeline().addLast(handlers);
        group.register(channel).sync();
    }

    /** Closes the channel, gives its number to another socket, and closes the channel again. */
    private static void assertClosesOnce(Channel channel, int fd) throws Exception {
        String ours = target(fd);
        channel.close().sync();
        assertFalse(channel.isOpen() || channel.isActive());
        String next = target(fd);
        assertFalse(ours.equals(next), "the socket is still open");
        List<LinuxSocket> others = new ArrayList<>();
        // The JVM opens files, too: its container support looks at the cgroup's memory now and then.
        Await.until("the number is another socket's", 10_000, () -> {
            LinuxSocket other = LinuxSocket.newSocketDomain();
            others.add(other);
            return other.intValue() == fd || isSocket(fd);
        });
        String taken = target(fd);
        channel.close().sync();
        channel.eventLoop().submit(() -> channel.unsafe().closeForcibly()).sync();
        assertEquals(taken, target(fd));
        for (LinuxSocket other : others) {
            other.close();
        }
    }

    private static boolean isSocket(int fd) throws Exception {
        String target = target(fd);
        return target != null && target.startsWith("socket:");
    }

    /** What {@code fd} is: {@code socket:[1234]}, or {@code null} if it is closed. */
    private static String target(int fd) throws Exception {
        try {
            return Files.readSymbolicLink(Paths.get("/proc/self/fd/" + fd)).toString();
        } catch (NoSuchFileException e) {
            // Another thread may have had the number for a moment, so it cannot be asked for before it is read.
            return null;
        }
    }

    private static final class Acceptor extends ChannelInboundHandlerAdapter {
        private final List<Channel> accepted;

        Acceptor(List<Channel> accepted) {
            this.accepted = accepted;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            accepted.add((Channel) msg);
            ctx.fireChannelRead(msg);
        }
    }
}
