/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * The load generator: one thread, one epoll set, N connections, a fixed number of requests outstanding on each.
 *
 *   loadgen MODE ADDRESS CONNECTIONS SIZE
 *   loadgen check MODE      says, in one line of JSON, whether the mode can be used here
 *
 * MODE is one of those in modes[] below; each is described in the file of its name. It connects to ADDRESS, a port of
 * 127.0.0.1 or the path of a UNIX domain socket, prints one line, and then obeys lines on its standard input:
 *
 *   run SECONDS       send requests for that long, then wait for the replies that are still on their way
 *   run SECONDS RATE  the same of echo, so many a second on average, whether or not others are answered; see rate.c
 *   count MESSAGES    send exactly that many, spread evenly over the connections that the mode uses
 *
 * Each is answered with one line of JSON, and the end of its input is what ends it. Between commands the connections
 * stay open and silent, so that whoever drives this can read the server's counters while nothing moves: what is counted
 * is exact.
 *
 * It is in C and does as little as can be done per message (for echo one recv, one send, one clock read, a share of an
 * epoll_wait), because a generator that costs more than the server measures itself.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#include "loadgen.h"

#define MAX_CONNECTIONS 100000

struct connection *connections;
unsigned connection_count;
uint32_t message_size;
int thorough;

static const struct mode *const modes[] = {
    &echo_mode, &mostly_idle_mode, &echo10_mode, &stream_mode, &upload_mode, &tls_mode, &churn_mode, &udp_mode,
    &udp_burst_mode, &http_mode, &http_pipelined_mode
};
static const struct mode *mode;
static int epoll_fd;
struct epoll_event *events;

void watch(struct connection *connection) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};

    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, connection->fd, &event) != 0) {
        die("epoll_ctl");
    }
}

void watch_output(struct connection *connection, int wanted) {
    struct epoll_event event = {.events = wanted ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.ptr = connection};

    if (epoll_ctl(epoll_fd, EPOLL_CTL_MOD, connection->fd, &event) != 0) {
        die("epoll_ctl");
    }
}

static const struct mode *parse_mode(const char *name) {
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (strcmp(modes[i]->name, name) == 0) {
            return modes[i];
        }
    }
    errno = 0;
    die("there is no mode '%s'", name);
}

static void start(struct connection *connection, uint64_t now) {
    connection->sequence++;
    connection->quota--;
    connection->outstanding++;
    connection->sent_at[connection->sequence % MAX_WINDOW] = now;
    mode->start(connection);
}

void count_reply(struct load *load, uint64_t now, uint64_t asked_at) {
    uint64_t latency = now - asked_at;

    histogram_add(latency);
    if (latency > load->max_latency) {
        load->max_latency = latency;
    }
    load->replies++;
    load->end = now;
}

static unsigned batch(void) {
    return mode->batch == 0 ? 1 : mode->batch;
}

static void report(const struct load *load, uint64_t elapsed, uint64_t cpu, double rate) {
    uint64_t replies = load->replies;

    printf("{\"messages\":%" PRIu64 ",\"elapsedNanos\":%" PRIu64 ",\"cpuNanos\":%" PRIu64 ",\"p50Nanos\":%" PRIu64
            ",\"p99Nanos\":%" PRIu64 ",\"p999Nanos\":%" PRIu64 ",\"maxNanos\":%" PRIu64,
            replies * batch(), elapsed, cpu, histogram_percentile(replies, 0.5), histogram_percentile(replies, 0.99),
            histogram_percentile(replies, 0.999), load->max_latency);
    if (rate > 0) {
        printf(",\"rate\":%.3f,\"lateMessages\":%" PRIu64 ",\"maxLateNanos\":%" PRIu64, rate, load->late,
                load->max_late);
    }
    puts("}");
}

static unsigned start_all(void) {
    unsigned outstanding = 0;

    for (unsigned i = 0; i < connection_count; i++) {
        for (unsigned j = 0; j < mode->window && connections[i].quota > 0; j++) {
            start(&connections[i], clock_nanos(CLOCK_MONOTONIC));
            outstanding++;
        }
    }
    return outstanding;
}

int wait_for_events(int max, int millis) {
    int ready;

    do {
        ready = epoll_wait(epoll_fd, events, max, millis);
    } while (ready < 0 && errno == EINTR);
    if (ready < 0) {
        die("epoll_wait");
    }
    return ready;
}

