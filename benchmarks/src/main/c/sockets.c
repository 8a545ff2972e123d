/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Sockets, and the addresses that they come from and go to.
 *
 * There are some 28,000 ports to connect from, for one source address and one destination. All of 127.0.0.0/8 is the
 * machine's own, so a connection that may find no port of one address takes the next: 127.1.0.0 and on.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "loadgen.h"

#define FIRST_SOURCE 0x7F010000u
/* The kernel searches for an unused port; it finds one soon while every other is. */
#define SOCKETS_PER_SOURCE 8192
/* Standard streams, the epoll set, and some to spare. */
#define OTHER_FILES 16

static struct sockaddr_in server;
/* Where the server's address is a path, its family is AF_UNIX. */
static struct sockaddr_un server_path;

void set_server(const char *address) {
    size_t length = strlen(address);

    if (address[0] != '/') {
        server.sin_family = AF_INET;
        server.sin_port = htons((uint16_t) parse(address, "ADDRESS", 65535));
        server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    } else if (length < sizeof(server_path.sun_path)) {
        server_path.sun_family = AF_UNIX;
        memcpy(server_path.sun_path, address, length + 1);
    } else {
        errno = 0;
        die("the path '%s' is too long for a socket", address);
    }
}

static int connected_to_path(int type) {
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        die("socket");
    }
    if (connect(fd, (struct sockaddr *) &server_path, sizeof(server_path)) != 0) {
        die("connecting to %s", server_path.sun_path);
    }
    return fd;
}

void allow_sockets(unsigned count) {
    unsigned allowed = raise_file_limit(count + OTHER_FILES);

    if (allowed < count + OTHER_FILES) {
        errno = 0;
        die("%u sockets need %u open files, but only %u are allowed: raise the limit (ulimit -n)", count,
                count + OTHER_FILES, allowed);
    }
}

int connected_from(int type, unsigned source_number) {
    const int one = 1;
    struct sockaddr_in source = {.sin_family = AF_INET};
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        die("socket");
    }
    source.sin_addr.s_addr = htonl(FIRST_SOURCE + source_number);
    /* The port is then chosen when the destination is known, and needs to be unused for that destination only. */
    if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one)) != 0) {
        die("IP_BIND_ADDRESS_NO_PORT");
    }
    if (bind(fd, (struct sockaddr *) &source, sizeof(source)) != 0) {
        die("binding to %s", inet_ntoa(source.sin_addr));
    }
    if (connect(fd, (struct sockaddr *) &server, sizeof(server)) != 0) {
        die("connecting from %s", inet_ntoa(source.sin_addr));
    }
    return fd;
}

int connected_socket(int type, unsigned index) {
    return server_path.sun_family == AF_UNIX ? connected_to_path(type)
            : connected_from(type, index / SOCKETS_PER_SOURCE);
}

/* Does nothing to a socket that knows no delay. */
static void no_delay(int fd) {
    const int one = 1;

    if (server_path.sun_family == AF_UNIX) {
        return;
    }
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) != 0) {
        die("TCP_NODELAY");
    }
}

void open_streams(void) {
    for (unsigned i = 0; i < connection_count; i++) {
        connections[i].fd = connected_socket(SOCK_STREAM, i);
        no_delay(connections[i].fd);
        watch(&connections[i]);
    }
}

int has_come(const struct connection *connection, ssize_t count) {
    size_t index = (size_t) (connection - connections);

    if (count < 0) {
        if (errno == EAGAIN || errno == EINTR) {
            return 0;
        }
        die("recv on connection %zu", index);
    }
    if (count == 0) {
        errno = 0;
        die("the server closed connection %zu", index);
    }
    return 1;
}

int receive_bytes(struct connection *connection, unsigned char *buffer, uint32_t size) {
    /* A byte more than the reply has would be a byte that nobody sent: it is left for the next check to find. */
    ssize_t count = recv(connection->fd, buffer + connection->received, size - connection->received, MSG_DONTWAIT);

    if (!has_come(connection, count)) {
        return 0;
    }
    connection->received += (uint32_t) count;
    return connection->received == size;
}
