/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

/**
 * The numbers of the kernel's io_uring and epoll ABI that this transport uses, as compile-time constants.
 *
 * <p>The native library holds the same numbers as the kernel's header has them, in the order of {@link #NUMBERS};
 * {@link #verify(Source)} compares the two when the library is loaded, so a wrong constant can never reach the kernel.
 */
public final class Abi {

    // struct io_uring_sqe
    static final int SQE_BYTES = 64;
    static final int SQE_OPCODE = 0;
    static final int SQE_FLAGS = 1;
    static final int SQE_IOPRIO = 2;
    static final int SQE_FD = 4;
    static final int SQE_OFF = 8;
    static final int SQE_ADDR = 16;
    static final int SQE_LEN = 24;
    static final int SQE_POLL_EVENTS = 28;
    static final int SQE_MSG_FLAGS = 28;
    static final int SQE_USER_DATA = 32;
    static final int SQE_BUF_INDEX = 40;
    static final int SQE_BUF_GROUP = 40;
    static final int SQE_OPTLEN = 44;

    // struct io_uring_cqe
    static final int CQE_BYTES = 16;
    static final int CQE_USER_DATA = 0;
    static final int CQE_RES = 8;
    static final int CQE_FLAGS = 12;

    // struct io_uring_params, with the offsets of struct io_sqring_offsets and struct io_cqring_offsets folded in
    static final int PARAMS_BYTES = 120;
    static final int PARAMS_SQ_ENTRIES = 0;
    static final int PARAMS_CQ_ENTRIES = 4;
    static final int PARAMS_FLAGS = 8;
    static final int PARAMS_FEATURES = 20;
    static final int PARAMS_SQ_HEAD = 40;
    static final int PARAMS_SQ_TAIL = 44;
    static final int PARAMS_SQ_MASK = 48;
    static final int PARAMS_SQ_FLAGS = 56;
    static final int PARAMS_SQ_DROPPED = 60;
    static final int PARAMS_SQ_ARRAY = 64;
    static final int PARAMS_CQ_HEAD = 80;
    static final int PARAMS_CQ_TAIL = 84;
    static final int PARAMS_CQ_MASK = 88;
    static final int PARAMS_CQ_OVERFLOW = 96;
    static final int PARAMS_CQ_CQES = 100;

    // Offsets for mmap
    static final long OFF_SQ_RING = 0;
    static final long OFF_SQES = 0x10000000;

    // Opcodes
    static final int OP_NOP = 0;
    static final int OP_POLL_ADD = 6;
    static final int OP_POLL_REMOVE = 7;
    static final int OP_SENDMSG = 9;
    static final int OP_ASYNC_CANCEL = 14;
    static final int OP_SEND = 26;
    static final int OP_RECV = 27;

    /** The kernel takes a buffer of a group when it has something to put into it. */
    static final int IOSQE_BUFFER_SELECT = 1 << 5;
    /** Asks for no CQE if the request succeeds (Linux 5.17). */
    static final int IOSQE_CQE_SKIP_SUCCESS = 1 << 6;
    /** A poll that goes on after its first event (Linux 5.13). */
    static final int POLL_ADD_MULTI = 1;
    /** Makes POLL_REMOVE an update of the events in place (Linux 5.13). */
    static final int POLL_UPDATE_EVENTS = 1 << 1;

    /** A receive that waits before it looks (Linux 5.19). */
    static final int RECVSEND_POLL_FIRST = 1;
    /** A receive that goes on after its first bytes (Linux 6.0). */
    static final int RECV_MULTISHOT = 1 << 1;

    /** A buffer was taken; its number is in the flags' upper half. */
    public static final int CQE_F_BUFFER = 1;
    static final int CQE_BUFFER_SHIFT = 16;
    /** More CQEs of the same request will follow. */
    public static final int CQE_F_MORE = 1 << 1;
    /** The socket had more when the kernel had received. */
    public static final int CQE_F_SOCK_NONEMPTY = 1 << 2;

