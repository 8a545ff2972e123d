/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;

/** An io_uring instance of a {@link FakeKernel}: takes requests, holds polls, posts completions. */
final class FakeRing extends FakeFile {
    private static final int EBADFD = 77;
    private static final int TASK_WORK_BATCH = 20;
    private static final int ENTER_FLAGS = Abi.ENTER_GETEVENTS;
    private static final int MAX_WAITS = 1000;

    private final FakeKernel kernel;
    private final FakeOffer offer;
    private final FakeQueues queues;
    private final boolean submitAll;
    private final boolean deferred;
    private final boolean cooperative;
    private final boolean singleIssuer;
    private final boolean flagsTaskRun;
    private final List<FakePoll> polls = new ArrayList<>();
    private final List<FakePoll> work = new ArrayList<>();
    /** Completions that were posted already and will be once more. */
    private final Queue<long[]> copies = new ArrayDeque<>();

    private boolean enabled;
    private Thread issuer;
    private Set<Integer> allowedOpcodes;
    private int allowedFlags;

    FakeRing(FakeKernel kernel, FakeOffer offer, FakeQueues queues, int flags) {
        super(true);
        this.kernel = kernel;
        this.offer = offer;
        this.queues = queues;
        submitAll = (flags & Abi.SETUP_SUBMIT_ALL) != 0;
        deferred = (flags & Abi.SETUP_DEFER_TASKRUN) != 0;
        cooperative = (flags & Abi.SETUP_COOP_TASKRUN) != 0;
        singleIssuer = (flags & Abi.SETUP_SINGLE_ISSUER) != 0;
        flagsTaskRun = (flags & Abi.SETUP_TASKRUN_FLAG) != 0;
        enabled = (flags & Abi.SETUP_R_DISABLED) == 0;
    }

    FakeQueues queues() {
        return queues;
    }

    List<FakePoll> polls() {
        return polls;
    }

    private FakeFaults faults() {
        return kernel.faults();
    }

    int register(int opcode, ByteBuffer argument, int count) {
        if (opcode == Abi.REGISTER_ENABLE_RINGS) {
            if (enabled) {
                return -EBADFD;
            }
            enabled = true;
            issuer = Thread.currentThread();
            return 0;
        }
        if (opcode != Abi.REGISTER_RESTRICTIONS || !offer.has(RingFeature.RESTRICTIONS)) {
            return -Errno.EINVAL;
        }
        if (enabled) {
            return -EBADFD;
        }
        allowedOpcodes = new HashSet<>();
        for (int i = 0; i < count; i++) {
            int value = argument.get(i * Abi.RESTRICTION_BYTES + Abi.RESTRICTION_ARGUMENT) & 0xFF;
            switch (argument.getShort(i * Abi.RESTRICTION_BYTES + Abi.RESTRICTION_OPCODE)) {
                case Abi.RESTRICTION_SQE_OP:
                    allowedOpcodes.add(value);
                    break;
                case Abi.RESTRICTION_SQE_FLAGS_ALLOWED:
                    allowedFlags |= value;
                    break;
                default:
                    break;
            }
        }
        return 0;
    }

    /** @param timed whether the wait has a limit, which is then over as soon as nothing more happens */
    int enter(int toSubmit, int minComplete, int flags, boolean timed) {
        int known = ENTER_FLAGS | (offer.has(RingFeature.NO_IOWAIT) ? Abi.ENTER_NO_IOWAIT : 0);
        if ((flags & ~known) != 0 || timed && !offer.has(RingFeature.EXT_ARG)) {
            return -Errno.EINVAL;
        }
        if (!enabled) {
            return -EBADFD;
        }
        if (singleIssuer) {
            if (issuer == null) {
                issuer = Thread.currentThread();
            } else if (issuer != Thread.currentThread()) {
                return -Errno.EEXIST;
            }
        }
        int fault = faults().enter(queues.isOverflowing());
        if (fault != 0) {
            return fault;
        }
        killVictim();
        int available = Math.min(toSubmit, queues.submissions());
        int accepted = Math.min(available, faults().accepted(available));
        if (available > 0 && accepted == 0) {
            return -Errno.EAGAIN;
        }
        int submitted = submit(accepted);
        if (copies.size() > 0 && faults().choose(2) == 0) {
            long[] copy = copies.remove();
            queues.post(copy[0], (int) copy[1], 0);
        }
        timePasses();
        boolean getEvents = (flags & Abi.ENTER_GETEVENTS) != 0;
        if (!deferred || getEvents && submitted == toSubmit) {
            runWork(deferred ? Math.max(TASK_WORK_BATCH, minComplete) : Integer.MAX_VALUE);
        }
        if (submitted != toSubmit || !getEvents) {
            return submitted;
        }
        queues.flushOverflow();
        int waited = await(minComplete, timed);
        return submitted > 0 ? submitted : waited;
    }

