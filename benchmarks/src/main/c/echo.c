/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/* Echo: connections that stay open, and one message outstanding on each, or on the first ten of them only. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>

#include "loadgen.h"

static unsigned char *out_buffer;
static unsigned char *in_buffers;

void allocate_messages(void) {
    if (message_size < sizeof(uint64_t)) {
        errno = 0;
        die("SIZE must be at least %zu, the length of a message's number", sizeof(uint64_t));
    }
    out_buffer = allocate(1, message_size);
    in_buffers = allocate(connection_count, message_size);
    for (uint32_t i = 0; i < message_size; i++) {
        out_buffer[i] = (unsigned char) (i * 7 + 1);
    }
}

static void open_all(void) {
    allocate_messages();
    open_streams();
}

/* Every message starts with its number, so that a lost, doubled or swapped reply does not go unnoticed. */
const unsigned char *numbered_message(uint64_t number) {
    memcpy(out_buffer, &number, sizeof(number));
    return out_buffer;
}

const unsigned char *next_message(struct connection *connection) {
    connection->received = 0;
    return numbered_message(connection->sequence);
}

void send_message(struct connection *connection) {
    ssize_t sent = send(connection->fd, next_message(connection), message_size, MSG_NOSIGNAL);

    if (sent != (ssize_t) message_size) {
        die("send (%zd of %u bytes)", sent, message_size);
    }
}

void check_message(const struct connection *connection, const unsigned char *reply) {
    uint64_t sequence;

    memcpy(&sequence, reply, sizeof(sequence));
    if (sequence != oldest(connection)
            || memcmp(reply + sizeof(sequence), out_buffer + sizeof(sequence), message_size - sizeof(sequence)) != 0) {
        errno = 0;
        die("wrong reply on connection %zu: message %" PRIu64 " was sent, %" PRIu64 " came back",
                (size_t) (connection - connections), oldest(connection), sequence);
    }
}

int receive_message(struct connection *connection) {
    unsigned char *buffer = in_buffers + (size_t) (connection - connections) * message_size;

    if (!receive_bytes(connection, buffer, message_size)) {
        return 0;
    }
    check_message(connection, buffer);
    return 1;
}

const struct mode echo_mode = {
    .name = "echo", .window = 1, .max_size = 65536,
    .open = open_all, .start = send_message, .receive = receive_message
};

const struct mode mostly_idle_mode = {
    .name = "mostly-idle", .window = 1, .max_size = 65536, .busy = 10,
    .open = open_all, .start = send_message, .receive = receive_message
};
