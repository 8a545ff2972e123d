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

/*
 * The buffers that are received into: the kernel takes one from the head of a ring of them whenever it has data for it.
 * One comes back with the turn after that which filled it, and the kernel fills few in a turn (some 40).
 */
#define BUFFERS 256
#define BUFFER_GROUP 0

/* Ends with limit_unavailable where the kernel has no rings of buffers. */
void buffers_provide(void);

unsigned char *buffers_memory(int buffer);

/* Its use by the kernel begins when it is published. */
void buffers_give_back(int buffer);
void buffers_publish(void);

#endif
