/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import java.util.Set;

/**
 * Tries the requests that a loop lives on, on the ring that will serve it, and crosses out what the kernel refuses:
 * neither version numbers nor feature bits tell reliably what a patched kernel or a seccomp profile does.
 */
final class RingProbe implements CompletionHandler {
    private static final int NOP = 1;
    private static final int POLL = 2;
    private static final int UPDATE = 3;
    private static final int CANCEL = 4;
    private static final int RECEIVE = 5;
    private static final int MAX_ENTERS = 64;

    private final Ring ring;
    private final int fd;
    private final Set<RingFeature> features;

    private boolean nopDone;
    private boolean pollDone;
    private int pollResult;
    private int updateResult;
    private int receiveResult;

    RingProbe(Ring ring, int fd, Set<RingFeature> features) {
        this.ring = ring;
        this.fd = fd;
        this.features = features;
    }

    void run() throws RingException {
        SubmissionQueue queue = ring.submissionQueue();
        queue.nop(UserData.encode(0, 0, NOP));
        poll();
        // A wake-up may have come in between: then the poll ends with an event.
        if (pollResult == -Errno.EINVAL) {
            features.remove(RingFeature.MULTISHOT_POLL);
        } else if (pollResult < 0 && pollResult != -Errno.ECANCELED) {
            throw new RingException("polling fd " + fd + " on ring fd " + ring.fd(), pollResult,
                    ": io_uring's polls do not work on this kernel");
        }
        // An event on its way delays the update, which is no refusal.
        if (updateResult == -Errno.EINVAL || updateResult == -Errno.EOPNOTSUPP) {
            features.remove(RingFeature.POLL_UPDATE);
        }
        RingSetup.requireOfKernel(features);
        if (features.contains(RingFeature.RECEIVE_LIMIT)) {
            // Of what is no socket nothing is received: a kernel that knows the limit finds that next.
            queue.receive(fd, 1, UserData.encode(0, 0, RECEIVE));
            for (int i = 0; i < MAX_ENTERS && (receiveResult == 0 || queue.pending() > 0); i++) {
                ring.submitAndRunTaskWork();
            }
            if (receiveResult != -Errno.ENOTSOCK) {
                features.remove(RingFeature.RECEIVE_LIMIT);
            }
        }
        if (!nopDone) {
            throw new RingException("a NOP on ring fd " + ring.fd(), -Errno.ETIME, ": io_uring does not work here");
        }
    }

    private void poll() throws RingException {
        SubmissionQueue queue = ring.submissionQueue();
        queue.pollAdd(fd, Abi.POLLIN, true, UserData.encode(0, 0, POLL));
        queue.pollUpdate(UserData.encode(0, 0, POLL), Abi.POLLIN | Abi.POLLRDHUP, UserData.encode(0, 0, UPDATE));
        queue.cancel(UserData.encode(0, 0, POLL), UserData.encode(0, 0, CANCEL));
        for (int i = 0; i < MAX_ENTERS && !(pollDone && queue.pending() == 0); i++) {
            ring.submitAndRunTaskWork();
        }
        if (!pollDone) {
            throw new RingException("cancelling a poll on ring fd " + ring.fd(), -Errno.ETIME,
                    ": io_uring does not work here");
        }
    }

    @Override
    public void completed(long userData, int result, int flags) {
        switch (UserData.generation(userData)) {
            case NOP:
                nopDone = true;
                break;
            case POLL:
                pollDone = (flags & Abi.CQE_F_MORE) == 0;
                pollResult = result;
                break;
            case UPDATE:
                updateResult = result;
                break;
            case RECEIVE:
                receiveResult = result;
                break;
            default:
                // The cancellation's own answer adds nothing to the poll's.
                break;
        }
    }
}
