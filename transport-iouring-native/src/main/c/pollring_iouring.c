/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * The system calls that Netty's own native libraries lack. Each function makes one call, returns its result or
 * -errno, keeps no state and never calls back into Java. All of the ring's logic is in Java.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <jni.h>
#include <linux/io_uring.h>
#include <linux/time_types.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* Parts of the ABI that are younger than the headers of common distributions. */
#ifndef IORING_ENTER_NO_IOWAIT
#define IORING_ENTER_NO_IOWAIT (1U << 7) /* Linux 6.15 */
#endif
#ifndef IORING_FEAT_NO_IOWAIT
#define IORING_FEAT_NO_IOWAIT (1U << 17) /* Linux 6.15 */
#endif
#ifndef UDP_CORK
#define UDP_CORK 1
#endif
#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103 /* Linux 4.18 */
#endif
#ifndef UDP_GRO
#define UDP_GRO 104 /* Linux 5.0 */
#endif
#ifndef IP_ORIGDSTADDR
#define IP_ORIGDSTADDR 20
#endif
#ifndef IPV6_ORIGDSTADDR
#define IPV6_ORIGDSTADDR 74
#endif
#ifndef IPV6_MULTICAST_ALL
#define IPV6_MULTICAST_ALL 29 /* Linux 4.20 */
#endif

/*
 * glibc 2.34 gave dladdr a new version when it moved into libc; the old one keeps the library loadable on glibc 2.17.
 * musl has no symbol versions and ignores this one.
 */
#if defined(__GLIBC__) && defined(__x86_64__)
__asm__(".symver dladdr, dladdr@GLIBC_2.2.5");
#elif defined(__GLIBC__) && defined(__aarch64__)
__asm__(".symver dladdr, dladdr@GLIBC_2.17");
#endif

#define ARRAY_LENGTH(array) ((jint) (sizeof(array) / sizeof((array)[0])))

static jint result(long value) {
    return value < 0 ? -errno : (jint) value;
}

static jint ring_setup(JNIEnv *env, jclass type, jint entries, jlong params) {
    (void) env;
    (void) type;
    return result(syscall(__NR_io_uring_setup, entries, (void *) (intptr_t) params));
}

static jint ring_enter(JNIEnv *env, jclass type, jint fd, jint to_submit, jint min_complete, jint flags) {
    (void) env;
    (void) type;
    return result(syscall(__NR_io_uring_enter, fd, to_submit, min_complete, flags, NULL, 0));
}

/* Needs IORING_FEAT_EXT_ARG (Linux 5.11). */
static jint ring_enter_timeout(JNIEnv *env, jclass type, jint fd, jint to_submit, jint min_complete, jint flags,
        jlong timeout_nanos) {
    (void) env;
    (void) type;
    struct __kernel_timespec timeout = {
        .tv_sec = timeout_nanos / 1000000000,
        .tv_nsec = timeout_nanos % 1000000000,
    };
    struct io_uring_getevents_arg arg = { .ts = (uint64_t) (uintptr_t) &timeout };
    return result(syscall(__NR_io_uring_enter, fd, to_submit, min_complete, flags | IORING_ENTER_EXT_ARG,
            &arg, sizeof(arg)));
}

static jint ring_register(JNIEnv *env, jclass type, jint fd, jint opcode, jlong argument, jint count) {
    (void) env;
    (void) type;
    return result(syscall(__NR_io_uring_register, fd, opcode, (void *) (intptr_t) argument, count));
}

/* Returns the address, or -errno: no mapping ever lies in the last page of the address space. */
static jlong ring_map(JNIEnv *env, jclass type, jint fd, jlong offset, jlong length) {
    (void) env;
    (void) type;
    void *address = mmap(NULL, (size_t) length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, offset);
    return address == MAP_FAILED ? -errno : (jlong) (intptr_t) address;
}

static jint ring_unmap(JNIEnv *env, jclass type, jlong address, jlong length) {
    (void) env;
    (void) type;
    return result(munmap((void *) (intptr_t) address, (size_t) length));
}

