/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * The limit server on epoll: edge-triggered, so that no socket is asked again whether it is ready, and every socket
 * is registered once for all that it may need. A message takes one recv, one send and its share of an epoll_wait.
 */
#define _GNU_SOURCE
#include "limit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_EVENTS 1024
#define BUFFER_SIZE 65536
/* After one of these more is to be read than data: an end or an error. */
#define ENDING (EPOLLRDHUP | EPOLLHUP | EPOLLERR)

struct connection {
    int fd;
    /* The ENDING events that were seen. */
    uint32_t ending;
    /* What the peer had no room for yet: nothing is read until it has gone. */
    unsigned char *held;
    size_t held_length;
    size_t held_sent;
};

static int epoll_fd;
static unsigned char buffer[BUFFER_SIZE];
/* What tells the other two kinds of events from those of a connection. */
static struct connection listener;
static struct connection control;

static void watch(struct connection *connection, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = connection};

    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, connection->fd, &event) != 0) {
        die("epoll_ctl");
    }
}

static void accept_all(void) {
    for (;;) {
        struct connection *connection;
        int fd = accept4(listener.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd < 0) {
            if (errno == EAGAIN) {
                return;
            }
            if (errno == ECONNABORTED || errno == EINTR) {
                continue;
            }
            die("accept4");
        }
        connection = allocate(1, sizeof(*connection));
        connection->fd = fd;
        watch(connection, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
    }
}

static void drop(struct connection *connection) {
    if (close(connection->fd) != 0) {
        die("close");
    }
    free(connection->held);
    free(connection);
}

/* Returns how many bytes went, which are fewer when there is no room for more, or -1 when the connection is gone. */
static ssize_t send_some(const struct connection *connection, const unsigned char *bytes, size_t length) {
    ssize_t sent = send(connection->fd, bytes, length, MSG_NOSIGNAL);

    if (sent >= 0) {
        return sent;
    }
    return errno == EAGAIN ? 0 : -1;
}

/* Returns 1 when nothing is held any more, 0 when there is no room, -1 when the connection is gone. */
static int send_held(struct connection *connection) {
    while (connection->held != NULL) {
        ssize_t sent = send_some(connection, connection->held + connection->held_sent,
                connection->held_length - connection->held_sent);

        if (sent <= 0) {
            return (int) sent;
        }
        connection->held_sent += (size_t) sent;
        if (connection->held_sent == connection->held_length) {
            free(connection->held);
            connection->held = NULL;
        }
    }
    return 1;
}

static void hold(struct connection *connection, const unsigned char *bytes, size_t length) {
    connection->held = allocate(1, length);
    connection->held_length = length;
    connection->held_sent = 0;
    memcpy(connection->held, bytes, length);
}

/* Echoes what is there. Returns 0 when the connection is over. */
static int echo(struct connection *connection) {
    for (;;) {
        int room = send_held(connection);
        ssize_t count;
        ssize_t sent;

        if (room <= 0) {
            return room == 0;
        }
        count = recv(connection->fd, buffer, sizeof(buffer), 0);
        if (count <= 0) {
            return count < 0 && errno == EAGAIN;
        }
        sent = send_some(connection, buffer, (size_t) count);
        if (sent < 0) {
            return 0;
        }
        if (sent < count) {
            hold(connection, buffer + sent, (size_t) (count - sent));
        } else if (count < (ssize_t) sizeof(buffer) && connection->ending == 0) {
            /* That was all, and what comes now is a new event. */
            return 1;
        }
    }
}

int main(int argc, char **argv) {
    struct epoll_event events[MAX_EVENTS];

    limit_begin(argc, argv);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0) {
        die("epoll_create1");
    }
    control.fd = STDIN_FILENO;
    watch(&control, EPOLLIN);
    listener.fd = limit_listen(SOCK_NONBLOCK);
    watch(&listener, EPOLLIN | EPOLLET);
    for (;;) {
        int ready = epoll_wait(epoll_fd, events, MAX_EVENTS, -1);

        if (ready < 0 && errno != EINTR) {
            die("epoll_wait");
        }
        for (int i = 0; i < ready; i++) {
            struct connection *connection = events[i].data.ptr;

            if (connection == &control) {
                if (!limit_obey()) {
                    return 0;
                }
            } else if (connection == &listener) {
                accept_all();
            } else {
                connection->ending |= events[i].events & ENDING;
                if (!echo(connection)) {
                    drop(connection);
                }
            }
        }
    }
}
