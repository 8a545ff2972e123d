/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Makes the best ring that the kernel offers: asks for everything, and if the kernel says EINVAL for what each has. */
final class RingSetup {
    private static final int[] ALLOWED_OPCODES = {
        Abi.OP_NOP, Abi.OP_POLL_ADD, Abi.OP_POLL_REMOVE, Abi.OP_ASYNC_CANCEL
    };
    private static final int[] STREAM_OPCODES = {Abi.OP_SEND, Abi.OP_SENDMSG, Abi.OP_RECV};

    private static final String KERNELS = " (Linux 5.15 or later has it, and so has 5.10 from 5.10.162 on)";

    private final Kernel kernel;
    private final Set<RingFeature> allowed;

    RingSetup(Kernel kernel, Set<RingFeature> allowed) {
        this.kernel = kernel;
        this.allowed = allowed;
    }

    Ring open(int sqEntries, int cqEntries, RingCounters counters, CompletionHandler handler)
            throws RingException {
        require(allowed, "of what the settings allow", "");
        ByteBuffer params = ByteBuffer.allocateDirect(Abi.PARAMS_BYTES).order(ByteOrder.nativeOrder());
        int result = -Errno.EINVAL;
        for (int flags : flagSets()) {
            for (int i = 0; i < Abi.PARAMS_BYTES; i++) {
                params.put(i, (byte) 0);
            }
            params.putInt(Abi.PARAMS_FLAGS, flags);
            params.putInt(Abi.PARAMS_CQ_ENTRIES, cqEntries);
            result = kernel.setup(sqEntries, params);
            if (result != -Errno.EINVAL) {
                break;
            }
        }
        if (result < 0) {
            throw new RingException("io_uring_setup", result, remedyOrRestrictions(-result));
        }
        int fd = result;
        try {
            return build(fd, params, counters, handler);
        } catch (Throwable t) {
            kernel.close(fd);
            throw t;
        }
    }

    private Ring build(int fd, ByteBuffer params, RingCounters counters, CompletionHandler handler)
            throws RingException {
        int flags = params.getInt(Abi.PARAMS_FLAGS);
        int kernelFeatures = params.getInt(Abi.PARAMS_FEATURES);
        Set<RingFeature> features = EnumSet.noneOf(RingFeature.class);
        features.addAll(allowed);
        retainIf(features, RingFeature.SUBMIT_ALL, (flags & Abi.SETUP_SUBMIT_ALL) != 0);
        retainIf(features, RingFeature.DEFER_TASKRUN, (flags & Abi.SETUP_DEFER_TASKRUN) != 0);
        retainIf(features, RingFeature.EXT_ARG, (kernelFeatures & Abi.FEAT_EXT_ARG) != 0);
        retainIf(features, RingFeature.NO_DROP, (kernelFeatures & Abi.FEAT_NODROP) != 0);
        retainIf(features, RingFeature.CQE_SKIP, (kernelFeatures & Abi.FEAT_CQE_SKIP) != 0);
        // Older kernels count a send that was cut short as a success.
        retainIf(features, RingFeature.STREAM_IO, features.contains(RingFeature.DEFER_TASKRUN)
                && features.contains(RingFeature.CQE_SKIP));
        retainIf(features, RingFeature.RECEIVE_LIMIT, features.contains(RingFeature.STREAM_IO));
        retainIf(features, RingFeature.NO_IOWAIT, (kernelFeatures & Abi.FEAT_NO_IOWAIT) != 0);
        requireOfKernel(features);
        restrict(fd, features);
        return new Ring(kernel, fd, params, features, counters, handler);
    }

    /** @throws RingException which says what is missing, if {@code features} are too few for a ring */
    static void requireOfKernel(Set<RingFeature> features) throws RingException {
        require(features, "of what this kernel offers", KERNELS);
    }

    private static void require(Set<RingFeature> features, String whose, String remedy) throws RingException {
        Set<RingFeature> missing = EnumSet.copyOf(RingFeature.REQUIRED);
        missing.removeAll(features);
        if (!missing.isEmpty()) {
            throw new RingException("making a ring " + whose, -Errno.EOPNOTSUPP, ": it lacks " + missing + remedy);
        }
    }

