/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Echo: connections that stay open, and one message outstanding on each, or on the first ten of them only. Or ten for
 * one: the server has to send each message back ten times, and all its replies are what is counted and timed.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>

#include "loadgen.h"

static unsigned char *out_buffer;
/* For each connection, all replies to a message. */
static unsigned char *in_buffers;
static uint32_t replies = 1;

void allocate_messages(void) {
    if (message_size < sizeof(uint64_t)) {
        errno = 0;
        die("SIZE must be at least %zu, the length of a message's number", sizeof(uint64_t));
    }
    out_buffer = allocate(1, message_size);
    in_buffers = allocate(connection_count, (size_t) replies * message_size);
    for (uint32_t i = 0; i < message_size; i++) {
        out_buffer[i] = (unsigned char) (i * 7 + 1);
    }
}

static void open_all(void) {
    allocate_messages();
    open_streams();
}

static void open_ten_for_one(void) {
    replies = 10;
    open_all();
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
    uint32_t expected = replies * message_size;
    unsigned char *buffer = in_buffers + (size_t) (connection - connections) * expected;

    if (!receive_bytes(connection, buffer, expected)) {
        return 0;
    }
    for (uint32_t i = 0; i < expected; i += message_size) {
        check_message(connection, buffer + i);
    }
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

const struct mode echo10_mode = {
    .name = "echo10", .window = 1, .max_size = 6553,
    .open = open_ten_for_one, .start = send_message, .receive = receive_message
};