    static final int SQ_CQ_OVERFLOW = 1 << 1;
    static final int SQ_TASKRUN = 1 << 2;

    static final int ENTER_GETEVENTS = 1;
    static final int ENTER_NO_IOWAIT = 1 << 7;

    static final int SETUP_CQSIZE = 1 << 3;
    static final int SETUP_CLAMP = 1 << 4;
    static final int SETUP_R_DISABLED = 1 << 6;
    static final int SETUP_SUBMIT_ALL = 1 << 7;
    static final int SETUP_TASKRUN_FLAG = 1 << 9;
    static final int SETUP_SINGLE_ISSUER = 1 << 12;
    static final int SETUP_DEFER_TASKRUN = 1 << 13;

    static final int FEAT_NODROP = 1 << 1;
    static final int FEAT_EXT_ARG = 1 << 8;
    static final int FEAT_CQE_SKIP = 1 << 11;
    static final int FEAT_NO_IOWAIT = 1 << 17;

    static final int REGISTER_PROBE = 8;
    static final int REGISTER_RESTRICTIONS = 11;
    static final int REGISTER_ENABLE_RINGS = 12;
    public static final int REGISTER_PBUF_RING = 22;

    // struct io_uring_buf_reg
    static final int BUFFER_REG_BYTES = 40;
    static final int BUFFER_REG_ADDRESS = 0;
    static final int BUFFER_REG_ENTRIES = 8;
    static final int BUFFER_REG_GROUP = 12;

    // struct io_uring_buf, and the tail that lies in the first one's unused field
    static final int BUFFER_BYTES = 16;
    static final int BUFFER_ADDRESS = 0;
    static final int BUFFER_LENGTH = 8;
    static final int BUFFER_ID = 12;
    static final int BUFFER_RING_TAIL = 14;

    // What a send is told: not to wait, to take all or say so, and to raise no signal
    static final int MSG_DONTWAIT = 0x40;
    static final int MSG_WAITALL = 0x100;
    static final int MSG_NOSIGNAL = 0x4000;

    // struct io_uring_restriction
    static final int RESTRICTION_BYTES = 16;
    static final int RESTRICTION_OPCODE = 0;
    static final int RESTRICTION_ARGUMENT = 2;
    static final int RESTRICTION_REGISTER_OP = 0;
    static final int RESTRICTION_SQE_OP = 1;
    static final int RESTRICTION_SQE_FLAGS_ALLOWED = 2;

    // struct io_uring_probe
    static final int PROBE_BYTES = 16;
    static final int PROBE_OP_BYTES = 8;
    static final int PROBE_LAST_OP = 0;
    static final int PROBE_OPS = 16;
    static final int PROBE_OP_FLAGS = 2;
    static final int PROBE_OP_SUPPORTED = 1;

    // Poll masks; epoll's bits have the same values
    public static final int POLLIN = 1;
    public static final int POLLPRI = 2;
    public static final int POLLOUT = 4;
    public static final int POLLERR = 8;
    public static final int POLLHUP = 16;
    public static final int POLLRDHUP = 0x2000;

