/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

/* What any program in C needs. */
#ifndef UTIL_H
#define UTIL_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* Prints what failed, with the reason that errno has if it is not 0, and exits. */
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

void *allocate(size_t count, size_t size);
uint64_t clock_nanos(clockid_t clock);
/* A number in 1..max, which name says what it is. */
unsigned parse(const char *text, const char *name, unsigned long max);

/* Has the kernel allow us that many open files, or as many as it ever would; returns how many. */
unsigned raise_file_limit(unsigned most);

#endif
