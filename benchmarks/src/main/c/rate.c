/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Open loop: messages that arrive at random times (a Poisson process), each for a random connection, whether or not
 * those before it are answered. Latency counts from the time a message arrives by the plan, so a server that pauses
 * delays all that arrive meanwhile, and none is left out because its connection had to wait. It counts from there as
 * well if we are late ourselves; how late we were is told beside it.
 *
 * We do not sleep between arrivals: what it takes to wake us up would be in the latencies, and be more than they are.
 * Whatever else is to run on our core gets it whenever we have nothing to do.
 *
 * The random numbers are always the same, and go on from where the run before left off, so those who are compared get
 * the same arrivals.
 */
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "loadgen.h"

/* A message that we send so much after its time was late. */
#define LATE_NANOS 50000
/* How many arrivals, or replies, are dealt with before we look at the others. */
#define AT_ONCE 16
/* Where there are too many messages a load takes longer than it should, but this many times longer leads nowhere. */
#define PATIENCE 4

/* The messages of a connection that have arrived and are not answered: the kernel has some, and may have no room. */
struct queue {
    /* When they arrived, by their number modulo capacity, which is a power of two. */
    uint64_t *times;
    uint64_t capacity;
    /* The number of the last. */
    uint64_t arrived;
    /* Of the first that the kernel does not have. */
    uint32_t sent_bytes;
    int blocked;
};

static struct queue *queues;
static uint64_t unanswered;

/* The time between two arrivals is exponentially distributed. */
static double next_gap(double mean) {
    return -log(1 - drand48()) * mean;
}

static void grow(struct queue *queue, uint64_t first) {
    uint64_t capacity = queue->capacity * 2;
    uint64_t *times = allocate(capacity, sizeof(*times));

    for (uint64_t i = first; i < queue->arrived; i++) {
        times[i % capacity] = queue->times[i % queue->capacity];
    }
    free(queue->times);
    queue->times = times;
    queue->capacity = capacity;
}

static void send_queued(struct connection *connection, struct queue *queue) {
    while (connection->sequence < queue->arrived) {
        const unsigned char *message = numbered_message(connection->sequence + 1);
        ssize_t sent = send(connection->fd, message + queue->sent_bytes, message_size - queue->sent_bytes,
                MSG_DONTWAIT | MSG_NOSIGNAL);

        if (sent < 0 && errno == EAGAIN) {
            if (!queue->blocked) {
                queue->blocked = 1;
                watch_output(connection, 1);
            }
            return;
        }
        if (sent < 0) {
            die("send on connection %zu", (size_t) (connection - connections));
        }
        queue->sent_bytes += (uint32_t) sent;
        if (queue->sent_bytes == message_size) {
            queue->sent_bytes = 0;
            connection->sequence++;
            connection->outstanding++;
        }
    }
    if (queue->blocked) {
        queue->blocked = 0;
        watch_output(connection, 0);
    }
}

static void arrive(struct load *load, uint64_t due, uint64_t now) {
    size_t index = (size_t) (drand48() * connection_count);
    struct connection *connection = &connections[index];
    struct queue *queue = &queues[index];
    uint64_t first = oldest(connection);

    queue->arrived++;
    if (queue->arrived - first == queue->capacity) {
        grow(queue, first);
    }
    queue->times[queue->arrived % queue->capacity] = due;
    unanswered++;
    if (now - due > load->max_late) {
        load->max_late = now - due;
    }
    load->late += now - due > LATE_NANOS;
    if (!queue->blocked) {
        send_queued(connection, queue);
    }
}

/* Returns how many arrived. */
static int arrive_some(struct load *load, uint64_t begin, double *next, double end, double mean) {
    int arrived = 0;

    while (arrived < AT_ONCE && *next < end) {
        uint64_t due = begin + (uint64_t) *next;
        uint64_t now = clock_nanos(CLOCK_MONOTONIC);

        if (now < due) {
            break;
        }
        arrive(load, due, now);
        *next += next_gap(mean);
        arrived++;
    }
    return arrived;
}

/* What is left makes the connection ready again. */
static void receive_some(struct load *load, struct connection *connection, const struct queue *queue) {
    for (int i = 0; i < AT_ONCE && connection->outstanding > 0 && receive_message(connection); i++) {
        uint64_t now = clock_nanos(CLOCK_MONOTONIC);

        connection->received = 0;
        count_reply(load, now, queue->times[oldest(connection) % queue->capacity]);
        connection->outstanding--;
        unanswered--;
    }
}

static void prepare(void) {
    if (queues == NULL) {
        srand48(20261129);
        queues = allocate(connection_count, sizeof(*queues));
        for (unsigned i = 0; i < connection_count; i++) {
            queues[i].capacity = AT_ONCE;
            queues[i].times = allocate(AT_ONCE, sizeof(uint64_t));
        }
    }
    for (unsigned i = 0; i < connection_count; i++) {
        queues[i].arrived = connections[i].sequence;
        /* The last reply of a closed loop may have left it as it was. */
        connections[i].received = 0;
    }
}

void open_loop(struct load *load, double nanos, double rate) {
    const double mean = 1e9 / rate;
    const uint64_t begin = clock_nanos(CLOCK_MONOTONIC);
    const uint64_t patience = begin + PATIENCE * (uint64_t) nanos + STALL_MILLIS * 1000000ull;
    double next;

    prepare();
    next = next_gap(mean);
    while (next < nanos || unanswered > 0) {
        int busy = arrive_some(load, begin, &next, nanos, mean);
        int ready = wait_for_events(AT_ONCE, 0);

        for (int i = 0; i < ready; i++) {
            struct connection *connection = events[i].data.ptr;
            struct queue *queue = &queues[connection - connections];

            receive_some(load, connection, queue);
            if (queue->blocked) {
                send_queued(connection, queue);
            }
        }
        if (clock_nanos(CLOCK_MONOTONIC) > patience) {
            errno = 0;
            die("%.0f messages a second, sent for %.3f s, are not answered after %d times that and %d ms: choose fewer",
                    rate, nanos / 1e9, PATIENCE, STALL_MILLIS);
        }
        if (busy + ready == 0) {
            sched_yield();
        }
    }
}
