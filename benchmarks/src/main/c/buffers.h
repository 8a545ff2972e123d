/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/* The buffers that the limit server on io_uring receives into; see buffers.c. */
#ifndef BUFFERS_H
#define BUFFERS_H

/* A buffer comes back with the turn after that which filled it, and the kernel fills few in a turn (some 40). */
#define BUFFERS 256
#define BUFFER_GROUP 0

/* Ends with limit_unavailable where the kernel has no rings of buffers. */
void buffers_provide(void);

unsigned char *buffers_memory(int buffer);

/* Its use by the kernel begins when it is published. */
void buffers_give_back(int buffer);
void buffers_publish(void);

#endif
