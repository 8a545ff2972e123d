/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Streaming: connections that stay open, on which the server is asked for long messages. Two requests are outstanding
 * on each, so that the server has the next message to write when it is done with one.
 *
 * A request is its number, 8 bytes. A reply is SIZE bytes that we know; 8 bytes at offset 8 i are a number that depends
 * on i, in the machine's byte order, so that no byte can be missing or be there twice.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "loadgen.h"

#define SCRATCH_SIZE (256 * 1024)

static unsigned char *expected;
static unsigned char *scratch;

static void open_all(void) {
    if (message_size % sizeof(uint64_t) != 0) {
        errno = 0;
        die("SIZE must be a multiple of %zu", sizeof(uint64_t));
    }
    expected = allocate(1, message_size);
    scratch = allocate(1, SCRATCH_SIZE);
    for (uint32_t i = 0; i < message_size / sizeof(uint64_t); i++) {
        uint64_t word = i * UINT64_C(0x9E3779B97F4A7C15) + 1;

        memcpy(expected + i * sizeof(word), &word, sizeof(word));
    }
    open_streams();
}

static void ask(struct connection *connection) {
    ssize_t sent = send(connection->fd, &connection->sequence, sizeof(connection->sequence), MSG_NOSIGNAL);

    if (sent != (ssize_t) sizeof(connection->sequence)) {
        die("send (%zd of %zu bytes)", sent, sizeof(connection->sequence));
    }
}

/*
 * In a timed load only the first bytes of a reply are looked at, and the kernel drops the others without copying them:
 * a generator that reads and compares them would be slower than the servers.
 */
static int receive(struct connection *connection) {
    size_t index = (size_t) (connection - connections);
    uint32_t missing = message_size - connection->received;
    int look = thorough || connection->received < sizeof(uint64_t);
    ssize_t count;

    if (thorough) {
        count = recv(connection->fd, scratch, missing < SCRATCH_SIZE ? missing : SCRATCH_SIZE, MSG_DONTWAIT);
    } else if (look) {
        count = recv(connection->fd, scratch, sizeof(uint64_t) - connection->received, MSG_DONTWAIT);
    } else {
        count = recv(connection->fd, NULL, missing, MSG_DONTWAIT | MSG_TRUNC);
    }
    if (!has_come(connection, count)) {
        return 0;
    }
    if (look && memcmp(scratch, expected + connection->received, (size_t) count) != 0) {
        errno = 0;
        die("wrong bytes on connection %zu, in the %zd from offset %u of a reply", index, count, connection->received);
    }
    connection->received += (uint32_t) count;
    if (connection->received < message_size) {
        return 0;
    }
    connection->received = 0;
    return 1;
}

const struct mode stream_mode = {
    .name = "stream", .window = 2, .max_size = 64 * 1024 * 1024,
    .open = open_all, .start = ask, .receive = receive
};
