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

/** The requests of a {@link FakeRing} that wait for files, and the work that events make for the next enter. */
final class FakeRequests {

    private final FakeKernel kernel;
    private final FakeQueues queues;
    private final boolean deferred;
    private final boolean flagsTaskRun;
    private final List<FakeRequest> requests = new ArrayList<>();
    private final List<FakeRequest> work = new ArrayList<>();
    /** Completions that were posted already and will be once more. */
    private final Queue<long[]> copies = new ArrayDeque<>();

    FakeRequests(FakeKernel kernel, FakeQueues queues, int setupFlags) {
        this.kernel = kernel;
        this.queues = queues;
        deferred = (setupFlags & Abi.SETUP_DEFER_TASKRUN) != 0;
        flagsTaskRun = (setupFlags & Abi.SETUP_TASKRUN_FLAG) != 0;
    }

    FakeFaults faults() {
        return kernel.faults();
    }

    boolean hasWork() {
        return !work.isEmpty();
    }

    void addPoll(FakeSqe sqe) {
        FakeFile file = kernel.files().get(sqe.fd);
        if (file == null) {
            post(sqe.userData, -Errno.EBADF);
        } else if (!file.isPollable()) {
            int ready = file.ready() & sqe.events;
            post(sqe.userData, ready == 0 ? -Errno.EINVAL : ready);
        } else {
            add(new FakePoll(this, file, sqe));
        }
    }

    void addReceive(FakeSqe sqe, FakeBuffers buffers) {
        FakeFile file = kernel.files().get(sqe.fd);
        if (file == null) {
            post(sqe.userData, -Errno.EBADF);
        } else if (!(file instanceof FakeStream)) {
            post(sqe.userData, -Errno.ENOTSOCK);
        } else if (buffers == null) {
            post(sqe.userData, -Errno.ENOBUFS);
        } else {
            add(new FakeReceive(this, (FakeStream) file, buffers, sqe));
        }
    }

    private void add(FakeRequest request) {
        if (find(request.userData) != null) {
            throw new AssertionError("two requests with the same user data: " + request);
        }
        requests.add(request);
        request.start();
    }

    int update(long target, int events) {
        FakeRequest request = find(target);
        return request == null ? -Errno.ENOENT : ((FakePoll) request).update(events);
    }

    int cancel(long target) {
        FakeRequest request = find(target);
        return request == null ? -Errno.ENOENT : request.cancel();
    }

    private FakeRequest find(long userData) {
        for (FakeRequest request : requests) {
            if (request.userData == userData) {
                return request;
            }
        }
        return null;
    }

    void killVictim() {
        if (!requests.isEmpty()) {
            List<Long> armed = new ArrayList<>();
            requests.forEach(request -> armed.add(request.userData));
            int victim = faults().victim(armed);
            if (victim >= 0) {
                requests.get(victim).cancelled = true;
                queue(requests.get(victim));
            }
        }
    }

    /** {@code request} has something to tell. */
    void queue(FakeRequest request) {
        if (!request.queued) {
            request.queued = true;
            request.lateness = faults().lateness(request.userData);
            work.add(request);
        }
        if (!deferred && request.lateness == 0 && !request.cancelled) {
            work.remove(request);
            work(request);
        }
        announceWork();
    }

    private void announceWork() {
        if (flagsTaskRun) {
            boolean due = false;
            for (FakeRequest request : work) {
                due |= request.lateness <= 0;
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
        for (FakeRequest request : work) {
            request.lateness--;
        }
    }

    void runWork(int limit) {
        List<FakeRequest> due = new ArrayList<>();
        for (FakeRequest request : work) {
            if (request.lateness <= 0) {
                due.add(request);
            }
        }
        for (int n = 0; n < limit && !due.isEmpty(); n++) {
            FakeRequest request = due.remove(faults().choose(due.size()));
            work.remove(request);
            work(request);
        }
        announceWork();
    }

    private void work(FakeRequest request) {
        request.queued = false;
        if (request.cancelled) {
            end(request, -Errno.ECANCELED, 0);
        } else {
            request.work();
        }
    }

    /** @return {@code false} if there is no room for a completion that is not the last */
    boolean postMore(FakeRequest request, int result, int flags) {
        if (!queues.hasRoom()) {
            return false;
        }
        queues.post(request.userData, result, flags | Abi.CQE_F_MORE);
        return true;
    }

    /** The last completion of {@code request}. */
    void end(FakeRequest request, int result, int flags) {
        requests.remove(request);
        work.remove(request);
        request.file.remove(request);
        post(request.userData, result, flags);
        request.file.release();
    }

    void post(long userData, int result) {
        post(userData, result, 0);
    }

    private void post(long userData, int result, int flags) {
        queues.post(userData, result, flags);
        for (int n = faults().copies(userData); n > 1; n--) {
            copies.add(new long[] {userData, result});
        }
    }

    /** How many last completions of the request {@code userData} are still to be collected, now or in the future. */
    int outstanding(long userData) {
        int count = queues.uncollectedEnds(userData);
        for (FakeRequest request : requests) {
            count += request.userData == userData ? 1 : 0;
        }
        for (int i = 0; i < queues.submissions(); i++) {
            FakeSqe sqe = queues.submission(i);
            count += waits(sqe) && sqe.userData == userData ? 1 : 0;
        }
        return count;
    }

    /** The user data of all requests that are armed or on their way into the kernel. */
    List<Long> armed() {
        List<Long> armed = new ArrayList<>();
        requests.forEach(request -> armed.add(request.userData));
        for (int i = 0; i < queues.submissions(); i++) {
            FakeSqe sqe = queues.submission(i);
            if (waits(sqe)) {
                armed.add(sqe.userData);
            }
        }
        return armed;
    }

    /** Tells of each request in the submission queue, of those that do anything. */
    void queued(FakeKernel.Queued visitor) {
        for (int i = 0; i < queues.submissions(); i++) {
            FakeSqe sqe = queues.submission(i);
            if (sqe.opcode != Abi.OP_NOP) {
                visitor.request(sqe.userData, sqe.fd);
            }
        }
    }

    private static boolean waits(FakeSqe sqe) {
        return sqe.opcode == Abi.OP_POLL_ADD || sqe.opcode == Abi.OP_RECV;
    }

    void close() {
        work.clear();
        for (FakeRequest request : requests) {
            request.file.remove(request);
            request.file.release();
        }
        requests.clear();
    }
}
