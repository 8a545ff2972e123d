# Copyright 2026 The Pollring Authors
#
# Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What run sets: here, root, cache, work.
# shellcheck disable=SC2154

# Sourced by run. Gets packages of Debian's without installing them: each suite and architecture has an apt
# configuration of its own in $cache/apt, which shares nothing with the machine's but the mirror and the keys.

KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# The mirror that the machine's own sources name, or what the caller says.
debian_mirror() {
    if [ -n "${POLLRING_DEBIAN_MIRROR:-}" ]; then
        echo "$POLLRING_DEBIAN_MIRROR"
        return
    fi
    found=$(apt-get --print-uris update 2>/dev/null | sed -n "s|^'\(.*/debian\)/dists/[^/]*/InRelease'.*|\1|p" | head -n 1)
    if [ -z "$found" ]; then
        say "apt's sources name no mirror of Debian's; name one: POLLRING_DEBIAN_MIRROR=http://HOST/debian"
        return 1
    fi
    echo "$found"
}

# suite SUITE ARCH: from here on apt's programs see that suite only.
suite() {
    folder=$cache/apt/$1-$2
    APT_CONFIG=$folder/apt.conf
    if [ ! -e "$folder/updated" ]; then
        # In the shell's own words, so that apt does not read a half written configuration.
        mirror=$(unset APT_CONFIG && debian_mirror) || return 1
        mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
        : >"$folder/status"
        echo "deb [signed-by=$KEYRING] $mirror $1 main" >"$folder/sources.list"
        cat >"$APT_CONFIG" <<EOF
Dir::State::lists "$folder/lists";
Dir::State::status "$folder/status";
Dir::Cache "$folder/cache";
Dir::Etc::sourcelist "$folder/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Architecture "$2";
APT::Architectures { "$2"; };
APT::Sandbox::User "root";
APT::Install-Recommends "false";
// An old suite is not signed anew any more.
Acquire::Check-Valid-Until "false";
Debug::NoLocking "true";
EOF
        export APT_CONFIG
        quietly apt-get update --error-on=any || return 1
        : >"$folder/updated"
    fi
    export APT_CONFIG
}

# Shows what a program has said only if it fails.
quietly() {
    if ! "$@" >"$work/log" 2>&1; then
        cat "$work/log" >&2
        say "failed: $*"
        return 1
    fi
}

# The package's dependencies whose names match the expression $2.
dependencies() {
    apt-cache depends --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces "$1" |
        sed -n 's/^ *\(Pre\)\{0,1\}Depends: \([^<>]*\)$/\2/p' | sed 's/:.*//' | grep -E "$2"
}

# unpack FILE FOLDER; /bin and the like are links in FOLDER and stay links.
unpack() {
    dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink -C "$2" -f -
}

# get_kernel NAME SUITE ARCH PACKAGE: unpacks the newest kernel that PACKAGE leads to into $cache/kernel/NAME.
get_kernel() {
    to=$cache/kernel/$1
    [ ! -d "$to" ] || return 0
    suite "$2" "$3" || return 1
    image=$(dependencies "$4" '^linux-image-[0-9]' | head -n 1)
    if [ -z "$image" ]; then
        say "$2 has no $4 that depends on a kernel"
        return 1
    fi
    say "$1: getting $image"
    # Of late the kernel and its modules are packages of their own.
    parts="$image $(dependencies "$image" '^linux-(binary|modules)-[0-9]' || true)"
    rm -rf "$to.new"
    mkdir -p "$to.new"
    for part in $parts; do
        rm -f "$folder/cache/archives/$part"_*.deb
        (cd "$folder/cache/archives" && quietly apt-get download "$part") || return 1
        unpack "$folder/cache/archives/$part"_*.deb "$to.new" || return 1
        rm -f "$folder/cache/archives/$part"_*.deb
    done
    mv "$to.new" "$to"
}

# get_root ARCH: unpacks a Java run time and the programs that scripts and tests start into $cache/root/ARCH.
get_root() {
    to=$cache/root/$1
    # An older one lacks what testsuite/network needs.
    [ ! -e "$to/usr/bin/dash" ] || return 0
    rm -rf "$to" "$to.img"
    suite bookworm "$1" || return 1
    say "getting a Java run time for $1"
    quietly apt-get install -y -d openjdk-17-jre-headless busybox-static coreutils util-linux perl-base iproute2 dash ||
        return 1
    rm -rf "$to.new"
    for name in bin sbin lib lib64; do
        mkdir -p "$to.new/usr/$name"
        ln -s "usr/$name" "$to.new/$name"
    done
    mkdir -p "$to.new/proc" "$to.new/sys" "$to.new/dev" "$to.new/run" "$to.new/tmp" "$to.new/root" "$to.new/payload" \
        "$to.new/etc" "$to.new/home/user"
    for package in "$folder"/cache/archives/*.deb; do
        unpack "$package" "$to.new" || return 1
    done
    rm -f "$folder"/cache/archives/*.deb
    ln -sf busybox "$to.new/usr/bin/sh"
    rm -rf "$to.new/usr/share/doc" "$to.new/usr/share/man" "$to.new/usr/share/locale" "$to.new/usr/share/fonts"
    printf 'root:x:0:0::/root:/bin/sh\nuser:x:4242:4242::/home/user:/bin/sh\n' >"$to.new/etc/passwd"
    printf 'root:x:0:\nuser:x:4242:\nuring:x:4243:\n' >"$to.new/etc/group"
    printf '127.0.0.1 localhost\n::1 localhost\n' >"$to.new/etc/hosts"
    mv "$to.new" "$to"
}
