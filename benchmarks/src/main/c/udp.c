/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/* UDP echo: sockets of their own ports, and one datagram outstanding on each. None may get lost. */
#include <errno.h>
#include <sys/socket.h>

#include "loadgen.h"

static unsigned char *in_buffer;

static void open_all(void) {
    allocate_messages();
    in_buffer = allocate(1, message_size);
    for (unsigned i = 0; i < connection_count; i++) {
        connections[i].fd = connected_socket(SOCK_DGRAM, i);
        watch(&connections[i]);
    }
}

static int receive(struct connection *connection) {
    size_t index = (size_t) (connection - connections);
    /* With MSG_TRUNC the count is the datagram's length, also where that is more than fits. */
    ssize_t count = recv(connection->fd, in_buffer, message_size, MSG_DONTWAIT | MSG_TRUNC);

    if (count < 0) {
        if (errno == EAGAIN || errno == EINTR) {
            return 0;
        }
        die("recv on socket %zu", index);
    }
    if (count != (ssize_t) message_size) {
        errno = 0;
        die("a datagram of %u bytes was sent on socket %zu, and one of %zd came back", message_size, index, count);
    }
    check_message(connection, in_buffer);
    return 1;
}

const struct mode udp_mode = {
    .name = "udp", .window = 1, .max_size = 65507,
    .open = open_all, .start = send_message, .receive = receive
};
