/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.epoll.Native;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Limits;
import io.netty.channel.unix.Socket;
import io.netty.util.NetUtil;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.Callable;

/**
 * Calls of Netty's native libraries that this transport makes, tried where releases are mixed: a native method that the
 * library does not have is found missing only when it is called. They are made on sockets that nobody knows, and what the
 * kernel answers does not matter.
 */
final class NettyCalls {
    private static final int BYTES = 64;
    /** More than sun_path can hold: nothing is bound, or connected to. */
    private static final DomainSocketAddress NOWHERE = new DomainSocketAddress(new String(new char[200]).replace('\0', 'x'));

    private final ByteBuffer memory = ByteBuffer.allocateDirect(BYTES);
    private LinkageError missing;

    private NettyCalls() { }

    /** What Netty's classes, or its library, lack of what is needed; {@code null} if nothing. */
    static LinkageError findMissing() {
        NettyCalls calls = new NettyCalls();
        calls.attempt(() -> Errors.ERRNO_EBADF_NEGATIVE + Limits.IOV_MAX + Native.TCP_MD5SIG_MAXKEYLEN
                + Native.sizeofEpollEvent() + Native.offsetofEpollData());
        calls.attempt(() -> Errors.newIOException("probe", Errors.ERRNO_EBADF_NEGATIVE));
        calls.descriptors();
        calls.attempt(() -> calls.stream(LinuxSocket.newSocketStream()));
        calls.attempt(() -> calls.stream(LinuxSocket.newSocketDomain()));
        calls.attempt(() -> calls.datagrams(LinuxSocket.newSocketDgram()));
        calls.attempt(() -> calls.datagrams(LinuxSocket.newSocketDomainDgram()));
        return calls.missing;
    }

    private void descriptors() {
        attempt(() -> {
            FileDescriptor epoll = Native.newEpollCreate();
            FileDescriptor event = Native.newEventFd();
            FileDescriptor timer = Native.newTimerFd();
            attempt(() -> Native.epollCtlAdd(epoll.intValue(), event.intValue(), 0));
            attempt(() -> Native.epollCtlMod(epoll.intValue(), event.intValue(), 0));
            attempt(() -> Native.epollCtlDel(epoll.intValue(), event.intValue()));
            attempt(() -> Native.eventFdWrite(event.intValue(), 1));
            close(epoll, event, timer);
            return null;
        });
        attempt(() -> {
            FileDescriptor[] pipe = FileDescriptor.pipe();
            attempt(() -> pipe[1].write(memory, 0, 0));
            attempt(() -> Native.splice(pipe[0].intValue(), -1, pipe[1].intValue(), -1, 0));
            close(pipe);
            return null;
        });
    }

    private Object stream(LinuxSocket socket) {
        attempt(() -> socket.bind(NOWHERE));
        attempt(() -> socket.connect(NOWHERE));
        attempt(() -> socket.finishConnect());
        attempt(() -> socket.accept(new byte[26]));
        attempt(() -> socket.send(memory, 0, BYTES));
        attempt(() -> socket.sendAddress(Buffer.memoryAddress(memory), 0, BYTES));
        attempt(() -> socket.writevAddresses(Buffer.memoryAddress(memory), 0));
        attempt(() -> socket.recv(memory, 0, BYTES));
        attempt(() -> socket.recvAddress(Buffer.memoryAddress(memory), 0, BYTES));
        attempt(() -> socket.recvFd());
        attempt(() -> socket.sendFd(socket.intValue()));
        attempt(() -> socket.getSendBufferSize());
        attempt(() -> socket.setSoLinger(-1));
        attempt(() -> socket.listen(1));
        attempt(() -> socket.shutdown(true, true));
        return addresses(socket);
    }

    private Object datagrams(LinuxSocket socket) {
        long address = Buffer.memoryAddress(memory);
        InetSocketAddress nobody = new InetSocketAddress(NetUtil.LOCALHOST4, 0);
        attempt(() -> socket.sendTo(memory, 0, 0, nobody.getAddress(), 0, false));
        attempt(() -> socket.sendToAddress(address, 0, 0, nobody.getAddress(), 0, false));
        attempt(() -> socket.sendToAddressDomainSocket(address, 0, 0, new byte[1]));
        attempt(() -> socket.sendToAddressesDomainSocket(address, 0, new byte[1]));
        attempt(() -> socket.recvFromDomainSocket(memory, 0, BYTES));
        attempt(() -> socket.recvFromAddressDomainSocket(address, 0, BYTES));
        attempt(() -> socket.disconnect());
        return addresses(socket);
    }

    private Object addresses(LinuxSocket socket) {
        attempt(() -> socket.localAddress());
        attempt(() -> socket.remoteAddress());
        attempt(() -> socket.localDomainSocketAddress());
        attempt(() -> socket.remoteDomainSocketAddress());
        attempt(() -> socket.getIntOpt(0, 0));
        attempt(() -> socket.setIntOpt(0, 0, 0));
        attempt(() -> socket.getRawOpt(0, 0, memory));
        attempt(() -> socket.setRawOpt(0, 0, memory));
        close(socket);
        return null;
    }

    private void close(FileDescriptor... fds) {
        for (FileDescriptor fd : fds) {
            attempt(() -> fd.close());
        }
    }

    private void attempt(Action action) {
        attempt(() -> {
            action.run();
            return null;
        });
    }

    private void attempt(Callable<?> call) {
        try {
            call.call();
        } catch (LinkageError e) {
            if (missing == null) {
                missing = e;
            }
        } catch (Exception e) {
            // It is there, and refuses: that is an answer as well.
        }
    }

    /** A call that returns nothing. */
    private interface Action {
        void run() throws IOException;
    }
}
