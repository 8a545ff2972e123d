/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.pollring.ring.Abi;
import io.pollring.ring.Errno;
import io.pollring.ring.FakeFaults;
import io.pollring.ring.UserData;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Random trouble of every kind that a kernel is known to make, and of some that it is not. */
final class FuzzFaults extends FakeFaults {
    private static final int EFAULT = 14;
    private static final int[] ENTER_ERRORS = {Errno.EINTR, Errno.EAGAIN, Errno.EBUSY};
    private static final int[] POLL_ERRORS = {
        Errno.ENOMEM, Errno.EINVAL, Errno.EPERM, Errno.EACCES, Errno.EOPNOTSUPP, Errno.ECANCELED, Errno.EBADF
    };
    private static final int[] SEND_ERRORS = {Errno.EAGAIN, Errno.ENOMEM, Errno.ENOBUFS};
    private static final int[] RECEIVE_ERRORS = {
        Errno.ENOMEM, Errno.ENOBUFS, Errno.ECANCELED, Errno.ENOMEM, Errno.ENOBUFS, Errno.ECANCELED, Errno.EINVAL
    };
    private static final int OP_POLL_ADD = 6;
    /** More than a cancellation has patience for. */
    private static final int MAX_DROUGHT = 20;
    /** The kinds up to this one may have a last completion twice: no bytes are in it. */
    private static final int MAX_KIND_WITHOUT_BYTES = 3;

    private final Random random;
    private final FuzzProfile profile;
    /** The error that the next enter answers with, whatever else is due; 0 for none. */
    int nextEnter;
    /** Whether a completion was lost. */
    boolean hasForgotten;
    /** Whether one of the current ring's was. */
    private boolean ringHasForgotten;
    private final Set<Long> forgotten = new HashSet<>();
    /** How many enters more find no memory for any request. */
    private int drought;
    /** Whether the ring has failed, and the loop has not had the turn yet in which it finds out. */
    boolean ringBroken;
    /** The same, in any turn. */
    boolean ringEverBroken;
    /** Whether requests, enters and polls fail, and not just come late and in any order. */
    boolean active;
    /** Whether a poll was answered with EBADF although its fd is open. */
    boolean badFdAnswered;

    FuzzFaults(Random random, FuzzProfile profile) {
        this.random = random;
        this.profile = profile;
    }

    private boolean happens(int percent) {
        return active && percent > 0 && random.nextInt(100) < percent;
    }

    /** Whether there is no memory for what the loop asks for. */
    boolean refusesMemory() {
        return happens(profile.faults);
    }

    /** The ring is lost for good at the next enter. */
    void loseRing() {
        nextEnter = -EFAULT;
    }

    /** The next enter takes the thread for a stranger. */
    void forgetThread() {
        nextEnter = -Errno.EEXIST;
    }

    /** The loop goes on in another thread, which cannot ask this thread's ring whose completions it has lost. */
    void handOver() {
        ringEverBroken |= ringHasForgotten;
    }

    @Override
    public int setup(int flags) {
        ringHasForgotten = false;
        return happens(profile.faults) && random.nextInt(4) == 0 ? -Errno.ENOMEM : 0;
    }

    @Override
    public int map(long offset) {
        return happens(profile.faults) && random.nextInt(4) == 0 ? -Errno.ENOMEM : 0;
    }

    @Override
    public int register(int opcode) {
        return profile.refusePolls && opcode == Abi.REGISTER_PBUF_RING ? -Errno.EINVAL : 0;
    }

    @Override
    public int enter(boolean overflowing) {
        if (nextEnter != 0) {
            int error = nextEnter;
            nextEnter = 0;
            ringBroken = true;
            ringEverBroken = true;
            return error;
        }
        if (!happens(profile.faults)) {
            return drought > 0 && active && drought-- > 0 ? -Errno.EAGAIN : 0;
        }
        if (random.nextInt(8) == 0) {
            drought = random.nextInt(MAX_DROUGHT);
        }
        int error = ENTER_ERRORS[random.nextInt(ENTER_ERRORS.length)];
        return error == Errno.EBUSY && !overflowing ? 0 : -error;
    }

    @Override
    public int accepted(int submitted) {
        return happens(profile.faults) ? random.nextInt(submitted + 1) : submitted;
    }

    @Override
    public int result(int opcode, long userData) {
        switch (UserData.kind(userData)) {
            case RequestKind.POLL:
                if (opcode == OP_POLL_ADD && profile.refusePolls) {
                    return -Errno.EINVAL;
                }
                if (opcode != OP_POLL_ADD || !happens(profile.faults)) {
                    return 0;
                }
                int error = POLL_ERRORS[random.nextInt(POLL_ERRORS.length)];
                badFdAnswered |= error == Errno.EBADF;
                return -error;
            case RequestKind.SEND:
                return happens(profile.faults) ? -SEND_ERRORS[random.nextInt(SEND_ERRORS.length)] : 0;
            case RequestKind.RECEIVE:
                return happens(profile.faults) ? -RECEIVE_ERRORS[random.nextInt(RECEIVE_ERRORS.length)] : 0;
            default:
                return 0;
        }
    }

    @Override
    public int lateness(long userData) {
        return profile.lateness == 0 ? 0 : random.nextInt(profile.lateness + 1);
    }

    @Override
    public int choose(int count) {
        return random.nextInt(count);
    }

    @Override
    public boolean keeps(long userData, int result) {
        if (!happens(profile.forgets)) {
            return true;
        }
        hasForgotten = true;
        ringHasForgotten = true;
        forgotten.add(userData);
        return false;
    }

    @Override
    public boolean tellsLoss() {
        return random.nextBoolean();
    }

    /** Whether the last completion of the request {@code userData} was lost. */
    boolean hasForgotten(long userData) {
        return forgotten.contains(userData);
    }

    @Override
    public boolean tellsWakeUp() {
        return random.nextBoolean();
    }

    @Override
    public boolean eventWins() {
        return random.nextBoolean();
    }

    @Override
    public int buffers() {
        return profile.buffers;
    }

    @Override
    public boolean hearsOfEnd() {
        return random.nextBoolean();
    }

    @Override
    public int copies(long userData) {
        return profile.duplicates && UserData.kind(userData) <= MAX_KIND_WITHOUT_BYTES
                && random.nextInt(4) == 0 ? 2 : 1;
    }

    @Override
    public int victim(List<Long> armed) {
        return happens(profile.faults) && random.nextInt(4) == 0 ? random.nextInt(armed.size()) : -1;
    }
}
