/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Faults of what a ring does by itself. The requests are in memory that the program shares with the kernel, which reads
 * them when it is entered; so right before that some are made into others. One that is to fail becomes a NOP that the
 * kernel gives a result of our choice (Linux 6.10 or later): it makes the completion itself, in the queue where it
 * belongs. A send that is to fall short sends less; what is to end early is asked for once.
 */
#define _GNU_SOURCE
#include "faults.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Younger than some kernels' headers. */
#define NOP_INJECT_RESULT 1u
#define SKIP_SUCCESS (1u << 6)
#define OP_RECV_MULTISHOT (1u << 1)
#define MULTI (1u << 0)
#define UPDATE_EVENTS (1u << 1)

#define TARGETS 65536

struct ring {
    struct io_sqring_offsets offsets;
    char *queue;
    struct io_uring_sqe *sqes;
};

/* A request that another may name. */
struct target {
    uint64_t user_data;
    int ring;
    int fd;
    unsigned char opcode;
};

static struct ring rings[MAX_FDS];
static struct target targets[TARGETS];

/* 0: not known. 1: NOPs give the result that they are to give. -1: they do not. */
static int nops_obey;

static uint32_t *word(const struct ring *ring, uint32_t offset) {
    return (uint32_t *) (void *) (ring->queue + offset);
}

/* Asks with a ring of its own. */
static int try_nop(void) {
    struct io_uring_params params = { .flags = 0 };
    long fd = syscall(__NR_io_uring_setup, 1, &params);
    if (fd < 0 || (params.features & IORING_FEAT_SINGLE_MMAP) == 0) {
        return -1;
    }
    size_t length = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
    size_t array_end = params.sq_off.array + params.sq_entries * sizeof(uint32_t);
    length = length > array_end ? length : array_end;
    char *queue = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, (int) fd, IORING_OFF_SQ_RING);
    struct io_uring_sqe *sqe = mmap(NULL, sizeof(*sqe), PROT_READ | PROT_WRITE, MAP_SHARED, (int) fd, IORING_OFF_SQES);
    int obeyed = -1;
    if (queue != MAP_FAILED && (void *) sqe != MAP_FAILED) {
        memset(sqe, 0, sizeof(*sqe));
        sqe->opcode = IORING_OP_NOP;
        sqe->rw_flags = (int) NOP_INJECT_RESULT;
        sqe->len = (uint32_t) -ENOBUFS;
        *(uint32_t *) (void *) (queue + params.sq_off.array) = 0;
        __atomic_store_n((uint32_t *) (void *) (queue + params.sq_off.tail), 1, __ATOMIC_RELEASE);
        struct io_uring_cqe *cqe = (struct io_uring_cqe *) (void *) (queue + params.cq_off.cqes);
        obeyed = syscall(__NR_io_uring_enter, fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1 && cqe->res == -ENOBUFS
                ? 1 : -1;
    }
    if (queue != MAP_FAILED) {
        munmap(queue, length);
    }
    if ((void *) sqe != MAP_FAILED) {
        munmap(sqe, sizeof(*sqe));
    }
    close((int) fd);
    return obeyed;
}

int ring_is_left_alone(void) {
    return __atomic_load_n(&nops_obey, __ATOMIC_RELAXED) < 0;
}

void ring_made(int fd, const struct io_uring_params *params) {
    if (fd >= 0 && fd < MAX_FDS) {
        rings[fd] = (struct ring) { .offsets = params->sq_off };
    }
}

void ring_mapped(int fd, off_t offset, void *address) {
    if (fd < 0 || fd >= MAX_FDS || rings[fd].offsets.array == 0 || address == MAP_FAILED) {
        return;
    }
    if (offset == (off_t) IORING_OFF_SQ_RING) {
        rings[fd].queue = address;
    } else if (offset == (off_t) IORING_OFF_SQES) {
        rings[fd].sqes = address;
    }
}

static struct target *target_of(int ring, uint64_t user_data) {
    uint64_t hash = (user_data ^ (uint64_t) ring << 48) * 0x9E3779B97F4A7C15u;
    return &targets[hash >> 48];
}

