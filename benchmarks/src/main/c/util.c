/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */

#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "util.h"

void die(const char *format, ...) {
    int error = errno;
    va_list args;

    fprintf(stderr, "%s: ", program_invocation_short_name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    if (error != 0) {
        fprintf(stderr, ": %s", strerror(error));
    }
    fputc('\n', stderr);
    exit(1);
}

void *allocate(size_t count, size_t size) {
    void *memory = calloc(count, size);

    if (memory == NULL) {
        die("allocating %zu times %zu bytes", count, size);
    }
    return memory;
}

uint64_t clock_nanos(clockid_t clock) {
    struct timespec now;

    if (clock_gettime(clock, &now) != 0) {
        die("clock_gettime");
    }
    return (uint64_t) now.tv_sec * 1000000000u + (uint64_t) now.tv_nsec;
}

unsigned parse(const char *text, const char *name, unsigned long max) {
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

unsigned raise_file_limit(unsigned most) {
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        die("getrlimit");
    }
    limit.rlim_cur = limit.rlim_max < most ? limit.rlim_max : most;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        die("setrlimit");
    }
    return (unsigned) limit.rlim_cur;
}
