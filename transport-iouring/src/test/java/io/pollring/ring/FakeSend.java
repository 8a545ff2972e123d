/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

/** A SEND or SENDMSG of a {@link FakeRing}, which never waits. */
final class FakeSend {
    private static final int IOVEC_BYTES = 16;

    private FakeSend() { }

    /** @return the result, which may be less than was to be sent */
    static int send(FakeFile file, FakeSqe sqe) {
        if (file == null) {
            return -Errno.EBADF;
        }
        if (!(file instanceof FakeStream)) {
            return -Errno.ENOTSOCK;
        }
        FakeStream stream = (FakeStream) file;
        if (sqe.opcode == Abi.OP_SEND) {
            return stream.send(sqe.addr, sqe.len);
        }
        long iovecs = FakeMemory.getLong(sqe.addr + SocketAbi.MESSAGE_IOV);
        long count = FakeMemory.getLong(sqe.addr + SocketAbi.MESSAGE_IOV_LENGTH);
        int total = 0;
        for (long i = 0; i < count; i++) {
            long iovec = iovecs + i * IOVEC_BYTES;
            int length = (int) FakeMemory.getLong(iovec + Long.BYTES);
            int result = stream.send(FakeMemory.getLong(iovec), length);
            if (result < 0) {
                return total > 0 ? total : result;
            }
            total += result;
            if (result < length) {
                break;
            }
        }
        return total;
    }

    /** How much {@code sqe} is to send. */
    static int length(FakeSqe sqe) {
        if (sqe.opcode == Abi.OP_SEND) {
            return sqe.len;
        }
        long iovecs = FakeMemory.getLong(sqe.addr + SocketAbi.MESSAGE_IOV);
        int total = 0;
        for (long i = FakeMemory.getLong(sqe.addr + SocketAbi.MESSAGE_IOV_LENGTH); i-- > 0;) {
            total += (int) FakeMemory.getLong(iovecs + i * IOVEC_BYTES + Long.BYTES);
        }
        return total;
    }
}
