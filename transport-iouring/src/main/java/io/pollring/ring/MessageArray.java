/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import io.netty.channel.unix.Buffer;
import io.netty.util.internal.CleanableDirectBuffer;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * Messages as {@code recvmmsg(2)} and {@code sendmmsg(2)} take them, with room for an address and for control messages
 * each; the bytes themselves are elsewhere. All of its memory is allocated once.
 *
 * <p>Belongs to one thread.
 */
public final class MessageArray {
    /** Room for the largest address; a multiple of eight. */
    private static final int NAME_BYTES = 32;
    /** Room for a segment size and for both kinds of an original address, and a timestamp beside them. */
    private static final int CONTROL_BYTES = 160;
    private static final int UINT16_BYTES = 2;

    private final int capacity;
    private final CleanableDirectBuffer cleanable;
    private final ByteBuffer memory;
    private final long address;
    private final int names;
    private final int controls;
    // Java copies what it makes an address of, so these are free again at once.
    private final byte[] inet = new byte[4];
    private final byte[] inet6 = new byte[16];

    /** @param capacity the number of messages */
    public MessageArray(int capacity) {
        this.capacity = capacity;
        names = capacity * SocketAbi.MESSAGE_BYTES;
        controls = names + capacity * NAME_BYTES;
        cleanable = Buffer.allocateDirectBufferWithNativeOrder(controls + capacity * CONTROL_BYTES);
        memory = cleanable.buffer();
        address = Buffer.memoryAddress(memory);
        for (int i = 0; i < capacity; i++) {
            // Two pointers that never change: lengths say whether there is something behind them.
            memory.putLong(header(i) + SocketAbi.MESSAGE_NAME, address + name(i));
            memory.putLong(header(i) + SocketAbi.MESSAGE_CONTROL, address + control(i));
        }
    }

    public int capacity() {
        return capacity;
    }

    private static int header(int index) {
        return index * SocketAbi.MESSAGE_BYTES;
    }

    private int name(int index) {
        return names + index * NAME_BYTES;
    }

    private int control(int index) {
        return controls + index * CONTROL_BYTES;
    }

    /**
     * Says where the bytes of a message are.
     *
     * @param iov   the address of an array of {@code struct iovec}
     * @param count its length
     */
    public void setBuffers(int index, long iov, int count) {
        int header = header(index);
        memory.putLong(header + SocketAbi.MESSAGE_IOV, iov);
        memory.putLong(header + SocketAbi.MESSAGE_IOV_LENGTH, count);
    }

    // ---- sending

    /** The message goes to where the socket is connected to. */
    public void setConnected(int index) {
        memory.putInt(header(index) + SocketAbi.MESSAGE_NAME_LENGTH, 0);
    }

    /**
     * Says where the message goes.
     *
     * @param ipv6 whether the socket is one of IPv6, which takes addresses of IPv4 mapped
     */
    public void setRecipient(int index, InetSocketAddress recipient, boolean ipv6) {
        memory.putInt(header(index) + SocketAbi.MESSAGE_NAME_LENGTH, writeName(name(index), recipient, ipv6));
    }

    /** Whether two messages, whose recipients are set, go to the same. */
    public boolean sameRecipient(int index, int other) {
        int length = memory.getInt(header(index) + SocketAbi.MESSAGE_NAME_LENGTH);
        if (length != memory.getInt(header(other) + SocketAbi.MESSAGE_NAME_LENGTH)) {
            return false;
        }
        // Behind an address of IPv4 is room that nobody writes to.
        int end = length == SocketAbi.INET_BYTES ? SocketAbi.INET_ADDRESS + inet.length : length;
        for (int i = 0; i < end; i += Integer.BYTES) {
            if (memory.getInt(name(index) + i) != memory.getInt(name(other) + i)) {
                return false;
            }
        }
        return true;
    }

