# Copyright 2026 The Pollring Authors
#
# Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What run sets: here, root, cache, work.
# shellcheck disable=SC2154

# Sourced by run. Makes what qemu boots from: $cache/kernel/NAME/vmlinuz and initrd, $cache/root/ARCH.img, and
# $work/payload-ARCH.img, which has the checkout.

# Of the kernels and modules that the guest needs to reach its disks, and of the wire that it lays; the last is loaded by
# a configuration.
MODULES='virtio_pci virtio_blk virtio_console virtio_rng ext4 overlay veth sch_tbf sch_netem vsock_loopback'

# image FOLDER FILE: an ext4 file system with what is in FOLDER.
image() {
    used=$(du -sm "$1" | cut -f1)
    rm -f "$2"
    quietly mke2fs -q -t ext4 -O ^has_journal -m 0 -E root_owner=0:0 -d "$1" "$2.new" $((used + used / 4 + 32))M &&
        mv "$2.new" "$2"
}

root_image() {
    get_root "$1" && { [ -e "$cache/root/$1.img" ] || image "$cache/root/$1" "$cache/root/$1.img"; }
}

# copy_modules KERNEL FOLDER: in an order in which they can be loaded, uncompressed.
copy_modules() {
    version=$(ls "$1/usr/lib/modules" 2>/dev/null || ls "$1/lib/modules")
    number=100
    for module in $MODULES; do
        modprobe -d "$1" -S "$version" --show-depends "$module" 2>/dev/null | sed -n 's/^insmod \([^ ]*\).*/\1/p'
    done | awk '!seen[$0]++' | while read -r file; do
        number=$((number + 1))
        name=${file##*/}
        case $file in
            *.xz) xz -dc "$file" ;;
            *.zst) zstd -dqc "$file" ;;
            *) cat "$file" ;;
        esac >"$2/$number-${name%%.*}.ko"
    done
}

# kernel_image NAME ARCH: vmlinuz and initrd. The initrd is made anew each time, as the guest's scripts are in it.
kernel_image() {
    kernel=$cache/kernel/$1
    if [ ! -d "$kernel/lib/modules" ]; then
        mkdir -p "$kernel/lib"
        ln -sfn ../usr/lib/modules "$kernel/lib/modules"
    fi
    quietly depmod -b "$kernel" "$(ls "$kernel/lib/modules")" || return 1
    find "$kernel/boot" "$kernel/usr/lib" -name 'vmlinuz*' -type f 2>/dev/null | head -n 1 | {
        read -r file
        ln -sfn "$file" "$kernel/vmlinuz"
    }
    tree=$work/initrd-$1
    rm -rf "$tree"
    mkdir -p "$tree/bin" "$tree/dev" "$tree/proc" "$tree/sys"
    cp "$cache/root/$2/usr/bin/busybox" "$tree/bin/busybox"
    ln -s busybox "$tree/bin/sh"
    mkdir "$tree/modules"
    copy_modules "$kernel" "$tree/modules"
    cp "$here/guest/init" "$here/guest/main" "$here/guest/configurations" "$work/settings-$1" "$tree/"
    mv "$tree/settings-$1" "$tree/settings"
    chmod 755 "$tree/init" "$tree/main" "$tree/configurations"
    (cd "$tree" && find . | cpio -o -H newc --quiet) | gzip -1 >"$work/initrd-$1.gz"
    rm -rf "$tree"
}

# bundle FOLDER CLASS_PATH: copies all that is on it, and tells what the class path is in the guest.
bundle() {
    mkdir -p "$1"
    number=100
    echo "$2" | tr ':' '\n' | grep . | while read -r entry; do
        number=$((number + 1))
        cp -r "$entry" "$1/$number-${entry##*/}"
        printf ':/payload/%s/%s' "${1##*/}" "$number-${entry##*/}"
    done
}

# payload_network: what testsuite/network/inside and its programs are.
payload_network() {
    build_programs examples || return 1
    mkdir -p "$tree"
    cp "$root/testsuite/network/inside" "$root/testsuite/target/libfaults.so" "$tree/"
    {
        echo "programs_path=$(bundle "$tree/programs" "$class_path")"
        echo "examples_path=$(bundle "$tree/examples" \
            "$root/examples/target/classes:$(cat "$root/examples/target/programs-classpath")")"
    } >"$tree/paths"
}

# payload ARCH: the built checkout. The library and Netty's are native, all else is the same everywhere.
payload() {
    classifier=linux-x86_64 native=native-x86_64 profile=
    if [ "$1" = arm64 ]; then
        classifier=linux-aarch_64 native=native-aarch_64 profile=-Pcross-aarch64
    fi
    say "building the payload for $1"
    # The profile is empty, or one word.
    # shellcheck disable=SC2086
    (cd "$root" && quietly mvn -B -q -ntp $profile -DskipTests -pl testsuite -am test-compile \
        dependency:build-classpath -DincludeScope=test -Dmdep.outputFile=target/kernels-classpath) || return 1
    tree=$work/payload-$1
    rm -rf "$tree"
    mkdir -p "$tree/lib" "$tree/smoke"
    if [ -n "$network" ]; then
        payload_network || return 1
    fi
    cp -r "$root/transport-iouring/target/classes" "$root/transport-iouring/target/test-classes" "$tree/"
    cp -r "$root/transport-iouring-native/target/$native" "$tree/native"
    cp -r "$root/testsuite/target/test-classes/io" "$tree/smoke/"
    tr ':' '\n' <"$root/transport-iouring/target/kernels-classpath" | grep '\.jar$' >"$work/jars"
    grep -q "$classifier" "$work/jars" || { say "Netty's native library for $classifier is missing"; return 1; }
    while read -r jar; do
        cp "$jar" "$tree/lib/"
    done <"$work/jars"
    find "$tree/smoke/io" -mindepth 1 -maxdepth 1 ! -name pollring -exec rm -rf {} +
    find "$tree/smoke/io/pollring/testsuite" -mindepth 1 -maxdepth 1 ! -name kernels -exec rm -rf {} +
    image "$tree" "$tree.img"
}
