/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * The limit servers: how fast can a single thread echo on this machine when no JVM, no pipeline and no buffer
 * management stand between it and the kernel?
 *
 *   limit-epoll SERVICE
 *   limit-uring SERVICE
 *
 * Both are driven as the servers in Java are, by a line of command and a line of JSON: see BenchmarkServer.java. There
 * is one thread for everything, so the kernel need not protect the table of open files; commands come between loads.
 */
#define _GNU_SOURCE
#include "limit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BACKLOG 4096

/* That a message is read on demand changes nothing here: a server in C reads when it wants to. */
static const char *const services[] = {"echo", "ondemand", "ondemand-inline", "churn", "rate"};

void limit_unavailable(const char *why) {
    printf("{\"unavailable\":\"%s\"}\n", why);
    exit(0);
}

static int is_echo(const char *service) {
    for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
        if (strcmp(services[i], service) == 0) {
            return 1;
        }
    }
    return 0;
}

unsigned limit_begin(int argc, char **argv) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc != 2) {
        errno = 0;
        die("usage: %s SERVICE", argv[0]);
    }
    if (!is_echo(argv[1])) {
        limit_unavailable("it does nothing but echo over TCP");
    }
    return raise_file_limit(MAX_FILES);
}

int limit_listen(int type) {
    const int one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | type, 0);

    if (fd < 0) {
        die("socket");
    }
    /* As in Netty, where it is the default. Connections get it from the socket that accepted them. */
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) != 0) {
        die("TCP_NODELAY");
    }
    if (bind(fd, (struct sockaddr *) &address, length) != 0 || listen(fd, BACKLOG) != 0
            || getsockname(fd, (struct sockaddr *) &address, &length) != 0) {
        die("listening");
    }
    printf("{\"port\":%u,\"loopThreads\":[%ld]}\n", ntohs(address.sin_port), syscall(SYS_gettid));
    return fd;
}

static void obey(const char *command) {
    if (strcmp(command, "stats") != 0) {
        errno = 0;
        die("cannot obey '%s'", command);
    }
    /* It allocates nothing per message, neither on a heap that is collected nor elsewhere. */
    printf("{\"processCpuNanos\":%" PRIu64 ",\"loopCpuNanos\":%" PRIu64 ",\"loopAllocatedBytes\":0}\n",
            clock_nanos(CLOCK_PROCESS_CPUTIME_ID), clock_nanos(CLOCK_THREAD_CPUTIME_ID));
}

int limit_obey(void) {
    static char text[128];
    static size_t length;
    ssize_t count = read(STDIN_FILENO, text + length, sizeof(text) - length);
    char *end;

    if (count < 0) {
        die("reading commands");
    }
    if (count == 0) {
        return 0;
    }
    length += (size_t) count;
    while ((end = memchr(text, '\n', length)) != NULL) {
        *end = '\0';
        obey(text);
        length -= (size_t) (end + 1 - text);
        memmove(text, end + 1, length);
    }
    if (length == sizeof(text)) {
        errno = 0;
        die("a command is too long");
    }
    return 1;
}
