/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * To be preloaded (LD_PRELOAD): system calls on non-blocking sockets and on what event loops wait on fail, fall short
 * or come late, in ways that a kernel may choose; testsuite/README.md has the table. All else passes unchanged. What a
 * ring is asked to do by itself, faults_ring.c changes.
 *
 *   POLLRING_FAULTS          harmless, hard, or mixed: harmless, and some that end one connection; without it none
 *   POLLRING_FAULTS_SEED     a number
 *   POLLRING_FAULTS_RATE     faults in 1000 calls; 100 (harmless, mixed), 20 (hard)
 *   POLLRING_FAULTS_HARD     hard ones in 1000 faults, of mixed; 20
 *   POLLRING_FAULTS_CALLS    names of the calls that may fail, with commas in between; without it all
 *   POLLRING_FAULTS_NIO      if set, no call on a socket is interrupted: java.nio would then tell of -3 bytes
 *   POLLRING_FAULTS_REPORT   a file that the counts are appended to at exit, in place of stderr
 *   POLLRING_FAULTS_PAUSED   if set, nothing fails until pollring_faults_pause(0)
 */
#define _GNU_SOURCE
/* With it, glibc defines some of the functions that are defined here. */
#undef _FORTIFY_SOURCE
#include "faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define NAME(name) #name,
static const char *const call_names[] = { FUNCTIONS(NAME) SYSTEM_CALLS(NAME) REQUESTS(NAME) };
static const char *const fault_names[] = { FAULTS(NAME) };
static const int errnos[] = { 0, 0, EINTR, EAGAIN, ECONNRESET, EPIPE, ENOSPC, ENOMEM, ENOBUFS, EMFILE, ENFILE, EBUSY,
    EBADR, EALREADY, 0, 0 };

/* The C libraries differ in what they take the flags of calls for many messages for. */
#ifdef __GLIBC__
typedef int many_flags;
#else
typedef unsigned many_flags;
#endif

static unsigned counts[CALL_COUNT][FAULT_COUNT];
static unsigned char may_fail[CALL_COUNT];
static unsigned char spared[MAX_FDS];
/* Whether all faults are hard, and which share of them is, in thousandths. */
static int hard;
static unsigned hard_share;
static unsigned ended;
static int for_nio;
static unsigned rate;
static int paused = 1;
static uint64_t seed;
static unsigned threads;
static __thread uint64_t generator;
/* What is to happen now is hard. */
static __thread int chosen_hard;

/* What the wrapped names mean without this library. */
#define REAL(name) \
    static __typeof__(name) *get_##name(void) { \
        static __typeof__(name) *real; \
        __typeof__(name) *found = __atomic_load_n(&real, __ATOMIC_RELAXED); \
        if (found == NULL) { \
            *(void **) &found = dlsym(RTLD_NEXT, #name); \
            __atomic_store_n(&real, found, __ATOMIC_RELAXED); \
        } \
        return found; \
    }
FUNCTIONS(REAL)
REAL(syscall)
REAL(mmap)