    private static void retainIf(Set<RingFeature> features, RingFeature feature, boolean offered) {
        if (!offered) {
            features.remove(feature);
        }
    }

    /** What kernels have since Linux 6.1, less what is not allowed, and what all of them have. */
    private List<Integer> flagSets() {
        // A disabled ring can be made by one thread and then belong to another; and only such a ring can be restricted.
        int base = Abi.SETUP_CQSIZE | Abi.SETUP_CLAMP | Abi.SETUP_R_DISABLED;
        if (!allowed.contains(RingFeature.DEFER_TASKRUN)) {
            return List.of(base);
        }
        int submitAll = allowed.contains(RingFeature.SUBMIT_ALL) ? Abi.SETUP_SUBMIT_ALL : 0;
        return List.of(base | submitAll | Abi.SETUP_SINGLE_ISSUER | Abi.SETUP_DEFER_TASKRUN | Abi.SETUP_TASKRUN_FLAG,
                base);
    }

    private void restrict(int fd, Set<RingFeature> features) throws RingException {
        boolean streams = features.contains(RingFeature.STREAM_IO);
        int count = ALLOWED_OPCODES.length + 2 + (streams ? STREAM_OPCODES.length + 1 : 0);
        ByteBuffer restrictions = ByteBuffer.allocateDirect(count * Abi.RESTRICTION_BYTES)
                .order(ByteOrder.nativeOrder());
        int offset = 0;
        for (int opcode : ALLOWED_OPCODES) {
            offset = restriction(restrictions, offset, Abi.RESTRICTION_SQE_OP, opcode);
        }
        int flags = Abi.IOSQE_CQE_SKIP_SUCCESS;
        if (streams) {
            for (int opcode : STREAM_OPCODES) {
                offset = restriction(restrictions, offset, Abi.RESTRICTION_SQE_OP, opcode);
            }
            offset = restriction(restrictions, offset, Abi.RESTRICTION_REGISTER_OP, Abi.REGISTER_PBUF_RING);
            flags |= Abi.IOSQE_BUFFER_SELECT;
        }
        offset = restriction(restrictions, offset, Abi.RESTRICTION_SQE_FLAGS_ALLOWED, flags);
        restriction(restrictions, offset, Abi.RESTRICTION_REGISTER_OP, Abi.REGISTER_ENABLE_RINGS);
        int result = kernel.register(fd, Abi.REGISTER_RESTRICTIONS, restrictions, count);
        if (result < 0) {
            throw new RingException("io_uring_register(RESTRICTIONS) of ring fd " + fd, result,
                    remedyOrRestrictions(-result));
        }
    }

    private static int restriction(ByteBuffer restrictions, int offset, int opcode, int argument) {
        restrictions.putShort(offset + Abi.RESTRICTION_OPCODE, (short) opcode);
        restrictions.put(offset + Abi.RESTRICTION_ARGUMENT, (byte) argument);
        return offset + Abi.RESTRICTION_BYTES;
    }

    private static String remedyOrRestrictions(int errno) {
        return errno == Errno.EINVAL ? ": this kernel lacks [" + RingFeature.RESTRICTIONS + "], which a ring needs"
                + KERNELS : remedy(errno);
    }

    /** What an operator can do about a refusal, as the end of a sentence. */
    static String remedy(int errno) {
        switch (errno) {
            case Errno.EPERM:
            case Errno.EACCES:
                return ": io_uring is forbidden here, by a seccomp profile (Docker's default one does) or by the sysctl "
                        + "kernel.io_uring_disabled; allow io_uring_setup, io_uring_enter and io_uring_register";
            case Errno.ENOSYS:
                return ": this kernel has no io_uring, or a seccomp profile hides it" + KERNELS;
            case Errno.ENOMEM:
                return ": no memory for the ring, or more than RLIMIT_MEMLOCK allows; raise it (ulimit -l), or use "
                        + "fewer loops or a smaller completion queue (16 bytes an entry)";
            default:
                return "";
        }
    }
}
