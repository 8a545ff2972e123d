# Copyright 2026 The Pollring Authors
#
# Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh

# Sourced by demo and test. prepare sees to it that the tools of the build are there: it installs the missing ones with
# apt-get, or says what to install. Afterwards JAVA_HOME names a JDK that the build works with.

MIN_JDK=17

say() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# The feature release of a JDK, 17 for example; 0 if there is none.
jdk_feature() {
    if [ ! -x "$1/bin/javac" ]; then
        echo 0
        return
    fi
    # A line such as "javac 17.0.15"; what JAVA_TOOL_OPTIONS adds is not meant.
    feature=$("$1/bin/javac" -version 2>&1 | sed -n 's/^javac \([0-9][0-9]*\).*/\1/p')
    echo "${feature:-0}"
}

is_good_jdk() {
    [ -n "$1" ] && [ -f "$1/include/jni.h" ] && [ "$(jdk_feature "$1")" -ge "$MIN_JDK" ]
}

# The caller's choice, else the compiler on the path, else what Debian and others have installed.
find_jdk() {
    on_path=
    if command -v javac >/dev/null 2>&1; then
        on_path=$(dirname -- "$(dirname -- "$(readlink -f -- "$(command -v javac)")")")
    fi
    for jdk in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/*; do
        if is_good_jdk "$jdk"; then
            JAVA_HOME=$jdk
            export JAVA_HOME
            return 0
        fi
    done
    return 1
}

has_compiler() {
    printf '#include <stdio.h>\n#include <linux/io_uring.h>\n' | cc -fsyntax-only -x c - 2>/dev/null
}

# Sets missing to the words that tell what is not there, and packages to the names under which Debian has it.
look_for() {
    missing=
    packages=
    if ! find_jdk; then
        missing="$missing, a JDK $MIN_JDK or later with jni.h"
        packages="$packages jdk"
    fi
    if ! has_compiler; then
        missing="$missing, a C compiler (cc) with the headers of the C library and of Linux"
        packages="$packages gcc libc6-dev linux-libc-dev"
    fi
    for tool in mvn "$@"; do
        if ! command -v "$tool" >/dev/null 2>&1; then
            missing="$missing, $tool"
            case $tool in
                mvn) packages="$packages maven" ;;
                depmod | modprobe) packages="$packages kmod" ;;
                mke2fs) packages="$packages e2fsprogs" ;;
                ip | tc) packages="$packages iproute2" ;;
                sysctl) packages="$packages procps" ;;
                unshare | setpriv) packages="$packages util-linux" ;;
                xz) packages="$packages xz-utils" ;;
                dpkg-deb) packages="$packages dpkg" ;;
                apt-get) packages="$packages apt" ;;
                musl-gcc) packages="$packages musl-tools" ;;
                qemu-system-x86_64) packages="$packages qemu-system-x86" ;;
                qemu-system-aarch64) packages="$packages qemu-system-arm" ;;
                aarch64-linux-gnu-gcc)
                    packages="$packages gcc-aarch64-linux-gnu libc6-dev-arm64-cross linux-libc-dev-arm64-cross"
                    ;;
                *) packages="$packages $tool" ;;
            esac
        fi
    done
    missing=${missing#, }
    packages=${packages# }
    [ -z "$missing" ]
}

# The newest Debian has no OpenJDK 17 any more; its default is later than that.
debian_jdk() {
    for package in openjdk-17-jdk-headless openjdk-21-jdk-headless; do
        if apt-cache show "$package" >/dev/null 2>&1; then
            echo "$package"
            return
        fi
    done
    echo default-jdk-headless
}

install_packages() {
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        as_root=sudo
        if ! command -v sudo >/dev/null 2>&1; then
            say "missing: $missing. Run this once as root, or install it, then run this again."
            return 1
        fi
    fi
    say "installing: $missing"
    log=$(mktemp)
    # A mirror that cannot be reached is no reason to stop as long as the packages can be had.
    $as_root apt-get update >"$log" 2>&1 || true
    case $packages in
        jdk*) packages="$(debian_jdk)${packages#jdk}" ;;
    esac
    # The list of packages is meant to be split into words.
    # shellcheck disable=SC2086
    if ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
            -o DPkg::Lock::Timeout=300 $packages >>"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        say "apt-get could not install: $packages"
        return 1
    fi
    rm -f "$log"
}

# wish_for TOOL...: tools that some tests want, and are skipped without. Never fails.
wish_for() {
    if ! look_for "$@" && { ! command -v apt-get >/dev/null 2>&1 || ! install_packages; }; then
        say "some tests are skipped without: $missing"
    fi
}

# prepare [TOOL...]: what every build needs, and the named tools.
prepare() {
    if [ "$(uname -s)" != Linux ]; then
        say "Pollring is built and run on Linux, this is $(uname -s)"
        return 1
    fi
    if ! look_for "$@"; then
        if ! command -v apt-get >/dev/null 2>&1; then
            say "install this, then run it again: $missing"
            return 1
        fi
        install_packages || return 1
        hash -r
        if ! look_for "$@"; then
            say "still missing after the installation: $missing"
            return 1
        fi
    fi
    # Maven's own libraries are native code too, and use sun.misc.Unsafe; newer JDKs warn of both unless told.
    feature=$(jdk_feature "$JAVA_HOME")
    if [ "$feature" -ge 22 ]; then
        MAVEN_OPTS="${MAVEN_OPTS:-} --enable-native-access=ALL-UNNAMED"
    fi
    if [ "$feature" -ge 23 ]; then
        MAVEN_OPTS="${MAVEN_OPTS:-} --sun-misc-unsafe-memory-access=allow"
    fi
    export MAVEN_OPTS="${MAVEN_OPTS:-}"
}
