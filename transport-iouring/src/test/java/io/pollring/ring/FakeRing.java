/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;

/** An io_uring instance of a {@link FakeKernel}: takes requests and enters. */
final class FakeRing extends FakeFile {
    private static final int EBADFD = 77;
    private static final int ENTER_FLAGS = Abi.ENTER_GETEVENTS;
    private static final int MAX_WAITS = 1000;

    private final FakeKernel kernel;
    private final FakeOffer offer;
    private final FakeQueues queues;
    private final boolean submitAll;
    private final boolean deferred;
    private final boolean singleIssuer;
    private final FakeRequests requests;

    private FakeBuffers buffers;
    private boolean enabled;
    private Thread issuer;
    private Set<Integer> allowedOpcodes;
    private Set<Integer> allowedRegistrations;
    private int allowedFlags;

    FakeRing(FakeKernel kernel, FakeOffer offer, FakeQueues queues, int flags) {
        super(true);
        this.kernel = kernel;
        this.offer = offer;
        this.queues = queues;
        submitAll = (flags & Abi.SETUP_SUBMIT_ALL) != 0;
        deferred = (flags & Abi.SETUP_DEFER_TASKRUN) != 0;
        singleIssuer = (flags & Abi.SETUP_SINGLE_ISSUER) != 0;
        requests = new FakeRequests(kernel, queues, flags);
        enabled = (flags & Abi.SETUP_R_DISABLED) == 0;
    }

    FakeQueues queues() {
        return queues;
    }

    FakeRequests requests() {
        return requests;
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
        if (opcode == Abi.REGISTER_PBUF_RING) {
            return registerBuffers(argument);
        }
        if (opcode != Abi.REGISTER_RESTRICTIONS || !offer.has(RingFeature.RESTRICTIONS)) {
            return -Errno.EINVAL;
        }
        if (enabled) {
            return -EBADFD;
        }
        allowedOpcodes = new HashSet<>();
        allowedRegistrations = new HashSet<>();
        for (int i = 0; i < count; i++) {
            int value = argument.get(i * Abi.RESTRICTION_BYTES + Abi.RESTRICTION_ARGUMENT) & 0xFF;
            switch (argument.getShort(i * Abi.RESTRICTION_BYTES + Abi.RESTRICTION_OPCODE)) {
                case Abi.RESTRICTION_SQE_OP:
                    allowedOpcodes.add(value);
                    break;
                case Abi.RESTRICTION_REGISTER_OP:
                    allowedRegistrations.add(value);
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

    private int registerBuffers(ByteBuffer registration) {
        if (!offer.has(RingFeature.STREAM_IO)) {
            return -Errno.EINVAL;
        }
        if (!enabled || allowedRegistrations != null && !allowedRegistrations.contains(Abi.REGISTER_PBUF_RING)) {
            return enabled ? -Errno.EACCES : -EBADFD;
        }
        if (buffers != null) {
            return -Errno.EEXIST;
        }
        if (registration.getLong(Abi.BUFFER_REG_ADDRESS) % offer.pageBytes() != 0) {
            return -Errno.EINVAL;
        }
        buffers = new FakeBuffers(registration);
        return 0;
    }

    /** How many buffers the application has taken and not given back. */
    int buffersTaken() {
        return buffers == null ? 0 : buffers.taken();
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
        requests.killVictim();
        int available = Math.min(toSubmit, queues.submissions());
        int accepted = Math.min(available, faults().accepted(available));
        if (available > 0 && accepted == 0) {
            return -Errno.EAGAIN;
        }
        int submitted = submit(accepted);
        requests.timePasses();
        boolean getEvents = (flags & Abi.ENTER_GETEVENTS) != 0;
        if (!deferred || getEvents && submitted == toSubmit) {
            requests.runWork(deferred ? Math.max(faults().batch(), minComplete) : Integer.MAX_VALUE);
        }
        if (submitted != toSubmit || !getEvents) {
            return submitted;
        }
        queues.flushOverflow();
        int waited = await(minComplete, timed);
        if (submitted == 0 && waited == 0 && queues.completions() < minComplete && queues.takeLoss()) {
            return -Errno.EBADR;
        }
        return submitted > 0 ? submitted : waited;
    }

    private int await(int minComplete, boolean timed) {
        for (int i = 0; queues.completions() < minComplete; i++) {
            if (i == MAX_WAITS) {
                throw new AssertionError("an enter was woken " + MAX_WAITS + " times without a completion");
            }
            if (queues.isLossUntold()) {
                return 0;
            }
            if (!requests.hasWork()) {
                if (timed) {
                    return -Errno.ETIME;
                }
                // A sleep ends with a completion or a signal.
                if (!kernel.sleep()) {
                    return -Errno.EINTR;
                }
            }
            requests.timePasses();
            requests.runWork(Math.max(faults().batch(), minComplete));
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
                requests.post(sqe.userData, refusal);
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
        boolean complete = true;
        int result = faults().result(sqe.opcode, sqe.userData);
        if (result == 0) {
            switch (sqe.opcode) {
                case Abi.OP_POLL_ADD:
                    requests.addPoll(sqe);
                    return;
                case Abi.OP_RECV:
                    requests.addReceive(sqe, buffers);
                    return;
                case Abi.OP_POLL_REMOVE:
                    result = requests.update(sqe.addr, sqe.events);
                    break;
                case Abi.OP_ASYNC_CANCEL:
                    result = requests.cancel(sqe.addr);
                    break;
                case Abi.OP_SEND:
                case Abi.OP_SENDMSG:
                    result = FakeSend.send(kernel.files().get(sqe.fd), sqe);
                    // Measured: with MSG_WAITALL one that was cut short is no success.
                    complete = result == FakeSend.length(sqe);
                    break;
                default:
                    break;
            }
        }
        if (result < 0 || !complete || !sqe.has(Abi.IOSQE_CQE_SKIP_SUCCESS)) {
            requests.post(sqe.userData, result);
        }
    }

    @Override
    void closed() {
        kernel.ringClosed(this);
        requests.close();
    }
}