static int await_replies(unsigned outstanding) {
    int ready = wait_for_events((int) connection_count, STALL_MILLIS);

    if (ready == 0) {
        errno = 0;
        die("no reply for %d ms, %u outstanding", STALL_MILLIS, outstanding);
    }
    return ready;
}

/* Runs until the deadline has passed or the quotas are used up, and every reply is in. */
static void closed_loop(struct load *load, uint64_t deadline) {
    unsigned outstanding = start_all();

    while (outstanding > 0) {
        int ready = await_replies(outstanding);

        for (int i = 0; i < ready; i++) {
            struct connection *connection = events[i].data.ptr;
            uint64_t now;

            if (!mode->receive(connection)) {
                continue;
            }
            now = clock_nanos(CLOCK_MONOTONIC);
            count_reply(load, now, connection->sent_at[oldest(connection) % MAX_WINDOW]);
            connection->outstanding--;
            if (connection->quota > 0 && now < deadline) {
                start(connection, now);
            } else {
                outstanding--;
            }
        }
    }
}

/* Puts load on the server for that long, or until the quotas are used up; with a rate, in an open loop. */
static void exchange(uint64_t nanos, double rate) {
    struct load load = {0};
    uint64_t cpu_before = clock_nanos(CLOCK_PROCESS_CPUTIME_ID);
    uint64_t begin = clock_nanos(CLOCK_MONOTONIC);
    uint64_t cpu;

    load.end = begin;
    histogram_clear();
    if (rate > 0) {
        open_loop(&load, (double) nanos, rate);
    } else {
        closed_loop(&load, nanos == UINT64_MAX ? UINT64_MAX : begin + nanos);
    }
    cpu = clock_nanos(CLOCK_PROCESS_CPUTIME_ID) - cpu_before;
    if (mode->settle != NULL) {
        mode->settle();
    }
    report(&load, load.end - begin, cpu, rate);
}

static unsigned busy_connections(void) {
    return mode->busy != 0 && mode->busy < connection_count ? mode->busy : connection_count;
}

static void obey(const char *line) {
    double seconds;
    double rate;
    unsigned long messages;
    char rest;

    if (sscanf(line, "run %lf %c", &seconds, &rest) == 1 && seconds > 0 && seconds <= 3600) {
        for (unsigned i = 0; i < busy_connections(); i++) {
            connections[i].quota = UINT64_MAX;
        }
        thorough = 0;
        exchange((uint64_t) (seconds * 1e9), 0);
    } else if (mode == &echo_mode && sscanf(line, "run %lf %lf %c", &seconds, &rate, &rest) == 2 && seconds > 0
            && seconds <= 3600 && rate > 0) {
        thorough = 0;
        exchange((uint64_t) (seconds * 1e9), rate);
    } else if (sscanf(line, "count %lu %c", &messages, &rest) == 1 && messages > 0) {
        unsigned busy = busy_connections();
        unsigned long requests = messages / batch();

        if (messages % batch() != 0) {
            errno = 0;
            die("%lu messages cannot be sent %u at a time", messages, batch());
        }
        for (unsigned i = 0; i < busy; i++) {
            connections[i].quota = requests / busy + (i < requests % busy);
        }
        thorough = 1;
        exchange(UINT64_MAX, 0);
    } else {
        errno = 0;
        die("cannot obey '%s'", line);
    }
}

static int check(const struct mode *wanted) {
    const char *problem = wanted->unusable == NULL ? NULL : wanted->unusable();

    if (problem == NULL) {
        puts("{}");
    } else {
        printf("{\"unusable\":\"%s\"}\n", problem);
    }
    return 0;
}

int main(int argc, char **argv) {
    char line[128];

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 3 && strcmp(argv[1], "check") == 0) {
        return check(parse_mode(argv[2]));
    }
    if (argc != 5) {
        errno = 0;
        die("usage: loadgen MODE ADDRESS CONNECTIONS SIZE");
    }
    mode = parse_mode(argv[1]);
    set_server(argv[2]);
    connection_count = parse(argv[3], "CONNECTIONS", MAX_CONNECTIONS);
    message_size = parse(argv[4], "SIZE", mode->max_size);
    connections = allocate(connection_count, sizeof(*connections));
    events = allocate(connection_count, sizeof(*events));
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0) {
        die("epoll_create1");
    }
    allow_sockets(connection_count);
    mode->open();
    printf("{\"connections\":%u}\n", connection_count);
    while (fgets(line, sizeof(line), stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        obey(line);
    }
    return 0;
}
