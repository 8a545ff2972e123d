/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * A ring for one thread, made with nothing but system calls: what the limit server on io_uring needs of one.
 *
 * Completions are run when the thread asks for them (DEFER_TASKRUN), and one entry that the kernel refuses does not
 * keep those after it from being submitted (SUBMIT_ALL).
 */
#include "ring.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "limit.h"
#include "util.h"

#define SQ_ENTRIES 1024
#define CQ_ENTRIES 16384
/* No power of two, lest all buffers begin in the same few sets of the cache. */
#define BUFFER_SIZE (2048 + 64)
#define FLAGS (IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE)

static int ring_fd;
static struct io_uring_sqe *sqes;
static unsigned *sq_head;
static unsigned *sq_tail;
static unsigned sq_mask;
static unsigned sq_local_tail;
static struct io_uring_cqe *cqes;
static unsigned *cq_head;
static unsigned *cq_tail;
static unsigned cq_mask;
static unsigned cq_local_head;
static unsigned cq_seen_tail;

static struct io_uring_buf_ring *buffers;
static unsigned short buffers_tail;
static unsigned char memory[BUFFERS][BUFFER_SIZE] __attribute__((aligned(64)));

static void *map(size_t length, off_t offset) {
    void *mapped = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring_fd, offset);

    if (mapped == MAP_FAILED) {
        die("mapping the ring");
    }
    return mapped;
}

static void check_setup(const struct io_uring_params *params) {
    char why[128];

    if (ring_fd < 0) {
        snprintf(why, sizeof(why), "io_uring_setup: %s", strerror(errno));
        limit_unavailable(why);
    }
    if (!(params->features & IORING_FEAT_SINGLE_MMAP) || !(params->features & IORING_FEAT_NODROP)) {
        limit_unavailable("the kernel's io_uring is too old");
    }
}

void ring_create(void) {
    struct io_uring_params params = {.flags = FLAGS, .cq_entries = CQ_ENTRIES};
    unsigned *array;
    unsigned char *rings;
    size_t sq_length;
    size_t cq_length;

    ring_fd = (int) syscall(SYS_io_uring_setup, SQ_ENTRIES, &params);
    check_setup(&params);
    sq_length = params.sq_off.array + params.sq_entries * sizeof(unsigned);
    cq_length = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
    rings = map(sq_length > cq_length ? sq_length : cq_length, IORING_OFF_SQ_RING);
    sqes = map(params.sq_entries * sizeof(struct io_uring_sqe), IORING_OFF_SQES);
    sq_head = (unsigned *) (rings + params.sq_off.head);
    sq_tail = (unsigned *) (rings + params.sq_off.tail);
    sq_mask = params.sq_entries - 1;
    cqes = (struct io_uring_cqe *) (rings + params.cq_off.cqes);
    cq_head = (unsigned *) (rings + params.cq_off.head);
    cq_tail = (unsigned *) (rings + params.cq_off.tail);
    cq_mask = params.cq_entries - 1;
    array = (unsigned *) (rings + params.sq_off.array);
    for (unsigned i = 0; i < params.sq_entries; i++) {
        array[i] = i;
    }
}

/* Submits what was prepared. All of it, as each entry that is refused has a completion that says so. */
static void enter(unsigned min_complete, unsigned flags) {
    unsigned pending;
    long submitted;

    __atomic_store_n(sq_tail, sq_local_tail, __ATOMIC_RELEASE);
    pending = sq_local_tail - __atomic_load_n(sq_head, __ATOMIC_ACQUIRE);
    submitted = syscall(SYS_io_uring_enter, ring_fd, pending, min_complete, flags, NULL, 0);
    if (submitted < 0 && (errno != EINTR || pending > 0)) {
        die("io_uring_enter");
    }
    if (submitted >= 0 && submitted < (long) pending) {
        errno = 0;
        die("of %u entries only %ld were submitted", pending, submitted);
    }
}

struct io_uring_sqe *ring_next_sqe(void) {
    struct io_uring_sqe *sqe;

    while (sq_local_tail - __atomic_load_n(sq_head, __ATOMIC_ACQUIRE) > sq_mask) {
        enter(0, 0);
    }
    sqe = &sqes[sq_local_tail & sq_mask];
    sq_local_tail++;
    memset(sqe, 0, sizeof(*sqe));
    return sqe;
}

void ring_submit_and_wait(unsigned min_complete) {
    enter(min_complete, IORING_ENTER_GETEVENTS);
    cq_seen_tail = __atomic_load_n(cq_tail, __ATOMIC_ACQUIRE);
}

const struct io_uring_cqe *ring_next_cqe(void) {
    if (cq_local_head == cq_seen_tail) {
        /* All have been looked at: their places may be used again. */
        __atomic_store_n(cq_head, cq_local_head, __ATOMIC_RELEASE);
        return NULL;
    }
    return &cqes[cq_local_head++ & cq_mask];
}

static void register_buffers(void) {
    struct io_uring_buf_reg registration = {
        .ring_addr = (uint64_t) (uintptr_t) buffers, .ring_entries = BUFFERS, .bgid = BUFFER_GROUP
    };
    char why[128];

    if (syscall(SYS_io_uring_register, ring_fd, IORING_REGISTER_PBUF_RING, &registration, 1) < 0) {
        snprintf(why, sizeof(why), "registering a ring of buffers: %s", strerror(errno));
        limit_unavailable(why);
    }
}

unsigned char *buffers_memory(int buffer) {
    return memory[buffer];
}

void buffers_give_back(int buffer) {
    struct io_uring_buf *entry = &buffers->bufs[buffers_tail & (BUFFERS - 1)];

    entry->addr = (uint64_t) (uintptr_t) memory[buffer];
    entry->len = BUFFER_SIZE;
    entry->bid = (unsigned short) buffer;
    buffers_tail++;
}

void buffers_publish(void) {
    __atomic_store_n(&buffers->tail, buffers_tail, __ATOMIC_RELEASE);
}

void buffers_provide(void) {
    buffers = mmap(NULL, BUFFERS * sizeof(struct io_uring_buf), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
            -1, 0);
    if (buffers == MAP_FAILED) {
        die("allocating a ring of buffers");
    }
    register_buffers();
    for (int i = 0; i < BUFFERS; i++) {
        buffers_give_back(i);
    }
    buffers_publish();
}