/* 4096, or 16384 or 65536 on some 64-bit ARM machines; it cannot fail. glibc and musl give it the same number. */
static jint page_bytes(JNIEnv *env, jclass type) {
    (void) env;
    (void) type;
    return (jint) sysconf(_SC_PAGESIZE);
}

static jobject memory_view(JNIEnv *env, jclass type, jlong address, jlong length) {
    (void) type;
    return (*env)->NewDirectByteBuffer(env, (void *) (intptr_t) address, length);
}

static jlong memory_address(JNIEnv *env, jclass type, jobject buffer) {
    (void) type;
    return (jlong) (intptr_t) (*env)->GetDirectBufferAddress(env, buffer);
}

/* A relative expiry; {0, 0} would disarm the timer, so the caller never passes it. */
static jint timer_set(JNIEnv *env, jclass type, jint fd, jlong seconds, jlong nanos) {
    (void) env;
    (void) type;
    struct itimerspec spec = { .it_value = { .tv_sec = seconds, .tv_nsec = nanos } };
    return result(timerfd_settime(fd, 0, &spec, NULL));
}

static jint epoll_set_wait(JNIEnv *env, jclass type, jint fd, jlong events, jint length, jint timeout_millis) {
    (void) env;
    (void) type;
    return result(epoll_wait(fd, (struct epoll_event *) (intptr_t) events, length, timeout_millis));
}

/* The fd of a java.nio.channels.FileChannel of the JDK, or -1. Clears what exceptions the search has raised. */
static jint file_channel_fd(JNIEnv *env, jobject channel) {
    jint fd = -1;
    jclass channel_type = (*env)->GetObjectClass(env, channel);
    jfieldID descriptor_field = (*env)->GetFieldID(env, channel_type, "fd", "Ljava/io/FileDescriptor;");
    if (descriptor_field != NULL) {
        jobject descriptor = (*env)->GetObjectField(env, channel, descriptor_field);
        if (descriptor != NULL) {
            jclass descriptor_type = (*env)->GetObjectClass(env, descriptor);
            jfieldID fd_field = (*env)->GetFieldID(env, descriptor_type, "fd", "I");
            if (fd_field != NULL) {
                fd = (*env)->GetIntField(env, descriptor, fd_field);
            }
        }
    }
    (*env)->ExceptionClear(env);
    return fd;
}

/*
 * The region is an io.netty.channel.DefaultFileRegion, whose file and whose progress no Java code outside of Netty can
 * reach. Returns what was sent, -errno, or INT64_MIN if the file has no fd that can be found.
 */
static jlong send_file(JNIEnv *env, jclass type, jint fd, jobject region, jlong position, jlong count) {
    (void) type;
    jclass region_type = (*env)->GetObjectClass(env, region);
    jfieldID file_field = (*env)->GetFieldID(env, region_type, "file", "Ljava/nio/channels/FileChannel;");
    jfieldID transferred_field =
            file_field == NULL ? NULL : (*env)->GetFieldID(env, region_type, "transferred", "J");
    if (transferred_field == NULL) {
        (*env)->ExceptionClear(env);
        return INT64_MIN;
    }
    jobject file = (*env)->GetObjectField(env, region, file_field);
    jint file_fd = file == NULL ? -1 : file_channel_fd(env, file);
    if (file_fd < 0) {
        return INT64_MIN;
    }
    off_t offset = position;
    ssize_t sent;
    do {
        sent = sendfile(fd, file_fd, &offset, (size_t) count);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0) {
        return -errno;
    }
    jlong transferred = (*env)->GetLongField(env, region, transferred_field);
    (*env)->SetLongField(env, region, transferred_field, transferred + sent);
    return sent;
}

