/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.netty.util.internal.ObjectUtil;
import io.netty.util.internal.SystemPropertyUtil;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.pollring.ring.PollringProperties;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;

/**
 * A UDP channel. Takes {@link DatagramPacket}s, {@link SegmentedDatagramPacket}s, {@link AddressedEnvelope}s of a
 * {@link ByteBuf} and an {@link InetSocketAddress}, and, once connected, {@link ByteBuf}s. What is flushed together is
 * sent together, as far as the kernel lets it: packets of the same size that follow each other to the same recipient
 * share a send, from which the kernel makes them again ({@link IoUringDatagramChannelConfig#setJoinDatagrams}).
 *
 * <p>An error that an ICMP message has brought ({@link java.net.PortUnreachableException}) fails the promise of the
 * packet that is the next to be sent, whichever it was that the message answers, and of no other: nothing was sent of it,
 * nor of those that would share its send, and these are sent next. As ever, no promise fails if the kernel tells the error
 * to a packet that is not the first of its system call. Nor does one if the message says that packets are too large for
 * the way ({@code EMSGSIZE}) while some are about to share a send: these are then sent one by one.
 *
 * <p>As with Netty's epoll transport, empty datagrams are not sent.
 */
public final class IoUringDatagramChannel extends AbstractIoUringDatagramChannel implements DatagramChannel {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(IoUringDatagramChannel.class);
    /** What Netty's epoll transport is told with this property holds here too, unless our own says otherwise. */
    private static final boolean MULTICAST_ALL = PollringProperties.flag(PollringProperties.IP_MULTICAST_ALL,
            SystemPropertyUtil.getBoolean("io.netty.channel.epoll.ipMulticastAll", false));

    private final IoUringDatagramChannelConfig config;
    private final boolean ipv6;
    private final DatagramJoins joins;

    /** A channel of the family that the system prefers. */
    public IoUringDatagramChannel() {
        this((SocketProtocolFamily) null);
    }

    /**
     * A channel of the given family.
     *
     * @param family if {@code null}, the one that the system prefers
     * @deprecated use {@link #IoUringDatagramChannel(SocketProtocolFamily)}
     */
    @Deprecated
    public IoUringDatagramChannel(InternetProtocolFamily family) {
        this(LinuxSocket.newSocketDgram(family), false);
    }

    /**
     * A channel of the given family.
     *
     * @param family if {@code null}, the one that the system prefers
     */
    public IoUringDatagramChannel(SocketProtocolFamily family) {
        this(LinuxSocket.newSocketDgram(family), false);
    }

    /**
     * A channel of a socket that exists.
     *
     * @param fd a UDP socket, owned by the channel from here on
     */
    public IoUringDatagramChannel(int fd) {
        this(LinuxSocket.newSocket(fd), true);
    }

    private IoUringDatagramChannel(LinuxSocket socket, boolean active) {
        super(socket, active);
        ipv6 = Sockets.ask(socket, Multicast::isIpv6);
        joins = new DatagramJoins(socket);
        config = new IoUringDatagramChannelConfig(this, joins);
        try {
            // As NIO has it: only groups that the socket has joined.
            config.setIpMulticastAll(MULTICAST_ALL);
        } catch (ChannelException e) {
            logger.debug("IP_MULTICAST_ALL cannot be set to {}", MULTICAST_ALL, e);
        }
    }

    /** Whether {@link SegmentedDatagramPacket}s can be written here. */
    public static boolean isSegmentedDatagramPacketSupported() {
        return EpollDatagramChannel.isSegmentedDatagramPacketSupported();
    }

    @Override
    public IoUringDatagramChannelConfig config() {
        return config;
    }

