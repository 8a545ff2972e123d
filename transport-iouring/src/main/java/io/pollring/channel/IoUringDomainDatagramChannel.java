/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.DomainDatagramChannel;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainDatagramSocketAddress;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.PeerCredentials;
import io.netty.util.CharsetUtil;
import io.pollring.ring.Native;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/**
 * A channel of UNIX datagrams. Takes {@link DomainDatagramPacket}s, {@link AddressedEnvelope}s of a {@link ByteBuf} and
 * a {@link DomainSocketAddress}, and, once connected, {@link ByteBuf}s.
 *
 * <p>As with Netty's epoll transport, empty datagrams are not sent, and a disconnect closes the channel.
 */
public final class IoUringDomainDatagramChannel extends AbstractIoUringDatagramChannel
        implements DomainDatagramChannel {
    private final IoUringDomainDatagramChannelConfig config;

    public IoUringDomainDatagramChannel() {
        this(LinuxSocket.newSocketDomainDgram(), false);
    }

    /**
     * A channel of a socket that exists.
     *
     * @param fd a socket of UNIX datagrams, owned by the channel from here on
     */
    public IoUringDomainDatagramChannel(int fd) {
        this(LinuxSocket.newSocket(fd), true);
    }

    private IoUringDomainDatagramChannel(LinuxSocket socket, boolean active) {
        super(socket, active);
        config = new IoUringDomainDatagramChannelConfig(this);
    }

    @Override
    public IoUringDomainDatagramChannelConfig config() {
        return config;
    }

    @Override
    public DomainSocketAddress localAddress() {
        return (DomainSocketAddress) super.localAddress();
    }

    @Override
    public DomainSocketAddress remoteAddress() {
        return (DomainSocketAddress) super.remoteAddress();
    }

    /**
     * Who is at the other end, by {@code SO_PEERCRED}.
     *
     * @throws IOException as the kernel has it
     */
    public PeerCredentials peerCredentials() throws IOException {
        return Native.peerCredentials(socket.intValue());
    }

    @Override
    SocketAddress readLocalAddress() {
        SocketAddress known = localAddress0();
        return known != null ? known : named(socket.localDomainSocketAddress());
    }

    @Override
    SocketAddress readRemoteAddress() {
        return named(socket.remoteDomainSocketAddress());
    }

    /** The kernel has an empty name for a socket without one. */
    private static DomainSocketAddress named(DomainSocketAddress address) {
        return address == null || address.path().isEmpty() ? null : address;
    }

    @Override
    protected void doClose() throws Exception {
        super.doClose();
        // As with Netty's, unlike streams.
        forgetAddresses();
    }

    // ---- writing

    @Override
    boolean isAddress(SocketAddress address) {
        return address instanceof DomainSocketAddress;
    }

    @Override
    AddressedEnvelope<ByteBuf, ?> withContent(AddressedEnvelope<?, ?> envelope, ByteBuf content) {
        return envelope instanceof DomainDatagramPacket ? ((DomainDatagramPacket) envelope).replace(content)
                : super.withContent(envelope, content);
    }

    @Override
    String expectedTypes() {
        return "DomainDatagramPacket, AddressedEnvelope<ByteBuf, DomainSocketAddress>, ByteBuf";
    }

    @Override
    int send(ChannelOutboundBuffer in, int limit) throws IOException {
        Object msg = in.current();
        ByteBuf content = content(msg);
        DomainSocketAddress recipient = msg instanceof AddressedEnvelope
                ? (DomainSocketAddress) ((AddressedEnvelope<?, ?>) msg).recipient() : null;
        long sent = recipient == null ? send(content)
                : sendTo(content, recipient.path().getBytes(CharsetUtil.UTF_8));
        return sent > 0 ? 1 : 0;
    }

    private long send(ByteBuf content) throws IOException {
        if (content.hasMemoryAddress()) {
            return socket.sendAddress(content.memoryAddress(), content.readerIndex(), content.writerIndex());
        }
        DatagramBatch batch = gather(content);
        return socket.writevAddresses(batch.buffers.memoryAddress(0), batch.buffers.count());
    }

    private long sendTo(ByteBuf content, byte[] path) throws IOException {
        if (content.hasMemoryAddress()) {
            return socket.sendToAddressDomainSocket(content.memoryAddress(), content.readerIndex(),
                    content.writerIndex(), path);
        }
        DatagramBatch batch = gather(content);
        return socket.sendToAddressesDomainSocket(batch.buffers.memoryAddress(0), batch.buffers.count(), path);
    }

    private static DatagramBatch gather(ByteBuf content) {
        DatagramBatch batch = DatagramBatch.clean();
        batch.buffers.add(content, content.readerIndex(), content.readableBytes());
        return batch;
    }

    // ---- reading

    @Override
    protected AbstractIoUringUnsafe newUnsafe() {
        return new DomainUnsafe();
    }

    private final class DomainUnsafe extends DatagramUnsafe {

        @Override
        boolean readOnce(ReadAllocation allocation) throws IOException {
            ByteBuf buf = allocation.allocate(config.getAllocator());
            try {
                allocation.attemptedBytesRead(buf.writableBytes());
                DomainDatagramPacket packet = isConnected() ? readConnected(allocation, buf) : read(allocation, buf);
                if (packet == null) {
                    return false;
                }
                buf = null;
                messagesRead(allocation, 1);
                pipeline().fireChannelRead(packet);
                return true;
            } finally {
                if (buf != null) {
                    buf.release();
                }
            }
        }

        private DomainDatagramPacket readConnected(ReadAllocation allocation, ByteBuf buf) throws IOException {
            // Once more, as epoll channels do it.
            allocation.attemptedBytesRead(buf.writableBytes());
            int bytes = Sockets.receive(socket, buf, buf.writableBytes());
            allocation.lastBytesRead(bytes);
            if (bytes <= 0) {
                // 0 is nothing at all, -1 an empty datagram. Netty's channels pass over the latter, and so do we.
                drained = bytes == 0;
                return null;
            }
            buf.writerIndex(buf.writerIndex() + bytes);
            return new DomainDatagramPacket(buf, local(), IoUringDomainDatagramChannel.this.remoteAddress());
        }

        private DomainDatagramPacket read(ReadAllocation allocation, ByteBuf buf) throws IOException {
            int start = buf.writerIndex();
            DomainDatagramSocketAddress sender;
            if (buf.hasMemoryAddress()) {
                sender = socket.recvFromAddressDomainSocket(buf.memoryAddress(), start, buf.capacity());
            } else {
                ByteBuffer nio = buf.internalNioBuffer(start, buf.writableBytes());
                sender = socket.recvFromDomainSocket(nio, nio.position(), nio.limit());
            }
            if (sender == null) {
                allocation.lastBytesRead(-1);
                drained = true;
                return null;
            }
            allocation.lastBytesRead(sender.receivedAmount());
            buf.writerIndex(start + sender.receivedAmount());
            DomainSocketAddress recipient = sender.localAddress();
            return new DomainDatagramPacket(buf, recipient != null ? recipient : local(), sender);
        }

        private DomainSocketAddress local() {
            return IoUringDomainDatagramChannel.this.localAddress();
        }
    }
}
