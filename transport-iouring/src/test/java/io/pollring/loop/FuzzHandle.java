/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.unix.FileDescriptor;
import io.pollring.ring.Abi;
import io.pollring.ring.FakeFile;
import io.pollring.ring.FakeFiles;

/**
 * A handle and the model of what it may be told. It keeps its own account of its interest, and objects to any event
 * that this account does not allow.
 */
class FuzzHandle implements EpollIoHandle {
    static final int ALWAYS = Abi.POLLERR | Abi.POLLHUP;

    final int number;
    final FakeFile file;
    final boolean regular;
    private final FuzzWorld world;
    private final FakeFd fd;

    PollRegistration registration;
    /** What the loop has been asked for, as far as it can know of it. */
    int desired;
    boolean cancelled;
    /** It was told that it cannot be watched. */
    boolean failed;
    boolean unregistered;
    /** Its fd is closed, but its descriptor does not know. */
    boolean closedBehind;
    /** Bits delivered since {@link #forgetTold()}. */
    int told;
    /** A hang-up, fired while something was desired or not, that has not been told yet. */
    boolean hangUpOwed;

    FuzzHandle(FuzzWorld world, int number, int fd, boolean regular) {
        this.world = world;
        this.number = number;
        this.regular = regular;
        this.fd = new FakeFd(fd, world.files());
        file = world.files().get(fd);
        hangUpOwed = (file.ready() & Abi.POLLHUP) != 0;
    }

    @Override
    public FileDescriptor fd() {
        return fd;
    }

    boolean isLive() {
        return registration != null && !cancelled && !failed && !isClosed();
    }

    /** Whether its fd is closed, whoever knows of it. */
    boolean isClosed() {
        return closedBehind || !fd.isOpen();
    }

    /** What it has to be told of while it is ready. */
    int owed() {
        return isLive() && desired != 0 ? file.ready() & (desired | Abi.POLLERR) : 0;
    }

    /** Whether it should be told of something that is not among {@code told}. A hang-up needs to be told only once. */
    boolean isDeaf(int told) {
        return !regular && ((owed() & ~told) != 0
                || isLive() && desired != 0 && hangUpOwed && (file.ready() & Abi.POLLHUP) != 0);
    }

    void forgetTold() {
        told = 0;
    }

    void fire(int bits) {
        if ((bits & Abi.POLLHUP) != 0) {
            hangUpOwed = true;
        }
        file.fire(bits);
    }

    void clear(int bits) {
        if ((bits & Abi.POLLHUP) != 0) {
            hangUpOwed = false;
        }
        file.clear(bits);
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
        int events = ((EpollIoEvent) event).ops().value();
        world.trace(this, () -> "is told " + PollNames.of(events));
        if (registration != this.registration) {
            world.violated(this, "was told by another registration: " + registration);
        }
        if (cancelled) {
            world.violated(this, "was told " + PollNames.of(events) + " after its cancellation");
        }
        if (!fd.isOpen()) {
            world.violated(this, "was told " + PollNames.of(events) + " but its fd is closed");
        }
        if (desired == 0 || (events & ~(desired | ALWAYS)) != 0) {
            world.violated(this, "was told " + PollNames.of(events) + " but desires " + PollNames.of(desired));
        }
        if (events == 0 || (events & ~everReady()) != 0) {
            world.violated(this, "was told " + PollNames.of(events) + " but only " + PollNames.of(file.everReady())
                    + " was ever ready");
        }
        told |= events;
        told(events);
        if ((events & Abi.POLLHUP) != 0) {
            hangUpOwed = false;
        }
        world.react(this, events);
    }

    /** What it may have been told of by now. */
    int everReady() {
        return file.everReady();
    }

    /** The loop knows that it asks for {@code mask}. */
    void desire(int mask) {
        desired = mask;
    }

    /** It was told {@code events}, and does something of it next. */
    void told(int events) {
        // All that counts here is remembered already.
    }

    @Override
    public void unregistered() {
        if (unregistered) {
            world.violated(this, "was unregistered twice");
        }
        unregistered = true;
    }

    @Override
    public void close() {
        closeFd();
    }

    /** Its fd is another handle's from now on. */
    void handOverFd() {
        fd.handOver();
    }

    /** {@code close(2)}, once. */
    void closeFd() {
        fd.close();
    }

    /** {@code close(2)} of its number: its descriptor does not hear of it. */
    void closeBehind() {
        closedBehind = true;
        fd.closeBehind();
    }

    @Override
    public String toString() {
        return "handle " + number + " (fd " + fd.intValue() + (isClosed() ? ", closed" : "") + ", desires "
                + PollNames.of(desired) + ", ready " + PollNames.of(file.ready()) + ", " + registration + ')';
    }

    /** Never calls close(2) of the real kernel, to which its number may mean something. */
    private static final class FakeFd extends FileDescriptor {
        private final FakeFiles files;
        private boolean closedBehind;

        FakeFd(int fd, FakeFiles files) {
            super(fd);
            this.files = files;
        }

        void handOver() {
            markClosed();
        }

        void closeBehind() {
            closedBehind = true;
            files.closeAndReserve(intValue());
        }

        @Override
        public void close() {
            if (!markClosed()) {
                return;
            }
            if (closedBehind) {
                files.unreserve(intValue());
            } else {
                files.close(intValue());
            }
        }
    }
}
