/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** The polls of a {@link FakeRing}, and the work that their events make for the next enter. */
final class FakePolls {
    private final FakeKernel kernel;
    private final FakeQueues queues;
    private final boolean deferred;
    private final boolean cooperative;
    private final boolean flagsTaskRun;
    private final List<FakePoll> polls = new ArrayList<>();
    private final List<FakePoll> work = new ArrayList<>();
    /** Completions that were posted already and will be once more. */
    private final Queue<long[]> copies = new ArrayDeque<>();

    FakePolls(FakeKernel kernel, FakeQueues queues, int setupFlags) {
        this.kernel = kernel;
        this.queues = queues;
        deferred = (setupFlags & Abi.SETUP_DEFER_TASKRUN) != 0;
        cooperative = (setupFlags & Abi.SETUP_COOP_TASKRUN) != 0;
        flagsTaskRun = (setupFlags & Abi.SETUP_TASKRUN_FLAG) != 0;
    }

    private FakeFaults faults() {
        return kernel.faults();
    }

    boolean hasWork() {
        return !work.isEmpty();
    }

    void add(FakeSqe sqe) {
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

    int update(long target, int events) {
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

    int cancel(long target) {
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

    void killVictim() {
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

    /** What is late comes one enter closer, and perhaps a completion for the second time. */
    void timePasses() {
        if (!copies.isEmpty() && faults().choose(2) == 0) {
            long[] copy = copies.remove();
            queues.post(copy[0], (int) copy[1], 0);
        }
        for (FakePoll poll : work) {
            poll.lateness--;
        }
    }

    void runWork(int limit) {
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

    void post(long userData, int result) {
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

    void close() {
        work.clear();
        for (FakePoll poll : polls) {
            poll.file.remove(poll);
            poll.file.release();
        }
        polls.clear();
    }
}