    private int await(int minComplete, boolean timed) {
        for (int i = 0; queues.completions() < minComplete; i++) {
            if (i == MAX_WAITS) {
                throw new AssertionError("an enter was woken " + MAX_WAITS + " times without a completion");
            }
            if (work.isEmpty()) {
                if (timed) {
                    return -Errno.ETIME;
                }
                // A sleep ends with a completion or a signal.
                if (!kernel.sleep()) {
                    return -Errno.EINTR;
                }
            }
            timePasses();
            runWork(Math.max(TASK_WORK_BATCH, minComplete));
            queues.flushOverflow();
        }
        return 0;
    }

    private int submit(int count) {
        for (int i = 0; i < count; i++) {
            FakeSqe sqe = queues.submission(0);
            int refusal = allowedOpcodes != null
                    && (!allowedOpcodes.contains(sqe.opcode) || (sqe.flags & ~allowedFlags) != 0)
                    ? -Errno.EACCES : sqe.prepare(offer);
            kernel.count(sqe.opcode);
            queues.consume();
            if (refusal != 0) {
                post(sqe.userData, refusal);
                if (!submitAll) {
                    return i + 1;
                }
            } else {
                start(sqe);
            }
        }
        return count;
    }

    private void start(FakeSqe sqe) {
        int result = faults().result(sqe.opcode, sqe.userData);
        if (result == 0) {
            switch (sqe.opcode) {
                case Abi.OP_POLL_ADD:
                    addPoll(sqe);
                    return;
                case Abi.OP_POLL_REMOVE:
                    result = sqe.len == 0 ? cancel(sqe.addr) : update(sqe.addr, sqe.events);
                    break;
                case Abi.OP_ASYNC_CANCEL:
                    result = cancel(sqe.addr);
                    break;
                default:
                    break;
            }
        }
        if (result < 0 || !sqe.has(Abi.IOSQE_CQE_SKIP_SUCCESS)) {
            post(sqe.userData, result);
        }
    }

    private void addPoll(FakeSqe sqe) {
        FakeFile file = kernel.files().get(sqe.fd);
        if (file == null) {
            post(sqe.userData, -Errno.EBADF);
            return;
        }
        for (FakePoll poll : polls) {
            if (poll.userData == sqe.userData) {
                throw new AssertionError("two polls with the same user data: " + poll);
            }
        }
        if (!file.isPollable()) {
            int ready = file.ready() & sqe.events;
            post(sqe.userData, ready == 0 ? -Errno.EINVAL : ready);
            return;
        }
        FakePoll poll = new FakePoll(this, file, sqe);
        polls.add(poll);
        if (!poll.multishot && poll.ready() != 0) {
            end(poll, poll.ready());
        } else {
            poll.look();
        }
    }

    private int update(long target, int events) {
        FakePoll poll = find(target);
        if (poll == null) {
            return -Errno.ENOENT;
        }
        if (poll.queued) {
            // Measured: the event that is under way then tells all that is ready, not just what woke the poll.
            poll.looksAgain = true;
            return -Errno.EALREADY;
        }
        poll.events = events;
        poll.look();
        return 0;
    }

