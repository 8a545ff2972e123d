/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.PeerCredentials;
import io.netty.util.internal.NativeLibraryLoader;
import io.netty.util.internal.PlatformDependent;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The real kernel. Loads the native library once; where that fails the class still initialises, and
 * {@link #kernel()} throws the reason.
 */
public final class Native implements Kernel {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(Native.class);
    private static final String LIBRARY = "pollring_iouring";
    private static final Native INSTANCE = new Native();
    private static final Throwable LOAD_FAILURE = load();

    /** The region's file is a channel that has no fd, or hides it. */
    public static final long NO_FILE = Long.MIN_VALUE;

    private Native() { }

    /**
     * @return the kernel of this machine
     * @throws UnsatisfiedLinkError with the reason as its cause if the native library, or Netty's epoll library below
     *                              it, cannot be used here
     */
    public static Kernel kernel() {
        if (LOAD_FAILURE != null) {
            throw unavailable();
        }
        return INSTANCE;
    }

    /** What to throw where there is {@link #loadFailure()}. */
    public static UnsatisfiedLinkError unavailable() {
        return (UnsatisfiedLinkError) new UnsatisfiedLinkError("the native library " + LIBRARY + " is not available; add the "
                + "transport-iouring-native jar of this platform: " + LOAD_FAILURE.getMessage()).initCause(LOAD_FAILURE);
    }

    /** Why {@link #kernel()} throws, or {@code null} if it does not. */
    public static Throwable loadFailure() {
        return LOAD_FAILURE;
    }

    /**
     * {@code timerfd_settime(2)}, relative.
     *
     * @return 0 or {@code -errno}
     */
    public static int timerSet(int timerFd, long seconds, long nanos) {
        return timerSet0(timerFd, seconds, nanos);
    }

    /**
     * {@code sendfile(2)} of the file of a Netty {@code DefaultFileRegion}, whose progress it adds to.
     *
     * @param region   an opened {@code DefaultFileRegion}
     * @param position where in the file to begin, in bytes
     * @return the number of bytes sent; 0 if the socket is full, or the file ends; or {@link #NO_FILE}, also where there is
     * no library
     */
    public static long sendFile(int socketFd, Object region, long position, long count)
            throws IOException {
        long result = LOAD_FAILURE != null ? NO_FILE : sendFile0(socketFd, region, position, count);
        if (result >= 0 || result == NO_FILE) {
            return result;
        }
        if (result == -Errno.EAGAIN) {
            return 0;
        }
        throw Errors.newIOException("sendfile to fd " + socketFd + " (" + Errno.name((int) -result) + ')',
                (int) result);
    }

    /** {@code SO_PEERCRED}: who has made the other end of a UNIX socket. */
    public static PeerCredentials peerCredentials(int fd) throws IOException {
        int[] credentials = new int[3];
        int result = peerCredentials0(fd, credentials);
        if (result < 0) {
            throw Errors.newIOException("getsockopt(SO_PEERCRED) of fd " + fd + " (" + Errno.name(-result) + ')', result);
        }
        return (PeerCredentials) newPeerCredentials0(PeerCredentials.class, credentials[0], credentials[1],
                new int[] {credentials[2]});
    }

    /** {@code recvmsg(2)}: the number of bytes, or {@code -errno}. */
    static int receiveMessage(int fd, long header, int flags) {
        return receiveMessage0(fd, header, flags);
    }

    /** {@code recvmmsg(2)} without a timeout: the number of messages, or {@code -errno}. */
    static int receiveMessages(int fd, long headers, int count, int flags) {
        return receiveMessages0(fd, headers, count, flags);
    }

    /** {@code sendmmsg(2)}: the number of messages, or {@code -errno}. */
    static int sendMessages(int fd, long headers, int count, int flags) {
        return sendMessages0(fd, headers, count, flags);
    }

    @SuppressWarnings("deprecation") // NativeLibraryLoader is how every Netty transport loads its library
    private static Throwable load() {
        try {
            if (!"linux".equals(PlatformDependent.normalizedOs())) {
                return new UnsupportedOperationException("io_uring is only there on Linux, and this is "
                        + PlatformDependent.normalizedOs());
            }
            if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
                return new UnsupportedOperationException("only little-endian machines are supported");
            }
            // Sockets, epoll and the registration of Netty's unix natives come from there, and must be first.
            if (!Epoll.isAvailable()) {
                return Epoll.unavailabilityCause();
            }
            NativeLibraryLoader.load(LIBRARY + '_' + PlatformDependent.normalizedArch(),
                    PlatformDependent.getClassLoader(Native.class));
            Abi.verify(Native::abi0);
            SocketAbi.verify(Native::socketAbi0);
            return null;
        } catch (Throwable t) {
            logger.debug("The native library {} cannot be used", LIBRARY, t);
            return t;
        }
    }

    @Override
    public int setup(int entries, ByteBuffer params) {
        return setup0(entries, memoryAddress0(params));
    }

    @Override
    public ByteBuffer map(int ringFd, long offset, long length) throws RingException {
        long address = map0(ringFd, offset, length);
        if (address < 0 && address > -4096) {
            throw new RingException("mmap of " + length + " bytes of ring fd " + ringFd, (int) address,
                    RingSetup.remedy((int) -address));
        }
        return memoryView0(address, length).order(ByteOrder.nativeOrder());
    }

    @Override
    public void unmap(ByteBuffer memory) {
        int result = unmap0(memoryAddress0(memory), memory.capacity());
        if (result < 0) {
            logger.warn("munmap of a ring's memory failed with {}", Errno.name(-result));
        }
    }

    @Override
    public int enter(int ringFd, int toSubmit, int minComplete, int flags) {
        return enter0(ringFd, toSubmit, minComplete, flags);
    }

    @Override
    public int enter(int ringFd, int toSubmit, int minComplete, int flags, long timeoutNanos) {
        return enterTimeout0(ringFd, toSubmit, minComplete, flags, timeoutNanos);
    }

    @Override
    public int register(int ringFd, int opcode, ByteBuffer argument, int count) {
        return register0(ringFd, opcode, argument == null ? 0 : memoryAddress0(argument), count);
    }

    @Override
    public int epollCreate() {
        return io.netty.channel.epoll.Native.newEpollCreate().intValue();
    }

    @Override
    public int epollAdd(int epollFd, int fd, int mask) {
        try {
            io.netty.channel.epoll.Native.epollCtlAdd(epollFd, fd, mask);
            return 0;
        } catch (IOException e) {
            return result(e);
        }
    }

    @Override
    public int epollModify(int epollFd, int fd, int mask) {
        try {
            io.netty.channel.epoll.Native.epollCtlMod(epollFd, fd, mask);
            return 0;
        } catch (IOException e) {
            return result(e);
        }
    }

    @Override
    public int epollRemove(int epollFd, int fd) {
        try {
            io.netty.channel.epoll.Native.epollCtlDel(epollFd, fd);
            return 0;
        } catch (IOException e) {
            return result(e);
        }
    }

    private static int result(IOException e) {
        if (e instanceof NativeIoException) {
            return ((NativeIoException) e).expectedErr();
        }
        throw new IllegalStateException("epoll_ctl failed without an errno", e);
    }

    @Override
    public int epollWait(int epollFd, ByteBuffer events, int maxEvents, int timeoutMillis) {
        return epollWait0(epollFd, memoryAddress0(events), maxEvents, timeoutMillis);
    }

    @Override
    public int pageBytes() {
        return pageBytes0();
    }

    @Override
    public void close(int fd) {
        try {
            new FileDescriptor(fd).close();
        } catch (IOException e) {
            logger.warn("close of fd {} failed", fd, e);
        }
    }

    private static native int setup0(int entries, long params);
    private static native int enter0(int fd, int toSubmit, int minComplete, int flags);
    private static native int enterTimeout0(int fd, int toSubmit, int minComplete, int flags, long timeoutNanos);
    private static native int register0(int fd, int opcode, long argument, int count);
    private static native long map0(int fd, long offset, long length);
    private static native int unmap0(long address, long length);
    private static native ByteBuffer memoryView0(long address, long length);
    private static native long memoryAddress0(ByteBuffer buffer);
    private static native long sendFile0(int socketFd, Object region, long position, long count);

    private static native int peerCredentials0(int fd, int[] credentials);

    private static native Object newPeerCredentials0(Class<?> type, int pid, int uid, int[] gids);

    private static native int pageBytes0();
    private static native int timerSet0(int fd, long seconds, long nanos);
    private static native int epollWait0(int fd, long events, int length, int timeoutMillis);
    private static native int receiveMessage0(int fd, long header, int flags);
    private static native int receiveMessages0(int fd, long headers, int count, int flags);
    private static native int sendMessages0(int fd, long headers, int count, int flags);
    private static native long abi0(int index);
    private static native long socketAbi0(int index);
}
