/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.ring.Abi;
import io.pollring.ring.UserData;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compares what the loop knows of its handles with what the kernel and the handles themselves do. */
final class FuzzAudit {
    /** Of requests that name other requests. */
    private static final int NO_FD = -1;

    private final FuzzWorld world;

    FuzzAudit(FuzzWorld world) {
        this.world = world;
    }

    /** Nobody must wait for anything that is there. */
    void checkThatItMaySleep() {
        for (FuzzHandle handle : world.handles) {
            if (handle.isDeaf(0)) {
                world.violated(handle, "is not told of what is ready, and the loop sleeps");
            }
            if (handle.failed && !handle.cancelled && world.isSound() && isInKernel(handle.registration)) {
                world.violated(handle, "has failed, but something of it is in the kernel, and the loop sleeps");
            }
            if (handle instanceof FuzzStream && ((FuzzStream) handle).isSending()) {
                world.violated(handle, "is not told what it has sent, and the loop sleeps");
            }
            if (!handle.cancelled && world.isSound() && mayBeReadFarAhead(handle.registration)) {
                world.violated(handle, "asks for nothing, but much may be received for it, and the loop sleeps");
            }
        }
    }

    private static boolean mayBeReadFarAhead(PollRegistration registration) {
        return registration instanceof StreamRegistration && (registration.desired & Abi.POLLIN) == 0
                && ((StreamRegistration) registration).reception.isArmed()
                && ((StreamRegistration) registration).steadyReceives > 0;
    }

    private static boolean isInKernel(PollRegistration registration) {
        return registration.state.isArmed() || registration.isReceiving();
    }

    /** Each request in the kernel belongs to a registration, which has just those that it counts on. */
    void checkRequests() {
        checkQueue();
        List<Long> armed = world.kernel.armed();
        armed.removeIf(userData -> UserData.kind(userData) != RequestKind.POLL
                && UserData.kind(userData) != RequestKind.RECEIVE);
        for (FuzzHandle handle : world.handles) {
            PollRegistration registration = handle.registration;
            boolean expected = registration.slot != PollRegistration.NO_SLOT
                    && (registration.state.isArmed() || registration.state.isEnding());
            long userData = UserData.encode(RequestKind.POLL, registration.slot, registration.generation());
            if (expected && world.isExact() && world.kernel.outstanding(userData) != 1) {
                throw new AssertionError(handle + " has " + world.kernel.outstanding(userData) + " polls");
            }
            if (expected) {
                armed.remove(userData);
            }
            if (registration instanceof StreamRegistration) {
                checkReceive(handle, (StreamRegistration) registration, armed);
            }
        }
        if (!armed.isEmpty()) {
            throw new AssertionError("requests that belong to nobody: " + armed);
        }
    }

    /**
     * No request of a registration that is gone may ever be submitted, as its fd can be another's by then; nor one that
     * has the fd of another.
     */
    private void checkQueue() {
        Map<Integer, FuzzHandle> bySlot = new HashMap<>();
        Set<Integer> senders = new HashSet<>();
        for (FuzzHandle handle : world.handles) {
            bySlot.put(handle.registration.slot, handle);
            if (handle instanceof FuzzStream && !handle.cancelled) {
                senders.add(handle.registration.fd());
            }
        }
        world.kernel.queued((userData, fd) -> {
            int kind = UserData.kind(userData);
            boolean ownersFd;
            if (RequestKind.namesSlot(kind)) {
                FuzzHandle owner = bySlot.get(UserData.slot(userData));
                ownersFd = owner != null && (fd == NO_FD || fd == owner.registration.fd());
            } else {
                ownersFd = kind != RequestKind.SEND || senders.contains(fd);
            }
            if (!ownersFd) {
                throw new AssertionError("a request that is not submitted yet names nobody, or another's fd: kind "
                        + kind + ", slot " + UserData.slot(userData) + ", fd " + fd);
            }
        });
    }

    private void checkReceive(FuzzHandle handle, StreamRegistration registration, List<Long> armed) {
        if (registration.slot != PollRegistration.NO_SLOT
                && registration.reception.isInKernel()) {
            long userData = UserData.encode(RequestKind.RECEIVE, registration.slot, registration.receptionGeneration);
            if (world.isExact() && world.kernel.outstanding(userData) != 1) {
                throw new AssertionError(handle + " has " + world.kernel.outstanding(userData) + " receives");
            }
            armed.remove(userData);
        }
    }
}
