/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * The load generator: one thread, one epoll set, N connections, one message outstanding on each.
 *
 *   loadgen PORT CONNECTIONS SIZE
 *
 * It connects to 127.0.0.1:PORT, prints one line, and then obeys lines on its standard input:
 *
 *   run SECONDS     ping-pong for that long, then wait for the replies that are still on their way
 *   count MESSAGES  ping-pong exactly that many messages, spread evenly over the connections
 *   quit            (or end of input) close everything and exit
 *
 * Each of the first two is answered with one line of JSON. Between commands the connections stay open and silent, so
 * that whoever drives this can read the server's counters while nothing moves: what is counted is exact.
 *
 * It is in C and does as little as can be done per message (one recv, one send, one clock read, a share of an
 * epoll_wait), because a generator that costs more than the server measures itself.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_CONNECTIONS 65536
#define MAX_SIZE 65536
#define STALL_MILLIS 10000

/*
 * Latencies in nanoseconds, log-linear: exact below 256, above that 128 buckets for each power of two, so that a
 * percentile is at most 0.8 % off.
 */
#define SUB_BITS 7
#define SUB_BUCKETS (1 << SUB_BITS)
#define BUCKETS ((64 - SUB_BITS + 1) * SUB_BUCKETS)

struct connection {
    int fd;
    uint32_t received;
    uint64_t sequence;
    uint64_t sent_at;
    uint64_t quota;
};

static struct connection *connections;
static unsigned connection_count;
static unsigned message_size;
static int epoll_fd;
static struct epoll_event *events;
static unsigned char *out_buffer;
static unsigned char *in_buffers;
static uint64_t histogram[BUCKETS];

static void die(const char *format, ...) {
    int error = errno;
    va_list args;

    fputs("loadgen: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    if (error != 0) {
        fprintf(stderr, ": %s", strerror(error));
    }
    fputc('\n', stderr);
    exit(1);
}

static uint64_t clock_nanos(clockid_t clock) {
    struct timespec now;

    if (clock_gettime(clock, &now) != 0) {
        die("clock_gettime");
    }
    return (uint64_t) now.tv_sec * 1000000000u + (uint64_t) now.tv_nsec;
}

static unsigned bucket_of(uint64_t nanos) {
    unsigned shift;

    if (nanos < 2 * SUB_BUCKETS) {
        return (unsigned) nanos;
    }
    shift = 63u - (unsigned) __builtin_clzll(nanos) - SUB_BITS;
    return (shift << SUB_BITS) + (unsigned) (nanos >> shift);
}

/* The middle of a bucket's range. */
static uint64_t bucket_value(unsigned bucket) {
    unsigned shift;
    uint64_t lowest;

    if (bucket < 2 * SUB_BUCKETS) {
        return bucket;
    }
    shift = (bucket >> SUB_BITS) - 1;
    lowest = (uint64_t) (bucket - (shift << SUB_BITS)) << shift;
    return lowest + ((1ull << shift) >> 1);
}

static uint64_t percentile(uint64_t total, double fraction) {
    uint64_t wanted = (uint64_t) ((double) total * fraction);
    uint64_t seen = 0;

    for (unsigned i = 0; i < BUCKETS; i++) {
        seen += histogram[i];
        if (seen > wanted) {
            return bucket_value(i);
        }
    }
    for (unsigned i = BUCKETS; i-- > 0;) {
        if (histogram[i] != 0) {
            return bucket_value(i);
        }
    }
    return 0;
}

static unsigned parse(const char *text, const char *name, unsigned long max) {
    char *end;
    unsigned long value;

    errno = 0;
    value = strtoul(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value < 1 || value > max) {
        errno = 0;
        die("%s is '%s', but must be in 1..%lu", name, text, max);
    }
    return (unsigned) value;
}

static void raise_fd_limit(void) {
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        die("getrlimit");
    }
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        die("setrlimit");
    }
}

static void connect_all(unsigned port) {
    struct sockaddr_in address = {0};
    const int one = 1;

    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t) port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (unsigned i = 0; i < connection_count; i++) {
        struct epoll_event event = {0};
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        if (fd < 0) {
            die("socket %u of %u", i + 1, connection_count);
        }
        if (connect(fd, (struct sockaddr *) &address, sizeof(address)) != 0) {
            die("connecting %u of %u", i + 1, connection_count);
        }
        if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) != 0) {
            die("TCP_NODELAY");
        }
        connections[i].fd = fd;
        event.events = EPOLLIN;
        event.data.u32 = i;
        if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
            die("epoll_ctl");
        }
    }
}

/* Every message starts with its number, so that a lost, doubled or swapped reply does not go unnoticed. */
static void send_message(struct connection *connection, uint64_t now) {
    ssize_t sent;

    connection->sequence++;
    connection->sent_at = now;
    connection->received = 0;
    connection->quota--;
    memcpy(out_buffer, &connection->sequence, sizeof(connection->sequence));
    sent = send(connection->fd, out_buffer, message_size, MSG_NOSIGNAL);
    if (sent != (ssize_t) message_size) {
        die("send (%zd of %u bytes)", sent, message_size);
    }
}

static void check_reply(unsigned index, const unsigned char *reply) {
    uint64_t sequence;

    memcpy(&sequence, reply, sizeof(sequence));
    if (sequence != connections[index].sequence
            || memcmp(reply + sizeof(sequence), out_buffer + sizeof(sequence), message_size - sizeof(sequence)) != 0) {
        errno = 0;
        die("wrong reply on connection %u: message %" PRIu64 " was sent, %" PRIu64 " came back", index,
                connections[index].sequence, sequence);
    }
}

