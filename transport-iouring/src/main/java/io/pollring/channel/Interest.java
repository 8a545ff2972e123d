/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.ChannelPromise;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.pollring.loop.PollEvents;

/**
 * What a channel wants to hear of, and the registration that is told. Without a registration it is only noted.
 *
 * <p>Netty makes most combinations of ops anew each time, so they are taken from where there is one of each.
 *
 * <p>Belongs to the channel's loop, once there is one.
 */
final class Interest {
    private final EpollIoOps initial;
    private EpollIoOps current;
    private IoRegistration registration;

    /** @param initial what the channel always wants to hear of */
    Interest(EpollIoOps initial) {
        this.initial = initial;
        current = initial;
    }

    /** Has {@code channel} registered with its loop. */
    void register(AbstractIoUringChannel channel, ChannelPromise promise) {
        IoEventLoop loop = (IoEventLoop) channel.eventLoop();
        if (!loop.inEventLoop()) {
            // Meanwhile it was told to go somewhere else.
            loop.execute(() -> register(channel, promise));
            return;
        }
        // Nothing keeps two registrations that are asked for at a time from both being made: the last one stays.
        channel.leaveLoop();
        loop.register((EpollIoHandle) channel.unsafe()).addListener(future -> {
            if (future.isSuccess()) {
                channel.leaveLoop();
                IoRegistration made = (IoRegistration) future.getNow();
                registration = loop.isIoType(EpollIoHandler.class) ? new NettysRegistration(made) : made;
                if (channel.hearsEvents()) {
                    submit();
                }
                promise.setSuccess();
            } else {
                promise.setFailure(future.cause());
            }
        });
    }

    /** The channel leaves its loop, and begins anew at the next. */
    void cancel() {
        current = initial;
        leave();
    }

    /** The channel leaves its loop, and wants the same of the next. */
    void leave() {
        if (registration != null) {
            registration.cancel();
            registration = null;
        }
    }

    boolean contains(EpollIoOps ops) {
        return current.contains(ops);
    }

    void add(EpollIoOps ops) {
        if (!current.contains(ops)) {
            current = PollEvents.of(current.value() | ops.value()).ops();
            submit();
        }
    }

    void remove(EpollIoOps ops) {
        if (current.contains(ops)) {
            current = PollEvents.of(current.value() & ~ops.value()).ops();
            submit();
        }
    }

    /** Tells the registration. */
    void submit() {
        if (registration != null) {
            registration.submit(current);
        }
    }

    /** A registration with Netty's own epoll handler, which takes out an fd that nobody wants anything of for good. */
    private static final class NettysRegistration implements IoRegistration {
        private final IoRegistration registration;

        NettysRegistration(IoRegistration registration) {
            this.registration = registration;
        }

        @Override
        public <T> T attachment() {
            return registration.attachment();
        }

        @Override
        public long submit(IoOps ops) {
            // As an edge, what the kernel adds by itself (EPOLLHUP, EPOLLERR) does not make that loop run for ever.
            return registration.submit(((EpollIoOps) ops).value() == 0 ? EpollIoOps.EPOLLET : ops);
        }

        @Override
        public boolean isValid() {
            return registration.isValid();
        }

        @Override
        public boolean cancel() {
            return registration.cancel();
        }
    }
}
