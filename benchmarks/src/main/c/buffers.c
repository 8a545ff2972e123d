/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/* A ring of buffers, from the head of which the kernel takes one whenever it has data for it. */
#include "buffers.h"

#include <stdint.h>
#include <sys/mman.h>

#include "ring.h"
#include "util.h"

/* No power of two, lest all buffers begin in the same few sets of the cache. */
#define BUFFER_SIZE (2048 + 64)

static struct io_uring_buf_ring *ring;
static unsigned short tail;
static unsigned char memory[BUFFERS][BUFFER_SIZE] __attribute__((aligned(64)));

unsigned char *buffers_memory(int buffer) {
    return memory[buffer];
}

void buffers_give_back(int buffer) {
    struct io_uring_buf *entry = &ring->bufs[tail & (BUFFERS - 1)];

    entry->addr = (uint64_t) (uintptr_t) memory[buffer];
    entry->len = BUFFER_SIZE;
    entry->bid = (unsigned short) buffer;
    tail++;
}

void buffers_publish(void) {
    __atomic_store_n(&ring->tail, tail, __ATOMIC_RELEASE);
}

void buffers_provide(void) {
    ring = mmap(NULL, BUFFERS * sizeof(struct io_uring_buf), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
            -1, 0);
    if (ring == MAP_FAILED) {
        die("allocating a ring of buffers");
    }
    ring_register_buffers(ring, BUFFERS, BUFFER_GROUP);
    for (int i = 0; i < BUFFERS; i++) {
        buffers_give_back(i);
    }
    buffers_publish();
}