static jint peer_credentials(JNIEnv *env, jclass type, jint fd, jintArray credentials) {
    (void) type;
    struct ucred peer;
    socklen_t length = sizeof(peer);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0) {
        return -errno;
    }
    const jint values[] = { peer.pid, (jint) peer.uid, (jint) peer.gid };
    (*env)->SetIntArrayRegion(env, credentials, 0, 3, values);
    return 0;
}

/* Netty's class has no constructor that Java code outside of its package may call. */
static jobject new_peer_credentials(JNIEnv *env, jclass type, jclass credentials, jint pid, jint uid, jintArray gids) {
    (void) type;
    jmethodID constructor = (*env)->GetMethodID(env, credentials, "<init>", "(II[I)V");
    return constructor == NULL ? NULL : (*env)->NewObject(env, credentials, constructor, pid, uid, gids);
}

/*
 * The datagram calls go past the C library: musl declares parts of msghdr narrower than the kernel, and turns the two
 * calls for many messages into loops of those for one.
 */
static jint receive_message(JNIEnv *env, jclass type, jint fd, jlong header, jint flags) {
    (void) env;
    (void) type;
    return result(syscall(__NR_recvmsg, fd, (void *) (intptr_t) header, flags));
}

static jint receive_messages(JNIEnv *env, jclass type, jint fd, jlong headers, jint count, jint flags) {
    (void) env;
    (void) type;
    return result(syscall(__NR_recvmmsg, fd, (void *) (intptr_t) headers, count, flags, NULL));
}

static jint send_messages(JNIEnv *env, jclass type, jint fd, jlong headers, jint count, jint flags) {
    (void) env;
    (void) type;
    return result(syscall(__NR_sendmmsg, fd, (void *) (intptr_t) headers, count, flags));
}

/*
 * The numbers of the ABI as the kernel's header has them, in the order of Native.Abi's constants. Java carries the same
 * numbers as compile-time constants, which the JIT needs, and compares them when it loads the library.
 */
