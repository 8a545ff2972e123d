/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * The limit server on io_uring: connections are accepted and data is received without asking again (multishot), into
 * buffers that the kernel takes from a ring, and the sends are submitted together by the call that waits for what
 * comes next. A message's share of a system call is small.
 */
#include "limit.h"
#include "ring.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* A buffer comes back with the turn after that which filled it, and the kernel fills few in a turn (some 40). */
#define BUFFERS 256
/* No power of two, lest all buffers begin in the same few sets of the cache. */
#define BUFFER_SIZE (2048 + 64)
#define GROUP 0
#define NONE (-1)
/* A connection that has so many buffers to send receives nothing more until they are sent: its peer does not read. */
#define MANY 16

enum operation {ACCEPT, RECEIVE, SEND, CLOSE, CANCEL, COMMAND};

struct connection {
    /* Buffers to be sent, in order, of which the first is on its way when sending is set; NONE when there are none. */
    int first;
    int last;
    unsigned count;
    unsigned char receiving;
    /* Receiving is to be stopped, or has been, and is to go on when nothing is left to be sent. */
    unsigned char paused;
    unsigned char sending;
    /* Nothing can be sent any more. */
    unsigned char broken;
};

/* By file descriptor. */
static struct connection *connections;
static int listener;

static struct io_uring_buf_ring *buffer_ring;
static unsigned short buffer_tail;
static unsigned char memory[BUFFERS][BUFFER_SIZE] __attribute__((aligned(64)));
static int next_buffer[BUFFERS];
static int lengths[BUFFERS];

static uint64_t user_data(enum operation operation, int fd) {
    return (uint64_t) operation << 32 | (uint32_t) fd;
}

static struct io_uring_sqe *prepare(enum operation operation, unsigned char opcode, int fd) {
    struct io_uring_sqe *sqe = ring_next_sqe();

    sqe->opcode = opcode;
    sqe->fd = fd;
    sqe->user_data = user_data(operation, fd);
    return sqe;
}

static void start_accepting(void) {
    struct io_uring_sqe *sqe = prepare(ACCEPT, IORING_OP_ACCEPT, listener);

    sqe->ioprio = IORING_ACCEPT_MULTISHOT;
    sqe->accept_flags = SOCK_CLOEXEC;
}

static void start_receiving(int fd) {
    struct io_uring_sqe *sqe = prepare(RECEIVE, IORING_OP_RECV, fd);

    sqe->ioprio = IORING_RECV_MULTISHOT;
    sqe->flags = IOSQE_BUFFER_SELECT;
    sqe->buf_group = GROUP;
    connections[fd].receiving = 1;
}

static void pause_receiving(int fd) {
    struct io_uring_sqe *sqe = prepare(CANCEL, IORING_OP_ASYNC_CANCEL, NONE);

    sqe->addr = user_data(RECEIVE, fd);
    sqe->flags = IOSQE_CQE_SKIP_SUCCESS;
    connections[fd].paused = 1;
}

static void await_command(void) {
    prepare(COMMAND, IORING_OP_POLL_ADD, STDIN_FILENO)->poll32_events = POLLIN;
}

/* Its use by the kernel begins when the tail is published. */
static void give_back(int buffer) {
    struct io_uring_buf *entry = &buffer_ring->bufs[buffer_tail & (BUFFERS - 1)];

    entry->addr = (uint64_t) (uintptr_t) memory[buffer];
    entry->len = BUFFER_SIZE;
    entry->bid = (unsigned short) buffer;
    buffer_tail++;
}

static void publish_buffers(void) {
    __atomic_store_n(&buffer_ring->tail, buffer_tail, __ATOMIC_RELEASE);
}

static void append(struct connection *connection, int buffer, int length) {
    lengths[buffer] = length;
    next_buffer[buffer] = NONE;
    if (connection->first == NONE) {
        connection->first = buffer;
    } else {
        next_buffer[connection->last] = buffer;
    }
    connection->last = buffer;
    connection->count++;
}

static void remove_first(struct connection *connection) {
    int buffer = connection->first;

    connection->first = next_buffer[buffer];
    connection->count--;
    give_back(buffer);
}

