/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * TLS echo: like echo, with every message and every reply in a record of TLS.
 *
 * It takes OpenSSL's library as it finds it when it runs, so that it can be built without the headers: the few
 * functions that it needs have been the same in all versions since 1.1.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/socket.h>

#include "loadgen.h"

/* Of OpenSSL's headers. */
#define SSL_ERROR_WANT_READ 2
#define SSL_CTRL_SET_READ_AHEAD 41

static const char *const libraries[] = {"libssl.so.3", "libssl.so.1.1"};

static struct {
    const void *(*client_method)(void);
    void *(*ctx_new)(const void *method);
    long (*ctx_ctrl)(void *context, int command, long value, void *pointer);
    void *(*new)(void *context);
    int (*set_fd)(void *ssl, int fd);
    int (*connect)(void *ssl);
    int (*read)(void *ssl, void *buffer, int size);
    int (*write)(void *ssl, const void *buffer, int size);
    int (*get_error)(const void *ssl, int result);
} ssl;

static void **sessions;
static unsigned char *in_buffers;

static int take(void *library, const char *name, void *function) {
    *(void **) function = dlsym(library, name);
    return *(void **) function != NULL;
}

static int load(const char *name) {
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);

    return library != NULL && take(library, "TLS_client_method", &ssl.client_method)
            && take(library, "SSL_CTX_new", &ssl.ctx_new) && take(library, "SSL_CTX_ctrl", &ssl.ctx_ctrl)
            && take(library, "SSL_new", &ssl.new) && take(library, "SSL_set_fd", &ssl.set_fd)
            && take(library, "SSL_connect", &ssl.connect) && take(library, "SSL_read", &ssl.read)
            && take(library, "SSL_write", &ssl.write) && take(library, "SSL_get_error", &ssl.get_error);
}

static const char *unusable(void) {
    for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++) {
        if (load(libraries[i])) {
            return NULL;
        }
    }
    return "OpenSSL's library, libssl, is not installed";
}

static void *connected_session(void *context, struct connection *connection) {
    void *session = ssl.new(context);
    int result;

    if (session == NULL || ssl.set_fd(session, connection->fd) != 1) {
        errno = 0;
        die("SSL_new");
    }
    result = ssl.connect(session);
    if (result != 1) {
        die("the TLS handshake failed (%d)", ssl.get_error(session, result));
    }
    return session;
}

static void open_all(void) {
    const char *problem = unusable();
    void *context;

    if (problem != NULL) {
        errno = 0;
        die("%s", problem);
    }
    allocate_messages();
    in_buffers = allocate(connection_count, message_size);
    sessions = allocate(connection_count, sizeof(*sessions));
    context = ssl.ctx_new(ssl.client_method());
    if (context == NULL) {
        errno = 0;
        die("SSL_CTX_new");
    }
    /* One recv for a record instead of two. */
    ssl.ctx_ctrl(context, SSL_CTRL_SET_READ_AHEAD, 1, NULL);
    open_streams();
    for (unsigned i = 0; i < connection_count; i++) {
        sessions[i] = connected_session(context, &connections[i]);
        if (fcntl(connections[i].fd, F_SETFL, O_NONBLOCK) != 0) {
            die("O_NONBLOCK");
        }
    }
}

static void start(struct connection *connection) {
    void *session = sessions[connection - connections];
    int written = ssl.write(session, next_message(connection), (int) message_size);

    if (written != (int) message_size) {
        die("SSL_write (%d, error %d)", written, ssl.get_error(session, written));
    }
}

static int receive(struct connection *connection) {
    size_t index = (size_t) (connection - connections);
    unsigned char *buffer = in_buffers + index * message_size;

    /* What OpenSSL has read ahead, epoll does not tell: so read until the reply is whole, or until there is no more. */
    while (connection->received < message_size) {
        int count = ssl.read(sessions[index], buffer + connection->received,
                (int) (message_size - connection->received));

        if (count <= 0) {
            int error = ssl.get_error(sessions[index], count);

            if (error == SSL_ERROR_WANT_READ) {
                return 0;
            }
            die("SSL_read on connection %zu (error %d)", index, error);
        }
        connection->received += (uint32_t) count;
    }
    check_message(connection, buffer);
    return 1;
}

const struct mode tls_mode = {
    .name = "tls", .window = 1, .max_size = 16384,
    .unusable = unusable, .open = open_all, .start = start, .receive = receive
};
