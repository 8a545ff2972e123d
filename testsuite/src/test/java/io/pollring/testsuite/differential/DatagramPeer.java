/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import io.netty.buffer.Unpooled;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.DatagramSocketAddress;
import io.netty.channel.unix.DomainDatagramSocketAddress;
import io.netty.channel.unix.DomainSocketAddress;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A socket of datagrams, which is connected to nobody. */
final class DatagramPeer implements Peer {
    private static final int BUFFER = 1 << 17;

    private final SocketKind kind;
    private final Trace trace;
    private final SocketAddress address;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private LinuxSocket socket;
    private SocketAddress channel;
    private boolean reading = true;
    /** Names its datagrams. */
    private int sent;

    DatagramPeer(SocketKind kind, Trace trace) throws IOException {
        this.kind = kind;
        this.trace = trace;
        socket = newSocket(kind);
        socket.bind(anyAddress(kind));
        address = kind.isUnix() ? socket.localDomainSocketAddress() : socket.localAddress();
    }

    private static LinuxSocket newSocket(SocketKind kind) throws IOException {
        if (kind.isUnix()) {
            return LinuxSocket.newSocketDomainDgram();
        }
        LinuxSocket socket = LinuxSocket.newSocketDgram(
                kind == SocketKind.UDP6 ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET);
        socket.setReceiveBufferSize(DatagramSettings.RECEIVE_BUFFER);
        return socket;
    }

    /** One that nobody has: of the loopback interface, as datagrams may be lost elsewhere. */
    static SocketAddress anyAddress(SocketKind kind) throws IOException {
        if (kind.isUnix()) {
            File file = File.createTempFile("differential", ".sock");
            file.delete();
            return new DomainSocketAddress(file);
        }
        return new InetSocketAddress(InetAddress.getByName(kind == SocketKind.UDP6 ? "::1" : "127.0.0.1"), 0);
    }

    SocketAddress address() {
        return address;
    }

    /** Where its datagrams go. */
    void sendTo(SocketAddress channelAddress) {
        channel = channelAddress;
    }

    @Override
    public int fd() {
        return socket.intValue();
    }

    @Override
    public boolean isOpen() {
        return socket.isOpen();
    }

    @Override
    public boolean reads() {
        return isOpen() && reading;
    }

    @Override
    public boolean awaitsEnd() {
        return false;
    }

    @Override
    public long unsent() {
        return 0;
    }

    @Override
    public void act(PeerAction action) throws IOException {
        switch (action.kind) {
            case SEND:
                if (isOpen()) {
                    send(action.size);
                }
                break;
            case CLOSE:
                closeSocket();
                break;
            case OPEN:
                open();
                break;
            case READ_ALL:
            case READ_NOTHING:
                reading = action.kind == PeerAction.Kind.READ_ALL;
                break;
            default:
                throw new IllegalArgumentException("not of datagrams: " + action);
        }
    }

    private void open() throws IOException {
        if (isOpen()) {
            return;
        }
        Datagrams.deleteFile(address);
        socket = newSocket(kind);
        socket.bind(address);
    }

    private void send(int size) {
        buffer.clear();
        buffer.put(Pattern.message(sent++ % Pattern.PERIOD, size));
        try {
            if (kind.isUnix()) {
                byte[] path = ((DomainSocketAddress) channel).path().getBytes(StandardCharsets.UTF_8);
                socket.sendToDomainSocket(buffer, 0, size, path);
            } else {
                InetSocketAddress to = (InetSocketAddress) channel;
                socket.sendTo(buffer, 0, size, to.getAddress(), to.getPort());
            }
        } catch (IOException e) {
            // Nobody is there any more.
            trace.failure(Trace.Kind.PEER_END, "peer's send", e);
        }
    }

    @Override
    public boolean pump() {
        boolean moved = false;
        while (reads()) {
            String datagram;
            try {
                datagram = receive();
            } catch (IOException e) {
                throw new IllegalStateException("the peer cannot receive", e);
            }
            if (datagram == null) {
                return moved;
            }
            moved = true;
            trace.add(Trace.Kind.PEER_BYTES, datagram);
        }
        return moved;
    }

    private String receive() throws IOException {
        buffer.clear();
        int size;
        SocketAddress sender;
        if (kind.isUnix()) {
            DomainDatagramSocketAddress from = socket.recvFromDomainSocket(buffer, 0, BUFFER);
            size = from == null ? -1 : from.receivedAmount();
            sender = from;
        } else {
            DatagramSocketAddress from = socket.recvFrom(buffer, 0, BUFFER);
            size = from == null ? -1 : from.receivedAmount();
            sender = from;
        }
        if (size < 0) {
            return null;
        }
        buffer.limit(size);
        return Datagrams.describe(Unpooled.wrappedBuffer(buffer)) + (sender.equals(channel) ? "" : " from another");
    }

    @Override
    public void report(boolean full) {
        // All was told when it came.
    }

    private void closeSocket() throws IOException {
        if (isOpen()) {
            Datagrams.checkNoneDropped(fd(), kind);
            socket.close();
        }
    }

    @Override
    public void close() throws IOException {
        closeSocket();
        Datagrams.deleteFile(address);
        Datagrams.deleteFile(channel);
    }
}