    private int cancel(long target) {
        FakePoll poll = find(target);
        if (poll == null) {
            return -Errno.ENOENT;
        }
        if (poll.cancelled) {
            return -Errno.EALREADY;
        }
        if (poll.queued && !poll.multishot && faults().eventWins()) {
            poll.ending = true;
            return -Errno.EALREADY;
        }
        poll.cancelled = true;
        queue(poll);
        return 0;
    }

    private FakePoll find(long userData) {
        for (FakePoll poll : polls) {
            if (poll.userData == userData) {
                return poll;
            }
        }
        return null;
    }

    private void killVictim() {
        if (!polls.isEmpty()) {
            List<Long> armed = new ArrayList<>();
            polls.forEach(poll -> armed.add(poll.userData));
            int victim = faults().victim(armed);
            if (victim >= 0) {
                polls.get(victim).cancelled = true;
                queue(polls.get(victim));
            }
        }
    }

    /** {@code poll} has something to tell. */
    void queue(FakePoll poll) {
        if (!poll.queued) {
            poll.queued = true;
            poll.lateness = faults().lateness(poll.userData);
            work.add(poll);
        }
        if (!deferred && !cooperative && poll.lateness == 0 && !poll.cancelled) {
            work.remove(poll);
            work(poll);
        }
        announceWork();
    }

    private void announceWork() {
        if (flagsTaskRun) {
            boolean due = false;
            for (FakePoll poll : work) {
                due |= poll.lateness <= 0;
            }
            queues.flag(Abi.SQ_TASKRUN, due);
        }
    }

    private void timePasses() {
        for (FakePoll poll : work) {
            poll.lateness--;
        }
    }

    private void runWork(int limit) {
        List<FakePoll> due = new ArrayList<>();
        for (FakePoll poll : work) {
            if (poll.lateness <= 0) {
                due.add(poll);
            }
        }
        for (int n = 0; n < limit && !due.isEmpty(); n++) {
            FakePoll poll = due.remove(faults().choose(due.size()));
            work.remove(poll);
            work(poll);
        }
        announceWork();
    }

    private void work(FakePoll poll) {
        poll.queued = false;
        if (poll.cancelled) {
            end(poll, -Errno.ECANCELED);
            return;
        }
        int result = poll.ending || !poll.looksAgain && faults().tellsWakeUp() ? poll.pending : poll.ready();
        poll.pending = 0;
        poll.looksAgain = false;
        if (result == 0) {
            return;
        }
        if (poll.multishot && queues.hasRoom()) {
            queues.post(poll.userData, result, Abi.CQE_F_MORE);
        } else {
            // A multishot poll ends, too, when its event finds the queue full.
            end(poll, result);
        }
    }

    private void end(FakePoll poll, int result) {
        polls.remove(poll);
        poll.file.remove(poll);
        post(poll.userData, result);
        poll.file.release();
    }

    private void post(long userData, int result) {
        queues.post(userData, result, 0);
        for (int n = faults().copies(userData); n > 1; n--) {
            copies.add(new long[] {userData, result});
        }
    }

    /** How many last completions of the poll {@code userData} are still to be collected, now or in the future. */
    int outstanding(long userData) {
        int count = queues.uncollectedEnds(userData);
        for (FakePoll poll : polls) {
            count += poll.userData == userData ? 1 : 0;
        }
        for (int i = 0; i < queues.submissions(); i++) {
            FakeSqe sqe = queues.submission(i);
            count += sqe.opcode == Abi.OP_POLL_ADD && sqe.userData == userData ? 1 : 0;
        }
        return count;
    }

    /** The user data of all polls that are armed or on their way into the kernel. */
    List<Long> armed() {
        List<Long> armed = new ArrayList<>();
        polls.forEach(poll -> armed.add(poll.userData));
        for (int i = 0; i < queues.submissions(); i++) {
            FakeSqe sqe = queues.submission(i);
            if (sqe.opcode == Abi.OP_POLL_ADD) {
                armed.add(sqe.userData);
            }
        }
        return armed;
    }

    @Override
    void closed() {
        kernel.ringClosed(this);
        work.clear();
        for (FakePoll poll : polls) {
            poll.file.remove(poll);
            poll.file.release();
        }
        polls.clear();
    }
}