    /** @param bytes the size of the datagrams that the kernel makes of the message, or 0 for one datagram */
    public void setSegmentSize(int index, int bytes) {
        int header = header(index);
        if (bytes == 0) {
            memory.putLong(header + SocketAbi.MESSAGE_CONTROL_LENGTH, 0);
            return;
        }
        int control = control(index);
        memory.putLong(control + SocketAbi.CONTROL_LENGTH, SocketAbi.CONTROL_DATA + UINT16_BYTES);
        memory.putInt(control + SocketAbi.CONTROL_LEVEL, SocketAbi.SOL_UDP);
        memory.putInt(control + SocketAbi.CONTROL_TYPE, SocketAbi.UDP_SEGMENT);
        memory.putShort(control + SocketAbi.CONTROL_DATA, (short) bytes);
        memory.putLong(header + SocketAbi.MESSAGE_CONTROL_LENGTH, SocketAbi.CONTROL_DATA + SocketAbi.CONTROL_ALIGNMENT);
    }

    /**
     * Sends the first {@code count} messages.
     *
     * @return how many of them were sent, or {@code -errno} if the first was not
     */
    public int send(int fd, int count) {
        int sent;
        do {
            sent = Native.sendMessages(fd, address, count, SocketAbi.MSG_NOSIGNAL);
        } while (sent == -Errno.EINTR);
        return sent;
    }

    // ---- receiving

    /** Makes the message ready to be received into. */
    private void clear(int index) {
        int header = header(index);
        memory.putInt(header + SocketAbi.MESSAGE_NAME_LENGTH, NAME_BYTES);
        memory.putLong(header + SocketAbi.MESSAGE_CONTROL_LENGTH, CONTROL_BYTES);
    }

    /**
     * Receives up to {@code count} messages, without waiting for any.
     *
     * @return how many came, or {@code -errno}
     */
    public int receive(int fd, int count) {
        for (int i = 0; i < count; i++) {
            clear(i);
        }
        int received;
        do {
            received = Native.receiveMessages(fd, address, count, SocketAbi.MSG_DONTWAIT);
        } while (received == -Errno.EINTR);
        return received;
    }

    /**
     * Receives the first message, without waiting for it.
     *
     * @return 1, or {@code -errno}
     */
    public int receiveOne(int fd) {
        clear(0);
        int bytes;
        do {
            bytes = Native.receiveMessage(fd, address, SocketAbi.MSG_DONTWAIT);
        } while (bytes == -Errno.EINTR);
        if (bytes < 0) {
            return bytes;
        }
        memory.putInt(header(0) + SocketAbi.MESSAGE_RESULT, bytes);
        return 1;
    }

    /** The number of bytes that were received. */
    public int bytes(int index) {
        return memory.getInt(header(index) + SocketAbi.MESSAGE_RESULT);
    }

    /** Where the message came from, or {@code null} if the kernel did not say. */
    public InetSocketAddress sender(int index) {
        return memory.getInt(header(index) + SocketAbi.MESSAGE_NAME_LENGTH) == 0 ? null : readName(name(index));
    }

    /** Where the message was sent to, or {@code null} if the socket was not set to tell. */
    public InetSocketAddress originalRecipient(int index) {
        int data = find(index, SocketAbi.SOL_IP, SocketAbi.IP_RECVORIGDSTADDR);
        if (data == 0) {
            data = find(index, SocketAbi.SOL_IPV6, SocketAbi.IPV6_ORIGDSTADDR);
        }
        return data == 0 ? null : readName(data);
    }

    /** The size of the datagrams that the kernel has joined into this message, or 0 if it is one datagram. */
    public int segmentSize(int index) {
        int data = find(index, SocketAbi.SOL_UDP, SocketAbi.UDP_GRO);
        return data == 0 ? 0 : memory.getInt(data);
    }

