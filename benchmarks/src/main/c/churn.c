/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Churn: every message gets a connection of its own, which is closed when the echo is in.
 *
 * The close is an orderly one, as most are, so the connection's address stays in use for a minute (TIME_WAIT). Lest the
 * ports run out, each connection comes from the next of many addresses.
 */
#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "loadgen.h"

#define SOURCES 4096

static uint32_t next_source;

static void prepare(void) {
    allocate_messages();
    for (unsigned i = 0; i < connection_count; i++) {
        connections[i].fd = -1;
    }
}

/* The connection before this one has had its echo and nothing is unread, so closing it sends a FIN and no reset. */
static void start(struct connection *connection) {
    if (connection->fd >= 0 && close(connection->fd) != 0) {
        die("close");
    }
    connection->fd = connected_from(SOCK_STREAM, next_source);
    next_source = (next_source + 1) % SOURCES;
    /* One small message: there is nothing for TCP_NODELAY to change. */
    send_message(connection);
    watch(connection);
}

/*
 * The last connection of each client is closed with the server's consent: when the server has closed it, it has closed
 * those before it, too, and is quiet.
 */
static void settle(void) {
    const struct timeval stall = {.tv_sec = STALL_MILLIS / 1000};
    unsigned char byte;

    for (unsigned i = 0; i < connection_count; i++) {
        if (connections[i].fd >= 0 && shutdown(connections[i].fd, SHUT_WR) != 0) {
            die("shutdown");
        }
    }
    for (unsigned i = 0; i < connection_count; i++) {
        int fd = connections[i].fd;
        ssize_t count;

        if (fd < 0) {
            continue;
        }
        if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &stall, sizeof(stall)) != 0) {
            die("SO_RCVTIMEO");
        }
        errno = 0;
        count = recv(fd, &byte, 1, 0);
        if (count != 0) {
            die("the server did not close connection %u (%zd)", i, count);
        }
        if (close(fd) != 0) {
            die("close");
        }
        connections[i].fd = -1;
    }
}

const struct mode churn_mode = {
    .name = "churn", .window = 1, .max_size = 65536,
    .open = prepare, .start = start, .receive = receive_message, .settle = settle
};
