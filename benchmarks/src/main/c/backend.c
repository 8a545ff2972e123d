/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * The server behind a proxy: it echoes what comes in, one thread with one epoll set, and shares the generator's core.
 *
 *   loadgen backend
 *
 * It prints the port that it listens on as a line of JSON, and ends when its standard input does. Its clients are the
 * measured servers, which the generator asks for no more than one small message at a time on each connection.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loadgen.h"

#define BACKLOG 4096
#define EVENTS 512
#define BUFFER_SIZE 65536

static int epoll_fd;

static void watch_input(int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
        die("epoll_ctl");
    }
}

static int listen_anywhere(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *) &address, sizeof(address)) != 0 || listen(fd, BACKLOG) != 0
            || getsockname(fd, (struct sockaddr *) &address, &length) != 0) {
        die("opening the backend's socket");
    }
    printf("{\"port\":%u}\n", ntohs(address.sin_port));
    return fd;
}

static void accept_all(int listener) {
    int fd;

    while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        no_delay(fd);
        watch_input(fd);
    }
    if (errno != EAGAIN) {
        die("accept");
    }
}

static void echo(int fd) {
    static unsigned char buffer[BUFFER_SIZE];
    ssize_t count = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);

    if (count > 0) {
        ssize_t sent = send(fd, buffer, (size_t) count, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (sent != count) {
            die("send (%zd of %zd bytes)", sent, count);
        }
    } else if (count == 0 || errno == ECONNRESET) {
        /* A server that has ended takes its connections with it. */
        close(fd);
    } else if (errno != EAGAIN && errno != EINTR) {
        die("recv");
    }
}

int serve_as_backend(void) {
    struct epoll_event events[EVENTS];
    int listener;

    allow_all_sockets();
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0) {
        die("epoll_create1");
    }
    listener = listen_anywhere();
    watch_input(listener);
    watch_input(STDIN_FILENO);
    for (;;) {
        int ready = epoll_wait(epoll_fd, events, EVENTS, -1);

        if (ready < 0 && errno != EINTR) {
            die("epoll_wait");
        }
        for (int i = 0; i < ready; i++) {
            if (events[i].data.fd == STDIN_FILENO) {
                /* Nobody has anything to say to it: this is the end of its input. */
                return 0;
            }
            if (events[i].data.fd == listener) {
                accept_all(listener);
            } else {
                echo(events[i].data.fd);
            }
        }
    }
}
