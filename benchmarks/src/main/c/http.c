/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * HTTP/1.1: connections that stay open, and one request outstanding on each, or sixteen that are sent at once. Then the
 * next sixteen are sent when all replies are in, and the time taken is that of all of them.
 *
 * The server's replies never differ, so every byte of them is compared.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "loadgen.h"

#define PIPELINED 16
#define REQUEST "GET /plaintext HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define BODY "Hello, World!"
#define REPLY "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 13\r\n\r\n" BODY

static char requests[PIPELINED * (sizeof(REQUEST) - 1)];
static char replies[PIPELINED * (sizeof(REPLY) - 1)];
static size_t requests_size;
static uint32_t replies_size;
static unsigned char *in_buffers;

static void open_all(unsigned depth) {
    if (message_size != sizeof(BODY) - 1) {
        errno = 0;
        die("SIZE must be %zu, the length of the body", sizeof(BODY) - 1);
    }
    for (unsigned i = 0; i < depth; i++) {
        memcpy(requests + i * (sizeof(REQUEST) - 1), REQUEST, sizeof(REQUEST) - 1);
        memcpy(replies + i * (sizeof(REPLY) - 1), REPLY, sizeof(REPLY) - 1);
    }
    requests_size = depth * (sizeof(REQUEST) - 1);
    replies_size = (uint32_t) (depth * (sizeof(REPLY) - 1));
    in_buffers = allocate(connection_count, replies_size);
    open_streams();
}

static void open_single(void) {
    open_all(1);
}

static void open_pipelined(void) {
    open_all(PIPELINED);
}

static void start(struct connection *connection) {
    ssize_t sent = send(connection->fd, requests, requests_size, MSG_NOSIGNAL);

    connection->received = 0;
    if (sent != (ssize_t) requests_size) {
        die("send (%zd of %zu bytes)", sent, requests_size);
    }
}

static int receive(struct connection *connection) {
    size_t index = (size_t) (connection - connections);
    unsigned char *buffer = in_buffers + index * replies_size;

    if (!receive_bytes(connection, buffer, replies_size)) {
        return 0;
    }
    if (memcmp(buffer, replies, replies_size) != 0) {
        errno = 0;
        die("wrong reply on connection %zu: '%.*s'", index, (int) replies_size, (const char *) buffer);
    }
    return 1;
}

const struct mode http_mode = {
    .name = "http", .window = 1, .max_size = sizeof(BODY) - 1,
    .open = open_single, .start = start, .receive = receive
};
const struct mode http_pipelined_mode = {
    .name = "http-pipelined", .window = 1, .max_size = sizeof(BODY) - 1, .batch = PIPELINED,
    .open = open_pipelined, .start = start, .receive = receive
};
