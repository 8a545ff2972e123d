/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.ring.Abi;
import io.pollring.ring.FakeStream;

import java.util.Random;

/** What streams, their users and their peers do at random. */
final class FuzzStreamActions {
    private static final int[] MASKS = {
        0, Abi.POLLRDHUP, Abi.POLLIN, Abi.POLLIN | Abi.POLLRDHUP, Abi.POLLIN | Abi.POLLRDHUP,
        Abi.POLLIN | Abi.POLLRDHUP, Abi.POLLIN | Abi.POLLOUT | Abi.POLLRDHUP, Abi.POLLOUT | Abi.POLLRDHUP
    };
    private static final int SHORT = 32;
    private static final int LONG = 3000;
    /** More than a receive may bring of a handle that does not take all. */
    private static final int FLOOD = 40_000;

    private final FuzzWorld world;
    private final Random random;

    FuzzStreamActions(FuzzWorld world, Random random) {
        this.world = world;
        this.random = random;
    }

    int anyMask() {
        return MASKS[random.nextInt(MASKS.length)];
    }

    int anyLength() {
        return 1 + random.nextInt(random.nextInt(8) == 0 ? LONG : SHORT);
    }

    /** Opens one, to which its peer has perhaps sent something already. */
    int open() {
        int fd = world.files().openStream(random.nextInt(), random.nextInt(4) == 0 ? 0 : random.nextInt(200));
        FakeStream stream = (FakeStream) world.files().get(fd);
        if (random.nextBoolean()) {
            stream.hideEnd();
        }
        if (random.nextInt(3) == 0) {
            stream.arrive(anyLength());
        }
        if (random.nextInt(20) == 0) {
            stream.finish();
        }
        return fd;
    }

    /** The peer of {@code handle} does something. */
    void peerActs(FuzzStream handle) {
        FakeStream stream = handle.bytes().stream();
        int choice = random.nextInt(24);
        if (choice < 8) {
            stream.makeRoom(anyLength());
        } else if (choice == 8) {
            stream.fill();
        } else if (stream.isReset()) {
            return;
        } else if (choice == 9) {
            handle.end(true);
        } else if (stream.isOver()) {
            return;
        } else if (choice == 10) {
            // Together with data, behind which the kernel may not look.
            stream.arrive(anyLength());
            handle.end(random.nextBoolean());
        } else if (choice == 11) {
            handle.end(false);
        } else {
            stream.arrive(random.nextInt(16) == 0 ? FLOOD : anyLength());
        }
        world.trace(handle, () -> "has a peer that has done something: " + stream);
    }

    /** Its user does something out of turn. */
    void userActs(FuzzStream handle) {
        if (handle.isLive()) {
            switch (random.nextInt(6)) {
                case 0:
                    handle.stopReceiving();
                    break;
                case 1:
                    handle.changeReceivable();
                    break;
                case 2:
                    handle.settle();
                    break;
                case 3:
                    handle.send();
                    break;
                default:
                    world.submit(handle, anyMask());
                    break;
            }
        }
    }

    /** It is told that there is something to read. */
    void read(FuzzStream handle) {
        boolean all = random.nextInt(4) != 0;
        while (handle.isLive() && handle.read(anyLength()) && all) {
            if (random.nextInt(8) == 0) {
                handle.send();
            }
        }
    }
}
