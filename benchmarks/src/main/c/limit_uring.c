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
 *
 * A send is first tried without waiting for room. It is then over when the system call returns, and needs no completion
 * unless it has failed: what the thread waits for is data, and not the news that data was sent.
 */
#include "limit.h"
#include "ring.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define NONE (-1)
/* A connection that has so many buffers to send receives nothing more until they are sent: its peer does not read. */
#define MANY 16

/* Of what a connection sends: nothing, a buffer without waiting for room, or the rest of one that waits for it. */
enum sending {IDLE, TRYING, WAITING};

enum operation {ACCEPT, RECEIVE, SEND, CLOSE, CANCEL, COMMAND};

struct connection {
    /* Buffers to be sent, in order, of which the first is on its way unless sending is IDLE; NONE: there are none. */
    int first;
    int last;
    unsigned count;
    /* Of the first. */
    int already_sent;
    unsigned char sending;
    unsigned char receiving;
    /* Receiving is to be stopped, or has been, and is to go on when nothing is left to be sent. */
    unsigned char paused;
    /* Nothing can be sent any more. */
    unsigned char broken;
};

/* By file descriptor. */
static struct connection *connections;
static int listener;

/* Connections that are TRYING: of the last system call, and of the next. */
static int *tried;
static unsigned tried_count;
static int *to_try;
static unsigned to_try_count;

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
    sqe->buf_group = BUFFER_GROUP;
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
    connection->already_sent = 0;
    buffers_give_back(buffer);
}

static struct io_uring_sqe *prepare_send(int fd) {
    struct connection *connection = &connections[fd];
    struct io_uring_sqe *sqe = prepare(SEND, IORING_OP_SEND, fd);

    sqe->addr = (uint64_t) (uintptr_t) (buffers_memory(connection->first) + connection->already_sent);
    sqe->len = (uint32_t) (lengths[connection->first] - connection->already_sent);
    /* Not all of it is a failure, too. */
    sqe->msg_flags = MSG_NOSIGNAL | MSG_WAITALL;
    return sqe;
}

static void try_to_send(int fd) {
    struct io_uring_sqe *sqe = prepare_send(fd);

    sqe->msg_flags |= MSG_DONTWAIT;
    sqe->flags = IOSQE_CQE_SKIP_SUCCESS;
    connections[fd].sending = TRYING;
    to_try[to_try_count++] = fd;
}

/* Sends what there is to be sent, one buffer after the other, and closes when nothing can come any more. */
static void proceed(int fd) {
    struct connection *connection = &connections[fd];

    if (connection->sending != IDLE) {
        return;
    }
    while (connection->broken && connection->first != NONE) {
        remove_first(connection);
    }
    if (connection->first != NONE) {
        try_to_send(fd);
    } else if (connection->receiving) {
        return;
    } else if (connection->paused && !connection->broken) {
        connection->paused = 0;
        start_receiving(fd);
    } else {
        prepare(CLOSE, IORING_OP_CLOSE, fd)->flags = IOSQE_CQE_SKIP_SUCCESS;
    }
}

/* Those of the last system call that have not failed have sent everything. */
static void finish_tried(void) {
    for (unsigned i = 0; i < tried_count; i++) {
        struct connection *connection = &connections[tried[i]];

        if (connection->sending == TRYING) {
            connection->sending = IDLE;
            remove_first(connection);
            proceed(tried[i]);
        }
    }
}

/* A try has failed, or waiting is over. */
static void sent(int fd, int result) {
    struct connection *connection = &connections[fd];

    if (result > 0) {
        connection->already_sent += result;
    } else if (result != -EAGAIN) {
        connection->broken = 1;
        /*
         * Nor can anything be received, but of that the kernel may say nothing: where data and a reset came together,
         * it gives out the data and waits for more.
         */
        if (connection->receiving && !connection->paused) {
            pause_receiving(fd);
        }
    }
    if (!connection->broken && connection->already_sent < lengths[connection->first]) {
        prepare_send(fd);
        connection->sending = WAITING;
        return;
    }
    connection->sending = IDLE;
    remove_first(connection);
    proceed(fd);
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
            buffers_give_back(buffer);
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

/* Whether a connection has something else to do when its try is over: of that no completion tells. */
static int is_more_to_do(void) {
    for (unsigned i = 0; i < to_try_count; i++) {
        const struct connection *connection = &connections[to_try[i]];

        if (connection->count > 1 || !connection->receiving) {
            return 1;
        }
    }
    return 0;
}

static void swap_tries(void) {
    int *free = tried;

    tried = to_try;
    tried_count = to_try_count;
    to_try = free;
    to_try_count = 0;
}

int main(int argc, char **argv) {
    unsigned files = limit_begin(argc, argv);

    connections = allocate(files, sizeof(*connections));
    tried = allocate(files, sizeof(*tried));
    to_try = allocate(files, sizeof(*to_try));
    ring_create();
    buffers_provide();
    listener = limit_listen(0);
    start_accepting();
    await_command();
    for (;;) {
        const struct io_uring_cqe *cqe;

        ring_submit_and_wait(is_more_to_do() ? 0 : 1);
        swap_tries();
        while ((cqe = ring_next_cqe()) != NULL) {
            if (!completed(cqe)) {
                return 0;
            }
        }
        finish_tried();
        buffers_publish();
    }
}
