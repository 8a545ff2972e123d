/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Ten for one: connections that stay open, and one message outstanding on each, which the server has to send back ten
 * times. One request with all its replies is what is counted and timed.
 */
#include "loadgen.h"

#define REPLIES 10

static unsigned char *in_buffers;

static void open_all(void) {
    allocate_messages();
    in_buffers = allocate(connection_count, REPLIES * (size_t) message_size);
    open_streams();
}

static int receive(struct connection *connection) {
    uint32_t expected = REPLIES * message_size;
    unsigned char *buffer = in_buffers + (size_t) (connection - connections) * expected;

    if (!receive_bytes(connection, buffer, expected)) {
        return 0;
    }
    for (unsigned i = 0; i < REPLIES; i++) {
        check_message(connection, buffer + (size_t) i * message_size);
    }
    return 1;
}

const struct mode echo10_mode = {
    .name = "echo10", .window = 1, .max_size = 6553,
    .open = open_all, .start = send_message, .receive = receive
};