/* SplitMix64; each thread has its own, by the order in which threads come here first. */
static uint64_t next_random(void) {
    if (generator == 0) {
        uint64_t thread = __atomic_add_fetch(&threads, 1, __ATOMIC_RELAXED);
        generator = seed * 0x9E3779B97F4A7C15u + thread * 0xD1B54A32D192ED03u;
    }
    uint64_t z = generator += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

uint64_t below(uint64_t limit) {
    return next_random() % limit;
}

int chosen(enum call call, int fd) {
    if (__atomic_load_n(&paused, __ATOMIC_RELAXED) || !may_fail[call]) {
        return 0;
    }
    if (fd >= 0 && fd < MAX_FDS && __atomic_load_n(&spared[fd], __ATOMIC_RELAXED)) {
        return 0;
    }
    if (below(1000) >= rate) {
        return 0;
    }
    chosen_hard = hard || (hard_share > 0 && below(1000) < hard_share);
    return 1;
}

void count(enum call call, enum fault fault) {
    __atomic_add_fetch(&counts[call][fault], 1, __ATOMIC_RELAXED);
}

int is_hard(void) {
    return chosen_hard;
}

void connection_ends(void) {
    __atomic_add_fetch(&ended, 1, __ATOMIC_RELAXED);
}

int errno_of(enum fault fault) {
    return errnos[fault];
}

static int failed(enum call call, enum fault fault) {
    count(call, fault);
    errno = errnos[fault];
    return -1;
}

static void delay(enum call call) {
    count(call, FAULT_DELAY);
    if (below(4) != 0) {
        sched_yield();
    } else {
        struct timespec time = { .tv_nsec = 1000 + (long) below(100000) };
        nanosleep(&time, NULL);
    }
}

enum kind kind_of(int fd) {
    struct stat status;
    int type = 0, domain = 0, saved = errno;
    socklen_t length = sizeof(int);
    enum kind kind = OTHER;
    if (fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode)
            && getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0
            && getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0) {
        int inet = domain == AF_INET || domain == AF_INET6;
        if (type == SOCK_DGRAM && (inet || domain == AF_UNIX)) {
            kind = DATAGRAM;
        } else if (type == SOCK_STREAM) {
            kind = inet ? TCP : domain == AF_UNIX ? UNIX_STREAM : STREAM;
        }
    }
    errno = saved;
    return kind;
}

