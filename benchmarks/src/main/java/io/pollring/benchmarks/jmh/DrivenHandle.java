/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks.jmh;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.Native;
import io.netty.channel.unix.FileDescriptor;

import java.io.IOException;

/** A handle that counts what it is told, and does nothing. Its file is an eventfd, the cheapest to make ready. */
final class DrivenHandle implements EpollIoHandle {
    private final FileDescriptor fd = Native.newEventFd();
    private IoRegistration registration;
    private long told;

    void registered(IoRegistration registration) {
        this.registration = registration;
    }

    void submit(EpollIoOps interest) {
        registration.submit(interest);
    }

    @Override
    public FileDescriptor fd() {
        return fd;
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
        told += ((EpollIoEvent) event).ops().value();
    }

    /** The sum of the masks that it was given. */
    long told() {
        return told;
    }

    @Override
    public void close() throws IOException {
        fd.close();
    }
}