static void remember(int ring, const struct io_uring_sqe *sqe) {
    *target_of(ring, sqe->user_data) = (struct target) {
        .user_data = sqe->user_data, .ring = ring, .fd = sqe->fd, .opcode = sqe->opcode
    };
}

/* What sqe names, if it is of that kind. */
static const struct target *named(int ring, const struct io_uring_sqe *sqe, unsigned char opcode) {
    const struct target *target = target_of(ring, sqe->addr);
    return target->user_data == sqe->addr && target->ring == ring && target->opcode == opcode ? target : NULL;
}

static void answer(struct io_uring_sqe *sqe, enum call call, enum fault fault) {
    uint64_t user_data = sqe->user_data;
    memset(sqe, 0, sizeof(*sqe));
    sqe->opcode = IORING_OP_NOP;
    sqe->fd = -1;
    sqe->rw_flags = (int) NOP_INJECT_RESULT;
    sqe->len = (uint32_t) -errno_of(fault);
    sqe->user_data = user_data;
    count(call, fault);
}

/* A connection that has failed is over, on both sides. */
static void fail(struct io_uring_sqe *sqe, enum call call, enum fault fault) {
    shutdown(sqe->fd, SHUT_RDWR);
    connection_ends();
    answer(sqe, call, fault);
}

/* Less than all: what a send that was cut short has sent, it tells. */
static int shorten(struct io_uring_sqe *sqe) {
    if (sqe->opcode == IORING_OP_SENDMSG) {
        const struct msghdr *message = (const struct msghdr *) (uintptr_t) sqe->addr;
        if (message->msg_iovlen < 2 || message->msg_controllen > 0 || message->msg_name != NULL) {
            return 0;
        }
        sqe->opcode = IORING_OP_SEND;
        sqe->addr = (uint64_t) (uintptr_t) message->msg_iov[0].iov_base;
        sqe->len = (uint32_t) message->msg_iov[0].iov_len;
    }
    if (sqe->len > 1) {
        sqe->len = 1 + (uint32_t) below(sqe->len - 1);
    } else if (sqe->len == 0) {
        return 0;
    }
    sqe->flags &= (uint8_t) ~SKIP_SUCCESS;
    return 1;
}

static void later(struct edges *edges, int fd) {
    edges->fds[edges->count++] = fd;
}

static void change_send(struct io_uring_sqe *sqe, struct edges *edges) {
    enum kind kind = kind_of(sqe->fd);
    int fd = sqe->fd;
    if ((kind != TCP && kind != UNIX_STREAM) || edges->count == sizeof(edges->fds) / sizeof(*edges->fds)
            || !chosen(CALL_ring_send, fd)) {
        return;
    }
    if (is_hard()) {
        static const enum fault faults[] = { FAULT_ECONNRESET, FAULT_EPIPE, FAULT_ENOMEM, FAULT_ENOBUFS };
        fail(sqe, CALL_ring_send, faults[below(4)]);
    } else if (below(2) == 0) {
        answer(sqe, CALL_ring_send, FAULT_EAGAIN);
        later(edges, fd);
    } else if ((sqe->opcode != IORING_OP_SEND || sqe->len > 1) && shorten(sqe)) {
        count(CALL_ring_send, FAULT_SHORT);
        later(edges, fd);
    }
}

/* It looks at the socket before it waits, as one that is armed anew does. */
static void change_receive(struct io_uring_sqe *sqe) {
    enum kind kind = kind_of(sqe->fd);
    if ((kind != TCP && kind != UNIX_STREAM) || !chosen(CALL_ring_recv, sqe->fd)) {
        return;
    }
    static const enum fault passing[] = { FAULT_ENOBUFS, FAULT_ENOMEM, FAULT_EINTR };
    if (is_hard()) {
        fail(sqe, CALL_ring_recv, FAULT_ECONNRESET);
    } else if (below(2) == 0) {
        answer(sqe, CALL_ring_recv, passing[below(3)]);
    } else if ((sqe->ioprio & OP_RECV_MULTISHOT) != 0) {
        sqe->ioprio &= (uint16_t) ~OP_RECV_MULTISHOT;
        /* The limit, which only a multishot receive may have. */
        sqe->splice_fd_in = 0;
        count(CALL_ring_recv, FAULT_END);
    }
}