static const jlong ABI[] = {
    sizeof(struct io_uring_sqe),
    offsetof(struct io_uring_sqe, opcode),
    offsetof(struct io_uring_sqe, flags),
    offsetof(struct io_uring_sqe, ioprio),
    offsetof(struct io_uring_sqe, fd),
    offsetof(struct io_uring_sqe, off),
    offsetof(struct io_uring_sqe, addr),
    offsetof(struct io_uring_sqe, len),
    offsetof(struct io_uring_sqe, poll32_events),
    offsetof(struct io_uring_sqe, msg_flags),
    offsetof(struct io_uring_sqe, user_data),
    offsetof(struct io_uring_sqe, buf_index),
    offsetof(struct io_uring_sqe, buf_group),
    /* Where newer headers have optlen. */
    offsetof(struct io_uring_sqe, file_index),
    sizeof(struct io_uring_cqe),
    offsetof(struct io_uring_cqe, user_data),
    offsetof(struct io_uring_cqe, res),
    offsetof(struct io_uring_cqe, flags),
    sizeof(struct io_uring_params),
    offsetof(struct io_uring_params, sq_entries),
    offsetof(struct io_uring_params, cq_entries),
    offsetof(struct io_uring_params, flags),
    offsetof(struct io_uring_params, features),
    offsetof(struct io_uring_params, sq_off) + offsetof(struct io_sqring_offsets, head),
    offsetof(struct io_uring_params, sq_off) + offsetof(struct io_sqring_offsets, tail),
    offsetof(struct io_uring_params, sq_off) + offsetof(struct io_sqring_offsets, ring_mask),
    offsetof(struct io_uring_params, sq_off) + offsetof(struct io_sqring_offsets, flags),
    offsetof(struct io_uring_params, sq_off) + offsetof(struct io_sqring_offsets, dropped),
    offsetof(struct io_uring_params, sq_off) + offsetof(struct io_sqring_offsets, array),
    offsetof(struct io_uring_params, cq_off) + offsetof(struct io_cqring_offsets, head),
    offsetof(struct io_uring_params, cq_off) + offsetof(struct io_cqring_offsets, tail),
    offsetof(struct io_uring_params, cq_off) + offsetof(struct io_cqring_offsets, ring_mask),
    offsetof(struct io_uring_params, cq_off) + offsetof(struct io_cqring_offsets, overflow),
    offsetof(struct io_uring_params, cq_off) + offsetof(struct io_cqring_offsets, cqes),
    IORING_OFF_SQ_RING, IORING_OFF_SQES,
    IORING_OP_NOP, IORING_OP_POLL_ADD, IORING_OP_POLL_REMOVE, IORING_OP_SENDMSG, IORING_OP_ASYNC_CANCEL,
    IORING_OP_SEND, IORING_OP_RECV,
    IOSQE_BUFFER_SELECT, IOSQE_CQE_SKIP_SUCCESS,
    IORING_POLL_ADD_MULTI, IORING_POLL_UPDATE_EVENTS, IORING_RECVSEND_POLL_FIRST, IORING_RECV_MULTISHOT,
    IORING_CQE_F_BUFFER, IORING_CQE_BUFFER_SHIFT, IORING_CQE_F_MORE, IORING_CQE_F_SOCK_NONEMPTY,
    IORING_SQ_CQ_OVERFLOW, IORING_SQ_TASKRUN,
    IORING_ENTER_GETEVENTS, IORING_ENTER_NO_IOWAIT,
    IORING_SETUP_CQSIZE, IORING_SETUP_CLAMP, IORING_SETUP_R_DISABLED, IORING_SETUP_SUBMIT_ALL,
    IORING_SETUP_TASKRUN_FLAG, IORING_SETUP_SINGLE_ISSUER, IORING_SETUP_DEFER_TASKRUN,
    IORING_FEAT_NODROP, IORING_FEAT_EXT_ARG, IORING_FEAT_CQE_SKIP, IORING_FEAT_NO_IOWAIT,
    IORING_REGISTER_PROBE, IORING_REGISTER_RESTRICTIONS, IORING_REGISTER_ENABLE_RINGS, IORING_REGISTER_PBUF_RING,
    sizeof(struct io_uring_buf_reg),
    offsetof(struct io_uring_buf_reg, ring_addr),
    offsetof(struct io_uring_buf_reg, ring_entries),
    offsetof(struct io_uring_buf_reg, bgid),
    sizeof(struct io_uring_buf),
    offsetof(struct io_uring_buf, addr),
    offsetof(struct io_uring_buf, len),
    offsetof(struct io_uring_buf, bid),
    offsetof(struct io_uring_buf, resv), /* of the first one, where struct io_uring_buf_ring has its tail */
    MSG_DONTWAIT, MSG_WAITALL, MSG_NOSIGNAL,
    sizeof(struct io_uring_restriction),
    offsetof(struct io_uring_restriction, opcode),
    offsetof(struct io_uring_restriction, sqe_op),
    IORING_RESTRICTION_REGISTER_OP, IORING_RESTRICTION_SQE_OP, IORING_RESTRICTION_SQE_FLAGS_ALLOWED,
    sizeof(struct io_uring_probe), sizeof(struct io_uring_probe_op),
    offsetof(struct io_uring_probe, last_op),
    offsetof(struct io_uring_probe, ops),
    offsetof(struct io_uring_probe_op, flags),
    IO_URING_OP_SUPPORTED,
    EPERM, ENOENT, EINTR, EBADF, EAGAIN, ENOMEM, EACCES, EBUSY, EEXIST, EINVAL, ENFILE, EMFILE, ENOSYS, ETIME,
    EOPNOTSUPP, ENOTSOCK, ENOBUFS, EALREADY, ECANCELED, EBADR,
    POLLIN, POLLPRI, POLLOUT, POLLERR, POLLHUP, POLLRDHUP,
};