    /** The position of a control message's data, or 0. */
    private int find(int index, int level, int type) {
        int position = control(index);
        int end = position + (int) memory.getLong(header(index) + SocketAbi.MESSAGE_CONTROL_LENGTH);
        while (position + SocketAbi.CONTROL_DATA <= end) {
            int length = (int) memory.getLong(position + SocketAbi.CONTROL_LENGTH);
            if (length < SocketAbi.CONTROL_DATA) {
                return 0;
            }
            if (memory.getInt(position + SocketAbi.CONTROL_LEVEL) == level
                    && memory.getInt(position + SocketAbi.CONTROL_TYPE) == type) {
                return position + SocketAbi.CONTROL_DATA;
            }
            position += length + SocketAbi.CONTROL_ALIGNMENT - 1 & -SocketAbi.CONTROL_ALIGNMENT;
        }
        return 0;
    }

    // ---- addresses

    private int writeName(int at, InetSocketAddress socketAddress, boolean ipv6) {
        InetAddress address = socketAddress.getAddress();
        int port = socketAddress.getPort();
        if (address instanceof Inet6Address) {
            // A socket of IPv4 refuses it, which is what the user has to hear.
            writeInet6(at, port, ((Inet6Address) address).getScopeId());
            write(at + SocketAbi.INET6_ADDRESS, address.getAddress());
            return SocketAbi.INET6_BYTES;
        }
        byte[] bytes = address.getAddress();
        if (!ipv6) {
            memory.putShort(at + SocketAbi.INET_FAMILY, (short) SocketAbi.AF_INET);
            writePort(at + SocketAbi.INET_PORT, port);
            writeInet(at + SocketAbi.INET_ADDRESS, bytes);
            return SocketAbi.INET_BYTES;
        }
        writeInet6(at, port, 0);
        memory.putLong(at + SocketAbi.INET6_ADDRESS, 0);
        // The wildcard is not mapped: it has a form of its own.
        memory.putInt(at + SocketAbi.INET6_ADDRESS + 8, address.isAnyLocalAddress() ? 0 : 0xFFFF0000);
        writeInet(at + SocketAbi.INET6_ADDRESS + 12, bytes);
        return SocketAbi.INET6_BYTES;
    }

    private void writeInet6(int at, int port, int scope) {
        memory.putShort(at + SocketAbi.INET6_FAMILY, (short) SocketAbi.AF_INET6);
        writePort(at + SocketAbi.INET6_PORT, port);
        memory.putInt(at + SocketAbi.INET6_FLOW_INFO, 0);
        memory.putInt(at + SocketAbi.INET6_SCOPE, scope);
    }

    private void writePort(int at, int port) {
        memory.putShort(at, Short.reverseBytes((short) port));
    }

    /** Without a loop, so that the compiler sees that nobody keeps the array, and makes none. */
    private void writeInet(int at, byte[] bytes) {
        memory.put(at, bytes[0]);
        memory.put(at + 1, bytes[1]);
        memory.put(at + 2, bytes[2]);
        memory.put(at + 3, bytes[3]);
    }

    private void write(int at, byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            memory.put(at + i, bytes[i]);
        }
    }

    private InetSocketAddress readName(int at) {
        if (memory.getShort(at + SocketAbi.INET_FAMILY) == SocketAbi.AF_INET) {
            return InetNames.inet(read(at + SocketAbi.INET_ADDRESS, inet), readPort(at + SocketAbi.INET_PORT));
        }
        int address = at + SocketAbi.INET6_ADDRESS;
        int port = readPort(at + SocketAbi.INET6_PORT);
        if (memory.getLong(address) == 0 && memory.getInt(address + 8) == 0xFFFF0000) {
            return InetNames.inet(read(address + 12, inet), port);
        }
        return InetNames.inet6(read(address, inet6), memory.getInt(at + SocketAbi.INET6_SCOPE), port);
    }

    private int readPort(int at) {
        return Short.reverseBytes(memory.getShort(at)) & 0xFFFF;
    }

    private byte[] read(int at, byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = memory.get(at + i);
        }
        return bytes;
    }

    /** Gives the memory back. The array must not be used any more. */
    public void release() {
        cleanable.clean();
    }
}
