/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Uploads: connections that stay open, on which the server is sent long messages. Two are outstanding on each, so that
 * the server has the next one to read when it is done with one.
 *
 * A message is its number, 8 bytes, and then bytes that we know, up to SIZE. When the server has all of it, it answers
 * with 8 bytes: the number, and added to it a hash of the bytes at every multiple of 1024. Were a byte missing or there
 * twice, the numbers of all that follow would be wrong. All integers are in the machine's byte order.
 *
 * The bytes after the number are sent from a file in memory, for the kernel to take its pages as they are: a generator
 * that copies what a server copies is no cheaper than the server.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loadgen.h"

#define NUMBER_SIZE sizeof(uint64_t)
#define SAMPLE_STEP 1024

struct upload {
    /* Messages that are not wholly sent; the first of them may be in part. */
    unsigned unsent;
    /* Of the message that is being sent. */
    uint32_t sent;
    int blocked;
    unsigned char reply[NUMBER_SIZE];
};

static struct upload *uploads;
static int contents;
static uint64_t hash;

static void make_contents(void) {
    unsigned char *bytes = allocate(1, message_size);

    for (uint32_t i = 0; i < message_size; i++) {
        bytes[i] = (unsigned char) (i * 7 + (i >> 10) * 13 + 1);
    }
    for (uint32_t i = SAMPLE_STEP; i < message_size; i += SAMPLE_STEP) {
        hash = hash * 31 + bytes[i];
    }
    contents = memfd_create("upload", MFD_CLOEXEC);
    if (contents < 0) {
        die("memfd_create");
    }
    if (write(contents, bytes, message_size) != (ssize_t) message_size) {
        die("writing what is to be uploaded");
    }
}

static void open_all(void) {
    if (message_size <= NUMBER_SIZE) {
        errno = 0;
        die("SIZE must be more than %zu, the length of a message's number", NUMBER_SIZE);
    }
    make_contents();
    uploads = allocate(connection_count, sizeof(*uploads));
    open_streams();
}

/* Sends some of the message that is to be sent next. */
static ssize_t send_some(const struct connection *connection, const struct upload *upload) {
    uint64_t number = connection->sequence + 1 - upload->unsent;
    off_t offset = upload->sent;

    if (upload->sent < NUMBER_SIZE) {
        return send(connection->fd, (unsigned char *) &number + upload->sent, NUMBER_SIZE - upload->sent,
                MSG_DONTWAIT | MSG_MORE | MSG_NOSIGNAL);
    }
    return sendfile(connection->fd, contents, &offset, message_size - upload->sent);
}

/* Sends all that is to be sent, or as much of it as the kernel takes. */
static void push(struct connection *connection) {
    struct upload *upload = &uploads[connection - connections];

    while (upload->unsent > 0) {
        ssize_t count = send_some(connection, upload);

        if (count < 0 && errno == EAGAIN) {
            break;
        }
        if (count <= 0) {
            die("sending on connection %zu (%zd)", (size_t) (connection - connections), count);
        }
        upload->sent += (uint32_t) count;
        if (upload->sent == message_size) {
            upload->sent = 0;
            upload->unsent--;
        }
    }
    if (upload->blocked != (upload->unsent > 0)) {
        upload->blocked = upload->unsent > 0;
        watch_output(connection, upload->blocked);
    }
}

static void start(struct connection *connection) {
    struct upload *upload = &uploads[connection - connections];

    upload->unsent++;
    if (!upload->blocked) {
        push(connection);
    }
}

static int receive(struct connection *connection) {
    struct upload *upload = &uploads[connection - connections];
    uint64_t number = connection->sequence + 1 - connection->outstanding;
    uint64_t reply;

    if (upload->blocked) {
        push(connection);
    }
    if (!receive_bytes(connection, upload->reply, sizeof(upload->reply))) {
        return 0;
    }
    connection->received = 0;
    memcpy(&reply, upload->reply, sizeof(reply));
    if (reply != number + hash) {
        errno = 0;
        die("wrong reply on connection %zu: to message %" PRIu64 " came that to %" PRIu64,
                (size_t) (connection - connections), number, reply - hash);
    }
    return 1;
}

const struct mode upload_mode = {
    .name = "upload", .window = 2, .max_size = 64 * 1024 * 1024,
    .open = open_all, .start = start, .receive = receive
};