/* Sends what there is to be sent, one buffer after the other, and closes when nothing can come any more. */
static void proceed(int fd) {
    struct connection *connection = &connections[fd];

    if (connection->sending) {
        return;
    }
    while (connection->broken && connection->first != NONE) {
        remove_first(connection);
    }
    if (connection->first != NONE) {
        struct io_uring_sqe *sqe = prepare(SEND, IORING_OP_SEND, fd);

        sqe->addr = (uint64_t) (uintptr_t) memory[connection->first];
        sqe->len = (uint32_t) lengths[connection->first];
        /* The kernel goes on until all of it is sent. */
        sqe->msg_flags = MSG_NOSIGNAL | MSG_WAITALL;
        connection->sending = 1;
    } else if (connection->receiving) {
        return;
    } else if (connection->paused) {
        connection->paused = 0;
        start_receiving(fd);
    } else {
        prepare(CLOSE, IORING_OP_CLOSE, fd)->flags = IOSQE_CQE_SKIP_SUCCESS;
    }
}

static void accepted(const struct io_uring_cqe *cqe) {
    if (!(cqe->flags & IORING_CQE_F_MORE)) {
        start_accepting();
    }
    if (cqe->res >= 0) {
        connections[cqe->res] = (struct connection) {.first = NONE};
        start_receiving(cqe->res);
    } else if (cqe->res != -ECONNABORTED) {
        errno = -cqe->res;
        die("accept");
    }
}

static void received(int fd, const struct io_uring_cqe *cqe) {
    struct connection *connection = &connections[fd];

    if (cqe->flags & IORING_CQE_F_BUFFER) {
        int buffer = (int) (cqe->flags >> IORING_CQE_BUFFER_SHIFT);

        if (cqe->res > 0) {
            append(connection, buffer, cqe->res);
        } else {
            give_back(buffer);
        }
    }
    if (!(cqe->flags & IORING_CQE_F_MORE)) {
        connection->receiving = 0;
        /* It may have ended at our wish, for lack of buffers or of room for completions, not with the connection. */
        connection->paused = cqe->res > 0 || cqe->res == -ENOBUFS || cqe->res == -ECANCELED;
    } else if (connection->count >= MANY && !connection->paused) {
        pause_receiving(fd);
    }
    proceed(fd);
}

static void sent(int fd, int result) {
    struct connection *connection = &connections[fd];

    connection->sending = 0;
    /* A connection that is broken ends its receiving, too. */
    connection->broken |= result != lengths[connection->first];
    remove_first(connection);
    proceed(fd);
}

/* Returns 0 when the server is to end. */
static int completed(const struct io_uring_cqe *cqe) {
    int fd = (int) (uint32_t) cqe->user_data;

    switch ((enum operation) (cqe->user_data >> 32)) {
        case RECEIVE:
            received(fd, cqe);
            return 1;
        case SEND:
            sent(fd, cqe->res);
            return 1;
        case ACCEPT:
            accepted(cqe);
            return 1;
        case COMMAND:
            await_command();
            return limit_obey();
        case CANCEL:
            /* Too late: the receiving has ended by itself, or is about to go on once more. */
            return 1;
        case CLOSE:
            errno = -cqe->res;
            die("close");
    }
    errno = 0;
    die("a completion of unknown kind");
}

static void provide_buffers(void) {
    buffer_ring = mmap(NULL, BUFFERS * sizeof(struct io_uring_buf), PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (buffer_ring == MAP_FAILED) {
        die("allocating a ring of buffers");
    }
    ring_register_buffers(buffer_ring, BUFFERS, GROUP);
    for (int i = 0; i < BUFFERS; i++) {
        give_back(i);
    }
    publish_buffers();
}

int main(int argc, char **argv) {
    connections = allocate(limit_begin(argc, argv), sizeof(*connections));
    ring_create();
    provide_buffers();
    listener = limit_listen(0);
    start_accepting();
    await_command();
    for (;;) {
        const struct io_uring_cqe *cqe;

        ring_submit_and_wait();
        while ((cqe = ring_next_cqe()) != NULL) {
            if (!completed(cqe)) {
                return 0;
            }
        }
        publish_buffers();
    }
}