/* Reads what is there. Returns 1 when that completes the reply. */
static int receive(unsigned index) {
    struct connection *connection = &connections[index];
    unsigned char *buffer = in_buffers + (size_t) index * message_size;
    /* A byte more than the reply has would be a byte that nobody sent: it is left for the next check to find. */
    ssize_t count = recv(connection->fd, buffer + connection->received, message_size - connection->received,
            MSG_DONTWAIT);

    if (count < 0) {
        if (errno == EAGAIN || errno == EINTR) {
            return 0;
        }
        die("recv on connection %u", index);
    }
    if (count == 0) {
        errno = 0;
        die("the server closed connection %u", index);
    }
    connection->received += (uint32_t) count;
    if (connection->received < message_size) {
        return 0;
    }
    check_reply(index, buffer);
    return 1;
}

static void report(uint64_t messages, uint64_t elapsed, uint64_t cpu, uint64_t max) {
    printf("{\"messages\":%" PRIu64 ",\"elapsedNanos\":%" PRIu64 ",\"cpuNanos\":%" PRIu64 ",\"p50Nanos\":%" PRIu64
            ",\"p99Nanos\":%" PRIu64 ",\"p999Nanos\":%" PRIu64 ",\"maxNanos\":%" PRIu64 "}\n",
            messages, elapsed, cpu, percentile(messages, 0.5), percentile(messages, 0.99),
            percentile(messages, 0.999), max);
}

/* Runs until the deadline has passed or the quotas are used up, and every reply is in. */
static void exchange(uint64_t nanos) {
    uint64_t cpu_before = clock_nanos(CLOCK_PROCESS_CPUTIME_ID);
    uint64_t start = clock_nanos(CLOCK_MONOTONIC);
    uint64_t deadline = nanos == UINT64_MAX ? UINT64_MAX : start + nanos;
    uint64_t now = start;
    uint64_t messages = 0;
    uint64_t max = 0;
    unsigned outstanding = 0;

    memset(histogram, 0, sizeof(histogram));
    for (unsigned i = 0; i < connection_count; i++) {
        if (connections[i].quota > 0) {
            send_message(&connections[i], clock_nanos(CLOCK_MONOTONIC));
            outstanding++;
        }
    }
    while (outstanding > 0) {
        int ready = epoll_wait(epoll_fd, events, (int) connection_count, STALL_MILLIS);

        if (ready < 0) {
            if (errno == EINTR) {
                continue;
            }
            die("epoll_wait");
        }
        if (ready == 0) {
            errno = 0;
            die("no reply for %d ms, %u outstanding", STALL_MILLIS, outstanding);
        }
        for (int i = 0; i < ready; i++) {
            unsigned index = events[i].data.u32;
            struct connection *connection = &connections[index];
            uint64_t latency;

            if (!receive(index)) {
                continue;
            }
            now = clock_nanos(CLOCK_MONOTONIC);
            latency = now - connection->sent_at;
            histogram[bucket_of(latency)]++;
            if (latency > max) {
                max = latency;
            }
            messages++;
            if (connection->quota > 0 && now < deadline) {
                send_message(connection, now);
            } else {
                outstanding--;
            }
        }
    }
    report(messages, now - start, clock_nanos(CLOCK_PROCESS_CPUTIME_ID) - cpu_before, max);
}

static void obey(const char *line) {
    double seconds;
    unsigned long messages;
    char rest;

    if (sscanf(line, "run %lf %c", &seconds, &rest) == 1 && seconds > 0 && seconds <= 3600) {
        for (unsigned i = 0; i < connection_count; i++) {
            connections[i].quota = UINT64_MAX;
        }
        exchange((uint64_t) (seconds * 1e9));
    } else if (sscanf(line, "count %lu %c", &messages, &rest) == 1 && messages > 0) {
        for (unsigned i = 0; i < connection_count; i++) {
            connections[i].quota = messages / connection_count + (i < messages % connection_count);
        }
        exchange(UINT64_MAX);
    } else {
        errno = 0;
        die("cannot obey '%s'", line);
    }
}

int main(int argc, char **argv) {
    char line[128];

    if (argc != 4) {
        errno = 0;
        die("usage: loadgen PORT CONNECTIONS SIZE");
    }
    connection_count = parse(argv[2], "CONNECTIONS", MAX_CONNECTIONS);
    message_size = parse(argv[3], "SIZE", MAX_SIZE);
    if (message_size < sizeof(uint64_t)) {
        errno = 0;
        die("SIZE must be at least %zu, the length of a message's number", sizeof(uint64_t));
    }
    connections = calloc(connection_count, sizeof(*connections));
    events = calloc(connection_count, sizeof(*events));
    in_buffers = calloc(connection_count, message_size);
    out_buffer = malloc(message_size);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (connections == NULL || events == NULL || in_buffers == NULL || out_buffer == NULL || epoll_fd < 0) {
        die("start");
    }
    for (unsigned i = 0; i < message_size; i++) {
        out_buffer[i] = (unsigned char) (i * 7 + 1);
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    raise_fd_limit();
    connect_all(parse(argv[1], "PORT", 65535));
    printf("{\"connections\":%u}\n", connection_count);
    while (fgets(line, sizeof(line), stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strcmp(line, "quit") == 0) {
            break;
        }
        obey(line);
    }
    return 0;
}