    private static final long[] NUMBERS = {
        SQE_BYTES, SQE_OPCODE, SQE_FLAGS, SQE_IOPRIO, SQE_FD, SQE_OFF, SQE_ADDR, SQE_LEN, SQE_POLL_EVENTS,
        SQE_MSG_FLAGS, SQE_USER_DATA, SQE_BUF_INDEX, SQE_BUF_GROUP, SQE_OPTLEN,
        CQE_BYTES, CQE_USER_DATA, CQE_RES, CQE_FLAGS,
        PARAMS_BYTES, PARAMS_SQ_ENTRIES, PARAMS_CQ_ENTRIES, PARAMS_FLAGS, PARAMS_FEATURES,
        PARAMS_SQ_HEAD, PARAMS_SQ_TAIL, PARAMS_SQ_MASK, PARAMS_SQ_FLAGS, PARAMS_SQ_DROPPED, PARAMS_SQ_ARRAY,
        PARAMS_CQ_HEAD, PARAMS_CQ_TAIL, PARAMS_CQ_MASK, PARAMS_CQ_OVERFLOW, PARAMS_CQ_CQES,
        OFF_SQ_RING, OFF_SQES,
        OP_NOP, OP_POLL_ADD, OP_POLL_REMOVE, OP_SENDMSG, OP_ASYNC_CANCEL, OP_SEND, OP_RECV,
        IOSQE_BUFFER_SELECT, IOSQE_CQE_SKIP_SUCCESS, POLL_ADD_MULTI, POLL_UPDATE_EVENTS,
        RECVSEND_POLL_FIRST, RECV_MULTISHOT,
        CQE_F_BUFFER, CQE_BUFFER_SHIFT, CQE_F_MORE, CQE_F_SOCK_NONEMPTY, SQ_CQ_OVERFLOW, SQ_TASKRUN, ENTER_GETEVENTS,
        ENTER_NO_IOWAIT,
        SETUP_CQSIZE, SETUP_CLAMP, SETUP_R_DISABLED, SETUP_SUBMIT_ALL, SETUP_TASKRUN_FLAG,
        SETUP_SINGLE_ISSUER, SETUP_DEFER_TASKRUN,
        FEAT_NODROP, FEAT_EXT_ARG, FEAT_CQE_SKIP, FEAT_NO_IOWAIT,
        REGISTER_PROBE, REGISTER_RESTRICTIONS, REGISTER_ENABLE_RINGS, REGISTER_PBUF_RING,
        BUFFER_REG_BYTES, BUFFER_REG_ADDRESS, BUFFER_REG_ENTRIES, BUFFER_REG_GROUP,
        BUFFER_BYTES, BUFFER_ADDRESS, BUFFER_LENGTH, BUFFER_ID, BUFFER_RING_TAIL,
        MSG_DONTWAIT, MSG_WAITALL, MSG_NOSIGNAL,
        RESTRICTION_BYTES, RESTRICTION_OPCODE, RESTRICTION_ARGUMENT,
        RESTRICTION_REGISTER_OP, RESTRICTION_SQE_OP, RESTRICTION_SQE_FLAGS_ALLOWED,
        PROBE_BYTES, PROBE_OP_BYTES, PROBE_LAST_OP, PROBE_OPS, PROBE_OP_FLAGS, PROBE_OP_SUPPORTED,
        Errno.EPERM, Errno.ENOENT, Errno.EINTR, Errno.EBADF, Errno.EAGAIN, Errno.ENOMEM, Errno.EACCES, Errno.EBUSY,
        Errno.EEXIST, Errno.EINVAL, Errno.ENFILE, Errno.EMFILE, Errno.ENOSYS, Errno.ETIME, Errno.EOPNOTSUPP,
        Errno.ENOTSOCK, Errno.ENOBUFS, Errno.EALREADY, Errno.ECANCELED, Errno.EBADR,
        POLLIN, POLLPRI, POLLOUT, POLLERR, POLLHUP, POLLRDHUP,
    };

    /** Where the true numbers come from. */
    interface Source {
        /**
         * @param index the position in the agreed order
         * @return the number, or -1 past the end
         */
        long number(int index);
    }

    private Abi() { }

    /**
     * Compares the constants with the kernel header's.
     *
     * @throws IllegalStateException if a number differs
     */
    static void verify(Source source) {
        compare("io_uring", NUMBERS, source);
    }

    static void compare(String which, long[] numbers, Source source) {
        for (int i = 0; i < numbers.length; i++) {
            long number = source.number(i);
            if (number != numbers[i]) {
                throw new IllegalStateException(which + " ABI number " + i + " is " + number + " in the kernel's header"
                        + " that the native library was compiled with, but " + numbers[i] + " in Java");
            }
        }
    }

    /** The number of entries that {@link #verify(Source)} compares. */
    static int count() {
        return NUMBERS.length;
    }
}
