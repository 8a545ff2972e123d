/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * UDP echo: sockets of their own ports, and one datagram outstanding on each. None may get lost.
 *
 * Bursts of datagrams: a few sockets, each of which asks with a datagram for N of SIZE bytes, and has one such request
 * outstanding. N is what is given as CONNECTIONS. Each datagram of a burst is counted, none may get lost, and latency
 * is that of all of a burst. The kernel may join them for us (UDP_GRO), so that it is not the generator that is
 * measured.
 *
 * A request is N, in network byte order, and the datagram that is wanted.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "loadgen.h"

#ifndef UDP_GRO
#define UDP_GRO 104
#endif

#define SOCKETS 4
#define ROOM 65536

static unsigned char in_buffer[ROOM];
static unsigned burst;

/* Opens all sockets and allocates what is sent. */
static void open_all(void) {
    allocate_messages();
    for (unsigned i = 0; i < connection_count; i++) {
        connections[i].fd = connected_socket(SOCK_DGRAM, i);
        watch(&connections[i]);
    }
}

static int receive_echo(struct connection *connection) {
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
    .open = open_all, .start = send_message, .receive = receive_echo
};

static void open_for_bursts(void) {
    burst = connection_count;
    udp_burst_mode.batch = burst;
    if (connection_count > SOCKETS) {
        connection_count = SOCKETS;
    }
    open_all();
    for (unsigned i = 0; i < connection_count; i++) {
        int on = 1;

        if (setsockopt(connections[i].fd, IPPROTO_UDP, UDP_GRO, &on, sizeof(on)) != 0) {
            die("setsockopt of UDP_GRO");
        }
    }
}

/* How long the datagrams are that have come together, if there are several. */
static size_t segment_size(struct msghdr *message, size_t count) {
    for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control != NULL; control = CMSG_NXTHDR(message, control)) {
        if (control->cmsg_level == IPPROTO_UDP && control->cmsg_type == UDP_GRO) {
            int size;

            memcpy(&size, CMSG_DATA(control), sizeof(size));
            return (size_t) size;
        }
    }
    return count;
}

/* Returns how many bytes have come, or 0 if none have. */
static size_t receive_some(const struct connection *connection, size_t *segment) {
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec buffer = {.iov_base = in_buffer, .iov_len = sizeof(in_buffer)};
    struct msghdr message = {.msg_iov = &buffer, .msg_iovlen = 1, .msg_control = &control,
            .msg_controllen = sizeof(control)};
    ssize_t count = recvmsg(connection->fd, &message, MSG_DONTWAIT);

    if (count < 0) {
        if (errno == EAGAIN || errno == EINTR) {
            return 0;
        }
        die("recvmsg on socket %zu", (size_t) (connection - connections));
    }
    *segment = segment_size(&message, (size_t) count);
    return (size_t) count;
}

static void ask(struct connection *connection) {
    uint32_t count = htonl(burst);
    struct iovec parts[] = {
        {.iov_base = &count, .iov_len = sizeof(count)},
        {.iov_base = (void *) next_message(connection), .iov_len = message_size}
    };
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

    if (sendmsg(connection->fd, &message, MSG_NOSIGNAL) != (ssize_t) (sizeof(count) + message_size)) {
        die("sendmsg on socket %zu", (size_t) (connection - connections));
    }
}

static int receive_burst(struct connection *connection) {
    size_t segment;
    size_t count;

    while ((count = receive_some(connection, &segment)) > 0) {
        if (segment != message_size || count % segment != 0) {
            errno = 0;
            die("datagrams of %u bytes were asked for, and %zu bytes came in pieces of %zu", message_size, count,
                    segment);
        }
        for (size_t position = 0; position < count; position += segment) {
            check_message(connection, in_buffer + position);
            connection->received++;
        }
        if (connection->received > burst) {
            errno = 0;
            die("%u datagrams were asked for, and more came", burst);
        }
        if (connection->received == burst) {
            return 1;
        }
    }
    return 0;
}

/* How many messages a request stands for is not known before it runs. */
struct mode udp_burst_mode = {
    .name = "udp-burst", .window = 1, .max_size = 32 * 1024,
    .open = open_for_bursts, .start = ask, .receive = receive_burst
};
