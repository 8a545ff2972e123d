/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/* What the parts of the library of faults know of each other: what can fail, how, and whose turn it is. */
#ifndef POLLRING_FAULTS_H
#define POLLRING_FAULTS_H

#include <linux/io_uring.h>
#include <stdint.h>
#include <sys/types.h>

#define FUNCTIONS(X) X(read) X(readv) X(recv) X(recvfrom) X(recvmsg) X(write) X(writev) X(send) X(sendto) X(sendmsg) \
    X(splice) X(sendfile) X(accept4) X(socket) X(epoll_ctl) X(epoll_wait) X(timerfd_settime) X(eventfd_write)
#define SYSTEM_CALLS(X) X(recvmmsg) X(sendmmsg) X(enter)
/* Requests of a ring, which no call of the program's own makes. */
#define REQUESTS(X) X(ring_send) X(ring_recv) X(ring_poll) X(ring_update) X(ring_cancel)
#define FAULTS(X) X(SHORT) X(DELAY) X(EINTR) X(EAGAIN) X(ECONNRESET) X(EPIPE) X(ENOSPC) X(ENOMEM) X(ENOBUFS) X(EMFILE) \
    X(ENFILE) X(EBUSY) X(EBADR) X(EALREADY) X(EDGE) X(END)

#define CALL(name) CALL_##name,
#define FAULT(name) FAULT_##name,
enum call { FUNCTIONS(CALL) SYSTEM_CALLS(CALL) REQUESTS(CALL) CALL_COUNT };
enum fault { FAULTS(FAULT) FAULT_COUNT, NONE };
enum kind { OTHER, TCP, UNIX_STREAM, STREAM, DATAGRAM };

#define MAX_FDS 65536
/* No other library shall find these. */
#define PRIVATE __attribute__((visibility("hidden")))

PRIVATE int chosen(enum call call, int fd);
PRIVATE void count(enum call call, enum fault fault);
PRIVATE uint64_t below(uint64_t limit);
/* Whether what was chosen last, by this thread, is to be hard. */
PRIVATE int is_hard(void);
/* To be called for each connection that a fault ends. */
PRIVATE void connection_ends(void);
PRIVATE int errno_of(enum fault fault);
PRIVATE enum kind kind_of(int fd);
PRIVATE void make_edge(int fd, enum kind kind, int reads);

/* The sockets that are to be told that they have room, when the kernel has answered. */
struct edges {
    unsigned count;
    int fds[16];
};

/* Whether this kernel cannot be made to answer a request as it is told to, so that all are left as they are. */
PRIVATE int ring_is_left_alone(void);
PRIVATE void ring_made(int fd, const struct io_uring_params *params);
PRIVATE void ring_mapped(int fd, off_t offset, void *address);
PRIVATE void ring_change(int fd, unsigned to_submit, struct edges *edges);
PRIVATE void ring_entered(const struct edges *edges);

#endif
