/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/* What the two limit servers share; see limit.c. */
#ifndef LIMIT_H
#define LIMIT_H

#include "util.h"

/* As many connections as a server may have; its limit of open files is raised to that. */
#define MAX_FILES (1u << 20)

/* Says that this server cannot be used here, and ends. */
void limit_unavailable(const char *why) __attribute__((noreturn));

/* Ends with limit_unavailable if the service that was asked for is no echo over TCP. Returns how many files may be
 * open. */
unsigned limit_begin(int argc, char **argv);

/* A listening socket, of the blocking kind or not (SOCK_NONBLOCK or 0), that has been announced on standard output. */
int limit_listen(int type);

/* Reads what has come on standard input and answers it. Returns 0 when the server is to end. */
int limit_obey(void);

#endif