/* The same of the socket calls, in the order of SocketAbi's constants. */
static const jlong SOCKET_ABI[] = {
    sizeof(struct mmsghdr),
    offsetof(struct mmsghdr, msg_hdr) + offsetof(struct msghdr, msg_name),
    offsetof(struct mmsghdr, msg_hdr) + offsetof(struct msghdr, msg_namelen),
    offsetof(struct mmsghdr, msg_hdr) + offsetof(struct msghdr, msg_iov),
    offsetof(struct mmsghdr, msg_hdr) + offsetof(struct msghdr, msg_iovlen),
    offsetof(struct mmsghdr, msg_hdr) + offsetof(struct msghdr, msg_control),
    offsetof(struct mmsghdr, msg_hdr) + offsetof(struct msghdr, msg_controllen),
    offsetof(struct mmsghdr, msg_hdr) + offsetof(struct msghdr, msg_flags),
    offsetof(struct mmsghdr, msg_len),
    offsetof(struct cmsghdr, cmsg_len),
    offsetof(struct cmsghdr, cmsg_level),
    offsetof(struct cmsghdr, cmsg_type),
    CMSG_LEN(0),
    CMSG_SPACE(1) - CMSG_SPACE(0),
    sizeof(struct sockaddr_in),
    offsetof(struct sockaddr_in, sin_family),
    offsetof(struct sockaddr_in, sin_port),
    offsetof(struct sockaddr_in, sin_addr),
    sizeof(struct sockaddr_in6),
    offsetof(struct sockaddr_in6, sin6_family),
    offsetof(struct sockaddr_in6, sin6_port),
    offsetof(struct sockaddr_in6, sin6_flowinfo),
    offsetof(struct sockaddr_in6, sin6_addr),
    offsetof(struct sockaddr_in6, sin6_scope_id),
    sizeof(struct ip_mreqn),
    offsetof(struct ip_mreqn, imr_multiaddr),
    offsetof(struct ip_mreqn, imr_address),
    offsetof(struct ip_mreqn, imr_ifindex),
    sizeof(struct ip_mreq_source),
    offsetof(struct ip_mreq_source, imr_multiaddr),
    offsetof(struct ip_mreq_source, imr_interface),
    offsetof(struct ip_mreq_source, imr_sourceaddr),
    sizeof(struct ipv6_mreq),
    offsetof(struct ipv6_mreq, ipv6mr_multiaddr),
    offsetof(struct ipv6_mreq, ipv6mr_interface),
    sizeof(struct group_source_req),
    offsetof(struct group_source_req, gsr_interface),
    offsetof(struct group_source_req, gsr_group),
    offsetof(struct group_source_req, gsr_source),
    AF_UNIX, AF_INET, AF_INET6,
    SOL_SOCKET, SO_DOMAIN, MSG_DONTWAIT, MSG_NOSIGNAL,
    IPPROTO_IP, IP_ORIGDSTADDR, IP_MULTICAST_IF, IP_MULTICAST_TTL, IP_MULTICAST_LOOP, IP_ADD_MEMBERSHIP,
    IP_DROP_MEMBERSHIP, IP_ADD_SOURCE_MEMBERSHIP, IP_DROP_SOURCE_MEMBERSHIP, IP_MULTICAST_ALL,
    IPPROTO_UDP, UDP_CORK, UDP_SEGMENT, UDP_GRO,
    IPPROTO_IPV6, IPV6_MULTICAST_IF, IPV6_MULTICAST_HOPS, IPV6_MULTICAST_LOOP, IPV6_ADD_MEMBERSHIP,
    IPV6_DROP_MEMBERSHIP, IPV6_MULTICAST_ALL, MCAST_JOIN_SOURCE_GROUP, MCAST_LEAVE_SOURCE_GROUP, IPV6_ORIGDSTADDR,
};

/* On Linux every architecture that the JVM runs on shares these; the code above relies on them. */
_Static_assert(sizeof(struct io_uring_restriction) == 16, "struct io_uring_restriction");
_Static_assert(sizeof(((struct io_uring_params *) NULL)->sq_off.array) == 4, "struct io_sqring_offsets");
_Static_assert(EPOLLIN == POLLIN && EPOLLRDHUP == POLLRDHUP, "poll and epoll name the same bits");