static int waits_for_nothing(int fd, int flags) {
    return (flags & MSG_DONTWAIT) != 0 || (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0;
}

/*
 * A read that leaves bytes, or finds none, is fair if what is there now counts as having come after it: whoever waits
 * for edges must get one. Setting these options has the kernel look whether there is something to tell. The size of a
 * send buffer that is read is twice what was set; TCP would stop to size its own.
 */
void make_edge(int fd, enum kind kind, int reads) {
    int value = 0, saved = errno;
    socklen_t length = sizeof(value);
    int level = !reads && kind == TCP ? IPPROTO_TCP : SOL_SOCKET;
    int option = reads ? SO_RCVLOWAT : kind == TCP ? TCP_NOTSENT_LOWAT : SO_SNDBUF;
    if ((!reads || kind == TCP) && getsockopt(fd, level, option, &value, &length) == 0) {
        value = level == SOL_SOCKET && !reads ? value / 2 : value;
        setsockopt(fd, level, option, &value, sizeof(value));
    }
    errno = saved;
}

/*
 * NONE: make the call. SHORT: make it with less. All else has been done, and errno is set. Edges are made for those
 * that have some to get: nobody can give one to a UNIX socket's reader, and no kernel keeps bytes from it.
 */
static enum fault before(enum call call, int fd, int flags, int reads) {
    if (!chosen(call, fd)) {
        return NONE;
    }
    enum kind kind = kind_of(fd);
    if (kind == OTHER || (flags & MSG_FASTOPEN) != 0 || !waits_for_nothing(fd, flags)) {
        return NONE;
    }
    enum fault fault;
    if (is_hard()) {
        connection_ends();
        fault = kind == DATAGRAM || below(4) == 0 ? FAULT_ENOMEM + below(2) : FAULT_ECONNRESET + below(reads ? 1 : 2);
        if (kind != DATAGRAM) {
            /* A connection that was reset is over: whoever reads on must come to an end, on both sides. */
            shutdown(fd, SHUT_RDWR);
        }
    } else {
        fault = FAULT_SHORT + below(4);
        if (fault == FAULT_DELAY) {
            delay(call);
            return NONE;
        }
        if (fault == FAULT_EAGAIN) {
            /* Netty's channels for UNIX sockets cannot be told to come again with a descriptor: docs/upstream.md. */
            if (kind == STREAM || (reads && kind != TCP) || (call == CALL_sendmsg && kind == UNIX_STREAM)) {
                return NONE;
            }
            make_edge(fd, kind, reads);
        }
        if (fault == FAULT_EINTR && for_nio) {
            return NONE;
        }
        if (fault == FAULT_SHORT) {
            return kind == STREAM || (flags & (MSG_PEEK | MSG_WAITALL)) != 0 ? NONE : FAULT_SHORT;
        }
    }
    failed(call, fault);
    return fault;
}

/* What is asked for in place of length; counted only if it is less. */
static size_t shorter(enum call call, size_t length) {
    if (length < 2) {
        return length;
    }
    count(call, FAULT_SHORT);
    return 1 + below(length - 1);
}

/* Datagrams are not cut: that would lose bytes. */
#define MAYBE_SHORT(call, fd, flags, reads, made) \
    enum fault fault = before(CALL_##call, fd, flags, reads); \
    size_t asked = length; \
    if (fault == FAULT_SHORT && kind_of(fd) != DATAGRAM) { \
        length = shorter(CALL_##call, length); \
    } else if (fault != NONE && fault != FAULT_SHORT) { \
        return -1; \
    } \
    ssize_t done = made; \
    if (length != asked) { \
        make_edge(fd, kind_of(fd), reads); \
    } \
    return done;

ssize_t read(int fd, void *buffer, size_t length) {
    MAYBE_SHORT(read, fd, 0, 1, get_read()(fd, buffer, length))
}

ssize_t recv(int fd, void *buffer, size_t length, int flags) {
    MAYBE_SHORT(recv, fd, flags, 1, get_recv()(fd, buffer, length, flags))
}

ssize_t recvfrom(int fd, void *restrict buffer, size_t length, int flags, struct sockaddr *restrict address,
        socklen_t *restrict address_length) {
    MAYBE_SHORT(recvfrom, fd, flags, 1, get_recvfrom()(fd, buffer, length, flags, address, address_length))
}

ssize_t write(int fd, const void *buffer, size_t length) {
    MAYBE_SHORT(write, fd, 0, 0, get_write()(fd, buffer, length))
}

ssize_t send(int fd, const void *buffer, size_t length, int flags) {
    MAYBE_SHORT(send, fd, flags, 0, get_send()(fd, buffer, length, flags))
}

ssize_t sendto(int fd, const void *buffer, size_t length, int flags, const struct sockaddr *address,
        socklen_t address_length) {
    MAYBE_SHORT(sendto, fd, flags, 0, get_sendto()(fd, buffer, length, flags, address, address_length))
}

ssize_t sendfile(int fd, int file, off_t *offset, size_t length) {
    MAYBE_SHORT(sendfile, fd, 0, 0, get_sendfile()(fd, file, offset, length))
}

ssize_t splice(int from, off_t *from_offset, int to, off_t *to_offset, size_t length, unsigned flags) {
    int reads = kind_of(from) != OTHER;
    int fd = reads ? from : to;
    MAYBE_SHORT(splice, fd, 0, reads, get_splice()(from, from_offset, to, to_offset, length, flags))
}

/* Vectors fall short by whole entries, or within their only one. */
#define VECTOR(name, reads) \
    ssize_t name(int fd, const struct iovec *vectors, int length) { \
        enum fault fault = before(CALL_##name, fd, 0, reads); \
        if (fault == FAULT_SHORT && length > 0 && kind_of(fd) != DATAGRAM) { \
            struct iovec first = vectors[0]; \
            first.iov_len = length > 1 ? first.iov_len : shorter(CALL_##name, first.iov_len); \
            int less = (int) shorter(CALL_##name, (size_t) length); \
            ssize_t done = get_##name()(fd, length == 1 ? &first : vectors, less); \
            make_edge(fd, kind_of(fd), reads); \
            return done; \
        } \
        return fault == NONE || fault == FAULT_SHORT ? get_##name()(fd, vectors, length) : -1; \
    }
VECTOR(readv, 1)
VECTOR(writev, 0)

/* The number of messages to ask for, or -1. */
static long fewer(enum call call, enum fault fault, unsigned messages) {
    return fault == FAULT_SHORT ? (long) shorter(call, messages) : fault == NONE ? (long) messages : -1;
}

/* Control messages go with the first byte, so messages are not cut: only sockets that pass fds use these on streams. */
ssize_t recvmsg(int fd, struct msghdr *message, int flags) {
    return fewer(CALL_recvmsg, before(CALL_recvmsg, fd, flags, 1), 1) < 0 ? -1 : get_recvmsg()(fd, message, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    return fewer(CALL_sendmsg, before(CALL_sendmsg, fd, flags, 0), 1) < 0 ? -1 : get_sendmsg()(fd, message, flags);
}

int recvmmsg(int fd, struct mmsghdr *messages, unsigned length, many_flags flags, struct timespec *timeout) {
    return (int) syscall(__NR_recvmmsg, fd, messages, length, flags, timeout, 0);
}

int sendmmsg(int fd, struct mmsghdr *messages, unsigned length, many_flags flags) {
    return (int) syscall(__NR_sendmmsg, fd, messages, length, flags, 0, 0);
}

/* 1: fails. 0: is late, or not. */
static int fails(enum call call, int fd, enum fault first, unsigned faults) {
    if (!chosen(call, fd)) {
        return 0;
    }
    /* What is not about one connection does not fail among harmless faults. */
    if (!is_hard() || (!hard && call != CALL_epoll_ctl)) {
        delay(call);
        return 0;
    }
    if (faults > 0 && call == CALL_epoll_ctl) {
        connection_ends();
    }
    return faults > 0 && failed(call, first + below(faults)) < 0;
}

/* EAGAIN would need an edge, and a listener has none to give. Netty accepts nothing for a second after an error. */
int accept4(int fd, struct sockaddr *restrict address, socklen_t *restrict length, int flags) {
    if (!hard && !for_nio && waits_for_nothing(fd, 0) && chosen(CALL_accept4, fd)) {
        return failed(CALL_accept4, FAULT_EINTR);
    }
    return waits_for_nothing(fd, 0) && (!hard || below(4) == 0) && fails(CALL_accept4, fd, FAULT_ENOMEM, 4) ? -1
            : get_accept4()(fd, address, length, flags);
}

int socket(int domain, int type, int protocol) {
    int ours = (domain == AF_INET || domain == AF_INET6 || domain == AF_UNIX) && (type & SOCK_NONBLOCK) != 0;
    return ours && fails(CALL_socket, -1, FAULT_ENOMEM, 4) ? -1 : get_socket()(domain, type, protocol);
}

/* What the loop itself waits on it adds when it begins, and nobody survives without. */
int epoll_ctl(int set, int operation, int fd, struct epoll_event *event) {
    unsigned faults = operation == EPOLL_CTL_DEL || kind_of(fd) == OTHER ? 0 : operation == EPOLL_CTL_ADD ? 2 : 1;
    int failed = fails(CALL_epoll_ctl, fd, faults == 2 ? FAULT_ENOSPC : FAULT_ENOMEM, faults);
    return failed ? -1 : get_epoll_ctl()(set, operation, fd, event);
}

int epoll_wait(int set, struct epoll_event *events, int length, int timeout) {
    if (!hard && chosen(CALL_epoll_wait, -1)) {
        if (below(2) == 0) {
            return failed(CALL_epoll_wait, FAULT_EINTR);
        }
        length = length < 2 ? length : (int) shorter(CALL_epoll_wait, (size_t) length);
    }
    return fails(CALL_epoll_wait, -1, NONE, 0) ? -1 : get_epoll_wait()(set, events, length, timeout);
}

int timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old) {
    return fails(CALL_timerfd_settime, fd, FAULT_ENOMEM, 1) ? -1 : get_timerfd_settime()(fd, flags, value, old);
}

int eventfd_write(int fd, eventfd_t value) {
    return fails(CALL_eventfd_write, fd, NONE, 0) ? -1 : get_eventfd_write()(fd, value);
}

static long enter(long fd, long to_submit, long min_complete, long flags, long arg, long size) {
    return get_syscall()(__NR_io_uring_enter, fd, to_submit, min_complete, flags, arg, size);
}

/*
 * The kernel tells of an error only if it has consumed nothing, and does not wait after it has consumed less than it
 * was to. A signal in the wait is told of only if nothing was submitted and no completion is there.
 */
static long enter_with_fault(long fd, long to_submit, long min_complete, long flags, long arg, long size) {
    if (is_hard()) {
        /* Each ENOMEM ends a ring for good, so that there would soon be none to try the others on. EBADR ends many
           connections at once. */
        static const enum fault submitting[] = { FAULT_EAGAIN, FAULT_EBUSY };
        static const enum fault waiting[] = { FAULT_EINTR, FAULT_EBADR };
        enum fault fault = hard && below(64) == 0 ? FAULT_ENOMEM
                : to_submit > 0 ? submitting[below(2)] : waiting[below(hard ? 2 : 1)];
        return to_submit > 0 || min_complete > 0 ? failed(CALL_enter, fault)
                : enter(fd, to_submit, min_complete, flags, arg, size);
    }
    enum fault fault = FAULT_SHORT + below(4);
    if (fault == FAULT_DELAY) {
        delay(CALL_enter);
    } else if (fault == FAULT_EAGAIN && to_submit > 0) {
        return failed(CALL_enter, FAULT_EAGAIN);
    } else if (fault == FAULT_SHORT && to_submit > 1) {
        to_submit = (long) shorter(CALL_enter, (size_t) to_submit);
        return enter(fd, to_submit, 0, flags & ~IORING_ENTER_GETEVENTS, arg, size);
    } else if (fault == FAULT_EINTR && min_complete > 0) {
        long done = enter(fd, to_submit, 0, flags, arg, size);
        return done == 0 && to_submit == 0 ? failed(CALL_enter, FAULT_EINTR) : (count(CALL_enter, FAULT_EINTR), done);
    }
    return enter(fd, to_submit, min_complete, flags, arg, size);
}

/* What the ring is to do by itself may fail where the call does not. */
static long enter_with_requests(long fd, long to_submit, long min_complete, long flags, long arg, long size) {
    struct edges edges;
    ring_change((int) fd, (unsigned) to_submit, &edges);
    long done = enter(fd, to_submit, min_complete, flags, arg, size);
    ring_entered(&edges);
    return done;
}

/* Where a ring has its requests. */
void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset) {
    void *mapped = get_mmap()(address, length, protection, flags, fd, offset);
    ring_mapped(fd, offset, mapped);
    return mapped;
}

/* musl lacks some of these calls, or makes others of them: those who want exactly this one come here. */
long syscall(long number, ...) {
    va_list list;
    va_start(list, number);
    long a = va_arg(list, long), b = va_arg(list, long), c = va_arg(list, long), d = va_arg(list, long);
    long e = va_arg(list, long), f = va_arg(list, long);
    va_end(list);
    switch (number) {
        case __NR_io_uring_enter:
            /* Arguments that were passed as int have nothing certain in their upper half. */
            return chosen(CALL_enter, -1) ? enter_with_fault((int) a, (unsigned) b, (unsigned) c, (unsigned) d, e, f)
                    : enter_with_requests((int) a, (unsigned) b, (unsigned) c, (unsigned) d, e, f);
        case __NR_io_uring_setup: {
            long fd = get_syscall()(number, a, b, c, d, e, f);
            ring_made((int) fd, (const struct io_uring_params *) b);
            return fd;
        }
        case __NR_accept4:
            return accept4((int) a, (struct sockaddr *) b, (socklen_t *) c, (int) d);
        case __NR_recvmsg:
            return fewer(CALL_recvmsg, before(CALL_recvmsg, (int) a, (int) c, 1), 1) < 0 ? -1
                    : get_syscall()(number, a, b, c, d, e, f);
        case __NR_recvmmsg: {
            long less = fewer(CALL_recvmmsg, before(CALL_recvmmsg, (int) a, (int) d, 1), (unsigned) c);
            return less < 0 ? -1 : get_syscall()(number, a, b, less, d, e, f);
        }
        case __NR_sendmmsg: {
            enum fault fault = before(CALL_sendmmsg, (int) a, (int) d, 0);
            long less = fewer(CALL_sendmmsg, fault, (unsigned) c);
            long done = less < 0 ? -1 : get_syscall()(number, a, b, less, d, e, f);
            if (fault == FAULT_SHORT) {
                make_edge((int) a, kind_of((int) a), 0);
            }
            return done;
        }
        default:
            return get_syscall()(number, a, b, c, d, e, f);
    }
}

/* What the program that is under test calls. */
void pollring_faults_pause(int pause) {
    __atomic_store_n(&paused, pause || rate == 0, __ATOMIC_RELAXED);
}

unsigned pollring_faults_ended(void) {
    return __atomic_load_n(&ended, __ATOMIC_RELAXED);
}

/* How often a fault, "recv EINTR", has come up; -1 if this kernel cannot be made to have it. */
int pollring_faults_count(const char *fault) {
    for (int call = 0; call < CALL_COUNT; call++) {
        size_t length = strlen(call_names[call]);
        if (strncmp(fault, call_names[call], length) != 0 || fault[length] != ' ') {
            continue;
        }
        for (int i = 0; i < FAULT_COUNT; i++) {
            if (strcmp(fault + length + 1, fault_names[i]) == 0) {
                return call >= CALL_ring_send && ring_is_left_alone() ? -1
                        : (int) __atomic_load_n(&counts[call][i], __ATOMIC_RELAXED);
            }
        }
    }
    fprintf(stderr, "there is no fault \"%s\"\n", fault);
    abort();
}

void pollring_faults_spare(int fd, int spare) {
    if (fd >= 0 && fd < MAX_FDS) {
        __atomic_store_n(&spared[fd], spare != 0, __ATOMIC_RELAXED);
    }
}

static unsigned long number_of(const char *variable, unsigned long otherwise) {
    const char *value = getenv(variable);
    return value == NULL || *value == '\0' ? otherwise : strtoul(value, NULL, 10);
}

static int is_listed(const char *list, const char *name) {
    char between[1024], wanted[32];
    snprintf(between, sizeof(between), ",%s,", list);
    snprintf(wanted, sizeof(wanted), ",%s,", name);
    return strstr(between, wanted) != NULL;
}

__attribute__((constructor)) static void configure(void) {
    const char *profile = getenv("POLLRING_FAULTS");
    const char *calls = getenv("POLLRING_FAULTS_CALLS");
    if (profile == NULL || *profile == '\0') {
        return;
    }
    hard = strcmp(profile, "hard") == 0;
    int mixed = strcmp(profile, "mixed") == 0;
    if (!hard && !mixed && strcmp(profile, "harmless") != 0) {
        fprintf(stderr, "POLLRING_FAULTS is %s; it must be harmless, hard or mixed\n", profile);
        _exit(2);
    }
    hard_share = mixed ? (unsigned) number_of("POLLRING_FAULTS_HARD", 20) : 0;
    for_nio = getenv("POLLRING_FAULTS_NIO") != NULL;
    seed = number_of("POLLRING_FAULTS_SEED", 1);
    rate = (unsigned) number_of("POLLRING_FAULTS_RATE", hard ? 20 : 100);
    for (int call = 0; call < CALL_COUNT; call++) {
        may_fail[call] = calls == NULL || *calls == '\0' || is_listed(calls, call_names[call]);
    }
    pollring_faults_pause(getenv("POLLRING_FAULTS_PAUSED") != NULL);
}

__attribute__((destructor)) static void report(void) {
    const char *path = getenv("POLLRING_FAULTS_REPORT");
    if (rate == 0) {
        return;
    }
    pollring_faults_pause(1);
    FILE *file = path == NULL ? stderr : fopen(path, "a");
    if (file == NULL) {
        return;
    }
    fprintf(file, "faults %s seed=%llu rate=%u ended=%u\n", hard ? "hard" : hard_share > 0 ? "mixed" : "harmless",
            (unsigned long long) seed, rate, ended);
    for (int call = 0; call < CALL_COUNT; call++) {
        for (int fault = 0; fault < FAULT_COUNT; fault++) {
            if (counts[call][fault] > 0) {
                fprintf(file, "fault %s %s %u\n", call_names[call], fault_names[fault], counts[call][fault]);
            }
        }
    }
    if (ring_is_left_alone()) {
        fprintf(file, "requests are left alone\n");
    }
    fflush(file);
}