    @Override
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) super.localAddress();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return (InetSocketAddress) super.remoteAddress();
    }

    @Override
    protected void doDisconnect() throws Exception {
        socket.disconnect();
        deactivate();
    }

    // ---- writing

    @Override
    boolean isAddress(SocketAddress address) {
        return address instanceof InetSocketAddress;
    }

    @Override
    AddressedEnvelope<ByteBuf, ?> withContent(AddressedEnvelope<?, ?> envelope, ByteBuf content) {
        return envelope instanceof DatagramPacket ? ((DatagramPacket) envelope).replace(content)
                : super.withContent(envelope, content);
    }

    @Override
    protected Object filterOutboundMessage(Object msg) {
        if (msg instanceof SegmentedDatagramPacket && !isSegmentedDatagramPacketSupported()) {
            throw unsupported(msg);
        }
        return super.filterOutboundMessage(msg);
    }

    @Override
    String expectedTypes() {
        return "DatagramPacket, AddressedEnvelope<ByteBuf, InetSocketAddress>, ByteBuf";
    }

    @Override
    int send(ChannelOutboundBuffer in, int limit) throws Exception {
        Object first = in.current();
        try {
            if (first instanceof ByteBuf && in.size() == 1 && ((ByteBuf) first).hasMemoryAddress()) {
                ByteBuf buf = (ByteBuf) first;
                return socket.sendAddress(buf.memoryAddress(), buf.readerIndex(), buf.writerIndex()) > 0 ? 1 : 0;
            }
            DatagramBatch batch = DatagramBatch.clean();
            DatagramCollector collected = batch.collector;
            int sent = send(batch, in, limit, joins);
            int messages = collected.messages(1);
            if (sent < 0 && messages > 1 && joins.refused(-sent, collected.firstSize(), collected.firstRecipient())) {
                sent = send(DatagramBatch.clean(), in, messages, null);
            }
            return sent >= 0 ? collected.messages(sent) : Errors.ioResult("sendmmsg", sent);
        } catch (Errors.NativeIoException e) {
            throw isBatchOfNettys(first, in.size()) ? e : DatagramErrors.translate(e);
        }
    }

    /** @return how many sends were made, or {@code -errno} if the first was not */
    private int send(DatagramBatch batch, ChannelOutboundBuffer in, int limit, DatagramJoins joinable) throws Exception {
        int count = batch.collector.collect(in, ipv6, limit, joinable);
        return batch.messages.send(socket.intValue(), count);
    }

    /** Whether Netty's channels use {@code sendmmsg}, whose errors they tell as they are, for {@code first}. */
    private static boolean isBatchOfNettys(Object first, int messages) {
        return first instanceof SegmentedDatagramPacket
                || messages > 1 && (first instanceof DatagramPacket || first instanceof ByteBuf);
    }

    // ---- groups

    /** The interface of the channel's own address; {@code null} if it is bound to none in particular. */
    private NetworkInterface ownInterface() throws IOException {
        return NetworkInterface.getByInetAddress(localAddress().getAddress());
    }

    @Override
    public ChannelFuture joinGroup(InetAddress multicastAddress) {
        return joinGroup(multicastAddress, newPromise());
    }

    @Override
    public ChannelFuture joinGroup(InetAddress multicastAddress, ChannelPromise promise) {
        try {
            NetworkInterface via = config.getNetworkInterface();
            return joinGroup(multicastAddress, via == null ? ownInterface() : via, null, promise);
        } catch (IOException e) {
            return promise.setFailure(e);
        }
    }

    @Override
    public ChannelFuture joinGroup(InetSocketAddress multicastAddress, NetworkInterface networkInterface) {
        return joinGroup(multicastAddress, networkInterface, newPromise());
    }

    @Override
    public ChannelFuture joinGroup(InetSocketAddress multicastAddress, NetworkInterface networkInterface,
                                   ChannelPromise promise) {
        return joinGroup(multicastAddress.getAddress(), networkInterface, null, promise);
    }

    @Override
    public ChannelFuture joinGroup(InetAddress multicastAddress, NetworkInterface networkInterface,
                                   InetAddress source) {
        return joinGroup(multicastAddress, networkInterface, source, newPromise());
    }

    @Override
    public ChannelFuture joinGroup(InetAddress multicastAddress, NetworkInterface networkInterface,
                                   InetAddress source, ChannelPromise promise) {
        return changeGroup(true, multicastAddress, networkInterface, source, promise);
    }

    @Override
    public ChannelFuture leaveGroup(InetAddress multicastAddress) {
        return leaveGroup(multicastAddress, newPromise());
    }

    @Override
    public ChannelFuture leaveGroup(InetAddress multicastAddress, ChannelPromise promise) {
        try {
            return leaveGroup(multicastAddress, ownInterface(), null, promise);
        } catch (IOException e) {
            return promise.setFailure(e);
        }
    }

    @Override
    public ChannelFuture leaveGroup(InetSocketAddress multicastAddress, NetworkInterface networkInterface) {
        return leaveGroup(multicastAddress, networkInterface, newPromise());
    }

    @Override
    public ChannelFuture leaveGroup(InetSocketAddress multicastAddress, NetworkInterface networkInterface,
                                    ChannelPromise promise) {
        return leaveGroup(multicastAddress.getAddress(), networkInterface, null, promise);
    }

    @Override
    public ChannelFuture leaveGroup(InetAddress multicastAddress, NetworkInterface networkInterface,
                                    InetAddress source) {
        return leaveGroup(multicastAddress, networkInterface, source, newPromise());
    }

    @Override
    public ChannelFuture leaveGroup(InetAddress multicastAddress, NetworkInterface networkInterface,
                                    InetAddress source, ChannelPromise promise) {
        return changeGroup(false, multicastAddress, networkInterface, source, promise);
    }

    private ChannelFuture changeGroup(boolean join, InetAddress group, NetworkInterface via, InetAddress source,
                                      ChannelPromise promise) {
        ObjectUtil.checkNotNull(group, "multicastAddress");
        ObjectUtil.checkNotNull(via, "networkInterface");
        if (eventLoop().inEventLoop()) {
            changeGroupNow(join, group, via, source, promise);
        } else {
            eventLoop().execute(() -> changeGroupNow(join, group, via, source, promise));
        }
        return promise;
    }

    private void changeGroupNow(boolean join, InetAddress group, NetworkInterface via, InetAddress source,
                                ChannelPromise promise) {
        try {
            Multicast.change(socket, group, via, source, join);
            promise.setSuccess();
        } catch (Throwable t) {
            // What the kernel refuses comes as an unchecked exception, and must not leave the promise open.
            promise.setFailure(t);
        }
    }

    @Override
    public ChannelFuture block(InetAddress multicastAddress, NetworkInterface networkInterface,
                               InetAddress sourceToBlock) {
        return block(multicastAddress, networkInterface, sourceToBlock, newPromise());
    }

    @Override
    public ChannelFuture block(InetAddress multicastAddress, NetworkInterface networkInterface,
                               InetAddress sourceToBlock, ChannelPromise promise) {
        ObjectUtil.checkNotNull(multicastAddress, "multicastAddress");
        ObjectUtil.checkNotNull(sourceToBlock, "sourceToBlock");
        ObjectUtil.checkNotNull(networkInterface, "networkInterface");
        return promise.setFailure(new UnsupportedOperationException("blocking a source is not supported"));
    }

    @Override
    public ChannelFuture block(InetAddress multicastAddress, InetAddress sourceToBlock) {
        return block(multicastAddress, sourceToBlock, newPromise());
    }

    @Override
    public ChannelFuture block(InetAddress multicastAddress, InetAddress sourceToBlock, ChannelPromise promise) {
        try {
            return block(multicastAddress, ownInterface(), sourceToBlock, promise);
        } catch (Throwable t) {
            return promise.setFailure(t);
        }
    }

    // ---- reading

    @Override
    protected AbstractIoUringUnsafe newUnsafe() {
        return new InetUnsafe();
    }

    private final class InetUnsafe extends DatagramUnsafe {
        @Override
        boolean readOnce(ReadAllocation allocation) throws IOException {
            return DatagramReader.read(IoUringDatagramChannel.this, this, allocation);
        }
    }
}