static jlong abi(JNIEnv *env, jclass type, jint index) {
    (void) env;
    (void) type;
    return index < 0 || index >= ARRAY_LENGTH(ABI) ? -1 : ABI[index];
}

static jlong socket_abi(JNIEnv *env, jclass type, jint index) {
    (void) env;
    (void) type;
    return index < 0 || index >= ARRAY_LENGTH(SOCKET_ABI) ? -1 : SOCKET_ABI[index];
}

static const JNINativeMethod METHODS[] = {
    { "setup0", "(IJ)I", (void *) ring_setup },
    { "enter0", "(IIII)I", (void *) ring_enter },
    { "enterTimeout0", "(IIIIJ)I", (void *) ring_enter_timeout },
    { "register0", "(IIJI)I", (void *) ring_register },
    { "map0", "(IJJ)J", (void *) ring_map },
    { "unmap0", "(JJ)I", (void *) ring_unmap },
    { "pageBytes0", "()I", (void *) page_bytes },
    { "memoryView0", "(JJ)Ljava/nio/ByteBuffer;", (void *) memory_view },
    { "memoryAddress0", "(Ljava/nio/ByteBuffer;)J", (void *) memory_address },
    { "sendFile0", "(ILjava/lang/Object;JJ)J", (void *) send_file },
    { "peerCredentials0", "(I[I)I", (void *) peer_credentials },
    { "newPeerCredentials0", "(Ljava/lang/Class;II[I)Ljava/lang/Object;", (void *) new_peer_credentials },
    { "timerSet0", "(IJJ)I", (void *) timer_set },
    { "epollWait0", "(IJII)I", (void *) epoll_set_wait },
    { "receiveMessage0", "(IJI)I", (void *) receive_message },
    { "receiveMessages0", "(IJII)I", (void *) receive_messages },
    { "sendMessages0", "(IJII)I", (void *) send_messages },
    { "abi0", "(I)J", (void *) abi },
    { "socketAbi0", "(I)J", (void *) socket_abi },
};

/*
 * A shaded copy is loaded from a file "lib<prefix>pollring_iouring...": Netty's loader puts the mangled package prefix
 * there ('_' for '.', "_1" for '_'). Writes the name of our class under that prefix, or returns -1 if it does not fit.
 */
static int class_name(char *name, size_t capacity) {
    static const char own_class[] = "io/pollring/ring/Native";
    size_t length = 0;
    Dl_info info;

    if (dladdr((void *) METHODS, &info) != 0 && info.dli_fname != NULL) {
        const char *file = strrchr(info.dli_fname, '/');
        file = file == NULL ? info.dli_fname : file + 1;
        const char *end = strstr(file, "pollring_iouring");
        if (end != NULL && strncmp(file, "lib", 3) == 0) {
            for (const char *from = file + 3; from < end; from++) {
                if (length + sizeof(own_class) + 1 > capacity) {
                    return -1;
                }
                if (*from != '_') {
                    name[length++] = *from;
                } else if (from + 1 < end && from[1] == '1') {
                    name[length++] = '_';
                    from++;
                } else {
                    name[length++] = '/';
                }
            }
        }
    }
    memcpy(name + length, own_class, sizeof(own_class));
    return 0;
}

JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *vm, void *reserved) {
    (void) reserved;
    JNIEnv *env;
    char name[512];

    if ((*vm)->GetEnv(vm, (void **) &env, JNI_VERSION_1_8) != JNI_OK || class_name(name, sizeof(name)) != 0) {
        return JNI_ERR;
    }
    jclass type = (*env)->FindClass(env, name);
    if (type == NULL || (*env)->RegisterNatives(env, type, METHODS, ARRAY_LENGTH(METHODS)) != 0) {
        return JNI_ERR;
    }
    (*env)->DeleteLocalRef(env, type);
    return JNI_VERSION_1_8;
}
