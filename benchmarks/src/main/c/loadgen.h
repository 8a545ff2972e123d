/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/* What the parts of the load generator share; see loadgen.c for what it is. */
#ifndef LOADGEN_H
#define LOADGEN_H

#include <stdint.h>
#include <sys/types.h>

#include "util.h"

#define STALL_MILLIS 10000
#define MAX_WINDOW 2

struct connection {
    /* -1 when there is none: a client of churn between two loads. */
    int fd;
    /* Replies that are still to come. */
    unsigned outstanding;
    /* Of the reply that is coming in. */
    uint32_t received;
    /* The number of the last request that was sent. */
    uint64_t sequence;
    /* How many requests may still be sent. */
    uint64_t quota;
    /* When the outstanding requests were sent, by their number modulo MAX_WINDOW. */
    uint64_t sent_at[MAX_WINDOW];
};

/* One way to put load on a server. The unit that is counted and timed is one request and its reply. */
struct mode {
    const char *name;
    /* Requests outstanding on each connection. */
    unsigned window;
    uint32_t max_size;
    /* How many messages one request and its reply are; 0 stands for 1. */
    unsigned batch;
    /* On how many of the connections requests are sent; 0 stands for all. */
    unsigned busy;
    /* Says why the mode cannot be used here, or returns NULL; may be NULL. */
    const char *(*unusable)(void);
    /* Opens all connections, and allocates what the mode needs. */
    void (*open)(void);
    /* Sends one request. */
    void (*start)(struct connection *connection);
    /* Reads what is there, and sends what could not be sent before. Returns 1 when a reply is complete. */
    int (*receive)(struct connection *connection);
    /* Called after a load, for what must be over before the server is quiet; may be NULL. */
    void (*settle)(void);
};

/* What is told of a load. */
struct load {
    uint64_t replies;
    uint64_t max_latency;
    /* When the last reply came. */
    uint64_t end;
    /* Of an open loop: how many messages were sent after their time, and how long after it at most. */
    uint64_t late;
    uint64_t max_late;
};

extern const struct mode echo_mode;
extern const struct mode mostly_idle_mode;
extern const struct mode echo10_mode;
extern const struct mode stream_mode;
extern const struct mode upload_mode;
extern const struct mode tls_mode;
extern const struct mode churn_mode;
extern const struct mode udp_mode;
extern struct mode udp_burst_mode;
extern const struct mode http_mode;
extern const struct mode http_pipelined_mode;

extern struct connection *connections;
extern unsigned connection_count;
/* Of a message that is echoed, or of the reply that is streamed. */
extern uint32_t message_size;
/* Whether every byte of a reply is to be looked at, whatever that costs. */
extern int thorough;
extern struct epoll_event *events;

/* Where to connect to: a port of 127.0.0.1, or the path of a UNIX domain socket. */
void set_server(const char *address);
/* Has the kernel allow us that many sockets, or ends with a text for the user. */
void allow_sockets(unsigned count);
/* A socket that is connected to the server, as one of many that stay open. */
int connected_socket(int type, unsigned index);
/* A socket that is connected to the server, over TCP or UDP, from the source address of that number. */
int connected_from(int type, unsigned source_number);
/* Has the connection's fd watched for input. */
void watch(struct connection *connection);
/* Whether it is watched for room to send in, too. */
void watch_output(struct connection *connection, int wanted);

/* Waits until some of the connections are ready, and returns how many, which are in events. */
int wait_for_events(int max, int millis);

/* The number of the oldest request that is not answered. Replies come in order, so the next is to that one. */
static inline uint64_t oldest(const struct connection *connection) {
    return connection->sequence + 1 - connection->outstanding;
}

/* That a reply came to what was asked for at that time. */
void count_reply(struct load *load, uint64_t now, uint64_t asked_at);
/* Sends echoes at random times, so many a second on average; see rate.c. */
void open_loop(struct load *load, double nanos, double rate);

/* Opens and watches all connections, for a mode whose connections are streams that stay open. */
void open_streams(void);
/* Whether that many bytes, as recv() says, are some; if they never will be, ends the process. */
int has_come(const struct connection *connection, ssize_t count);
/* Reads what is there of a reply. Returns 1 when all of it is in the buffer. */
int receive_bytes(struct connection *connection, unsigned char *buffer, uint32_t size);

/* The echo of messages, which several modes use. */
void allocate_messages(void);
/* The message of that number; good until the next is asked for. */
const unsigned char *numbered_message(uint64_t number);
/* The message whose turn it is; good until the next is asked for. */
const unsigned char *next_message(struct connection *connection);
void send_message(struct connection *connection);
void check_message(const struct connection *connection, const unsigned char *reply);
int receive_message(struct connection *connection);

void histogram_clear(void);
void histogram_add(uint64_t nanos);
uint64_t histogram_percentile(uint64_t total, double fraction);

#endif
