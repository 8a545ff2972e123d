#!/bin/sh
# Copyright 2026 The Pollring Authors
#
# Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
# SPDX-License-Identifier: Apache-2.0
#
# Compiles the library: build.sh COMPILER JAVA_HOME OUTPUT [FLAG...]. Maven calls it; a failure is one line that says what to
# do. More flags are for tests: those of a sanitizer.
set -eu

cc=$1
java_home=$2
output=$3
shift 3
source_dir=$(cd "$(dirname "$0")" && pwd)

fail() {
    echo "pollring: $1" >&2
    exit 1
}

[ "$(uname -s)" = Linux ] || fail "the native library can only be compiled on Linux"
command -v "$cc" >/dev/null 2>&1 || fail "no C compiler '$cc': install one (Debian: apt-get install gcc libc6-dev)"
[ -f "$java_home/include/jni.h" ] || fail "no jni.h below $java_home/include: install a full JDK (Debian: apt-get install openjdk-17-jdk-headless)"
echo '#include <linux/io_uring.h>' | "$cc" -E -x c - >/dev/null 2>&1 ||
    fail "no linux/io_uring.h: install the kernel's headers, 5.13 or later (Debian: apt-get install linux-libc-dev)"

mkdir -p "$(dirname "$output")"
# -fvisibility=hidden: only JNI_OnLoad is exported. -nodefaultlibs is not used, so that the compiler's own helper
# library stays available; -Wl,--as-needed keeps every other library out of the dependencies.
"$cc" -std=c11 -O2 -fPIC -shared -Wall -Wextra -Werror -fvisibility=hidden -fno-stack-protector \
    -Wl,--as-needed -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--no-undefined \
    -I"$java_home/include" -I"$java_home/include/linux" "$@" \
    -o "$output" "$source_dir/pollring_iouring.c"
