/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import java.nio.ByteBuffer;

/** A request as the kernel reads it; every field that must be 0 is looked at. */
final class FakeSqe {
    /** What a send must be told so that it never waits, and fails if it is cut short. */
    private static final int SEND_FLAGS = Abi.MSG_DONTWAIT | Abi.MSG_WAITALL | Abi.MSG_NOSIGNAL;

    final int opcode;
    final int flags;
    final int ioprio;
    final int fd;
    final long off;
    final long addr;
    final int len;
    final int events;
    final long userData;
    final int bufIndex;
    final int personality;
    final int optlen;

    FakeSqe(ByteBuffer sqes, int offset) {
        opcode = sqes.get(offset + Abi.SQE_OPCODE) & 0xFF;
        flags = sqes.get(offset + Abi.SQE_FLAGS) & 0xFF;
        ioprio = sqes.getShort(offset + Abi.SQE_IOPRIO) & 0xFFFF;
        fd = sqes.getInt(offset + Abi.SQE_FD);
        off = sqes.getLong(offset + Abi.SQE_OFF);
        addr = sqes.getLong(offset + Abi.SQE_ADDR);
        len = sqes.getInt(offset + Abi.SQE_LEN);
        events = sqes.getInt(offset + Abi.SQE_POLL_EVENTS);
        userData = sqes.getLong(offset + Abi.SQE_USER_DATA);
        bufIndex = sqes.getShort(offset + Abi.SQE_BUF_INDEX) & 0xFFFF;
        optlen = sqes.getInt(offset + Abi.SQE_OPTLEN);
        personality = sqes.getShort(offset + Abi.SQE_BUF_INDEX + 2) & 0xFFFF;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /**
     * What the kernel finds before it starts the request: such an error ends the batch unless the ring was set up with
     * SUBMIT_ALL.
     *
     * @return 0 or {@code -errno}
     */
    int prepare(FakeOffer offer) {
        int known = offer.has(RingFeature.CQE_SKIP) ? Abi.IOSQE_CQE_SKIP_SUCCESS : 0;
        if (opcode == Abi.OP_RECV) {
            return prepareReceive(offer);
        }
        if ((flags & ~known) != 0 || ioprio != 0 || personality != 0 || bufIndex != 0 || optlen != 0) {
            return -Errno.EINVAL;
        }
        switch (opcode) {
            case Abi.OP_NOP:
                return 0;
            case Abi.OP_POLL_ADD:
                return preparePollAdd(offer);
            case Abi.OP_POLL_REMOVE:
                return len == Abi.POLL_UPDATE_EVENTS && offer.has(RingFeature.POLL_UPDATE) ? 0 : -Errno.EINVAL;
            case Abi.OP_ASYNC_CANCEL:
                return len == 0 && off == 0 ? 0 : -Errno.EINVAL;
            case Abi.OP_SEND:
            case Abi.OP_SENDMSG:
                return off == 0 && addr != 0 && events == SEND_FLAGS ? 0 : -Errno.EINVAL;
            default:
                return -Errno.EINVAL;
        }
    }

    private int prepareReceive(FakeOffer offer) {
        // Only what the loop makes of it: multishot, or once when there is something, into buffers of the ring's group.
        return offer.has(RingFeature.STREAM_IO) && flags == Abi.IOSQE_BUFFER_SELECT
                && (ioprio == Abi.RECV_MULTISHOT && (optlen == 0 || offer.has(RingFeature.RECEIVE_LIMIT))
                        || ioprio == Abi.RECVSEND_POLL_FIRST && optlen == 0)
                && personality == 0 && bufIndex == BufferRing.GROUP && off == 0 && addr == 0 && len == 0 && events == 0
                ? 0 : -Errno.EINVAL;
    }

    private int preparePollAdd(FakeOffer offer) {
        int known = offer.has(RingFeature.MULTISHOT_POLL) ? Abi.POLL_ADD_MULTI : 0;
        if (off != 0 || addr != 0 || (len & ~known) != 0) {
            return -Errno.EINVAL;
        }
        // The last completion of a multishot poll must not be silenced.
        return len != 0 && has(Abi.IOSQE_CQE_SKIP_SUCCESS) ? -Errno.EINVAL : 0;
    }
}
