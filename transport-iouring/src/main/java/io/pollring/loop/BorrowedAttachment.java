/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.ThreadAwareExecutor;

/**
 * The scratch arrays (iovecs, datagrams) that Netty's epoll channels find as the attachment of their registration. Their
 * class is private to Netty's epoll package, so they are taken from an {@link EpollIoHandler} that does nothing else.
 *
 * <p>Owns the handler, and the native memory of the arrays until {@link #release()}; its fds are closed at once.
 */
final class BorrowedAttachment {
    private final EpollIoHandler owner;
    private final Object attachment;

    /** @param fd any that an epoll set can watch: before 4.2.11 Netty's handler has its own set watch it at once */
    BorrowedAttachment(ThreadAwareExecutor executor, int fd) {
        owner = (EpollIoHandler) EpollIoHandler.newFactory(1, DefaultSelectStrategyFactory.INSTANCE)
                .newHandler(executor);
        boolean success = false;
        try {
            attachment = owner.register(new NoHandle(fd)).attachment();
            success = true;
        } catch (Exception e) {
            throw new IllegalStateException("Netty's epoll handler refuses a registration", e);
        } finally {
            owner.closeFileDescriptors();
            if (!success) {
                owner.destroy();
            }
        }
    }

    Object get() {
        return attachment;
    }

    void release() {
        owner.destroy();
    }

    /** Never submits anything. */
    private static final class NoHandle implements EpollIoHandle {
        private final FileDescriptor fd;

        NoHandle(int fd) {
            this.fd = new FileDescriptor(fd);
        }

        @Override
        public FileDescriptor fd() {
            return fd;
        }

        @Override
        public void handle(IoRegistration registration, IoEvent ioEvent) {
            throw new IllegalStateException("nothing was submitted: " + ioEvent);
        }

        @Override
        public void close() {
            // The fd is another's.
        }
    }
}