/* Those of the loop itself only end early: the kernel needs no memory for what has one queue of those who wait. */
static void change_poll(struct io_uring_sqe *sqe) {
    if (!chosen(CALL_ring_poll, sqe->fd)) {
        return;
    }
    if (!is_hard()) {
        if ((sqe->len & MULTI) != 0) {
            sqe->len &= ~MULTI;
            count(CALL_ring_poll, FAULT_END);
        }
    } else if (kind_of(sqe->fd) != OTHER) {
        answer(sqe, CALL_ring_poll, FAULT_ENOMEM);
    }
}

/* An event that comes before has the kernel answer EALREADY by itself, if the poll is for that. */
static void change_update(int ring, const struct io_uring_sqe *sqe) {
    const struct target *target = (sqe->len & UPDATE_EVENTS) == 0 ? NULL : named(ring, sqe, IORING_OP_POLL_ADD);
    if (target != NULL && chosen(CALL_ring_update, target->fd) && !is_hard()
            && kind_of(target->fd) == TCP) {
        make_edge(target->fd, TCP, (int) below(2));
        count(CALL_ring_update, FAULT_EDGE);
    }
}

/* A receive that another thread of the kernel's has in its hands goes on. No poll was seen to. */
static void change_cancel(int ring, struct io_uring_sqe *sqe) {
    const struct target *target = named(ring, sqe, IORING_OP_RECV);
    if (target != NULL && chosen(CALL_ring_cancel, target->fd) && !is_hard()) {
        answer(sqe, CALL_ring_cancel, FAULT_EALREADY);
    }
}

static void change(int ring, struct io_uring_sqe *sqe, struct edges *edges) {
    switch (sqe->opcode) {
        case IORING_OP_SEND:
        case IORING_OP_SENDMSG:
            change_send(sqe, edges);
            break;
        case IORING_OP_RECV:
            remember(ring, sqe);
            change_receive(sqe);
            break;
        case IORING_OP_POLL_ADD:
            remember(ring, sqe);
            change_poll(sqe);
            break;
        case IORING_OP_POLL_REMOVE:
            change_update(ring, sqe);
            break;
        case IORING_OP_ASYNC_CANCEL:
            change_cancel(ring, sqe);
            break;
        default:
            break;
    }
}

void ring_change(int fd, unsigned to_submit, struct edges *edges) {
    edges->count = 0;
    if (fd < 0 || fd >= MAX_FDS || rings[fd].queue == NULL || rings[fd].sqes == NULL) {
        return;
    }
    if (__atomic_load_n(&nops_obey, __ATOMIC_RELAXED) == 0) {
        int saved = errno;
        /* It comes here again. */
        __atomic_store_n(&nops_obey, -1, __ATOMIC_RELAXED);
        __atomic_store_n(&nops_obey, try_nop(), __ATOMIC_RELAXED);
        errno = saved;
    }
    if (ring_is_left_alone()) {
        return;
    }
    const struct ring *ring = &rings[fd];
    uint32_t mask = *word(ring, ring->offsets.ring_mask);
    uint32_t head = __atomic_load_n(word(ring, ring->offsets.head), __ATOMIC_ACQUIRE);
    uint32_t pending = __atomic_load_n(word(ring, ring->offsets.tail), __ATOMIC_ACQUIRE) - head;
    for (uint32_t i = 0; i < to_submit && i < pending; i++) {
        change(fd, &ring->sqes[word(ring, ring->offsets.array)[(head + i) & mask] & mask], edges);
    }
}

void ring_entered(const struct edges *edges) {
    int saved = errno;
    for (unsigned i = 0; i < edges->count; i++) {
        make_edge(edges->fds[i], kind_of(edges->fds[i]), 0);
    }
    errno = saved;
}
