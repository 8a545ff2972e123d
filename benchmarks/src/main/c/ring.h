/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/* What limit_uring.c needs of a ring; see ring.c. */
#ifndef RING_H
#define RING_H

#include <linux/io_uring.h>

/* Ends with limit_unavailable where there is none to be had. */
void ring_create(void);

/* A cleared entry, which is submitted with the next wait, or at once when there are too many. */
struct io_uring_sqe *ring_next_sqe(void);

/* Submits all entries and waits for so many completions, in one system call. */
void ring_submit_and_wait(unsigned min_complete);

/* The next of the completions that there were when the wait was over, or NULL. It is valid until NULL is returned. */
const struct io_uring_cqe *ring_next_cqe(void);

/* Ends with limit_unavailable where the kernel refuses. */
void ring_register_buffers(struct io_uring_buf_ring *buffers, unsigned entries, unsigned short group);

#endif
