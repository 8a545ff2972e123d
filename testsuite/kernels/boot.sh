# Copyright 2026 The Pollring Authors
#
# Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What run sets: here, root, cache, work.
# shellcheck disable=SC2154

# Sourced by run. Boots a kernel under qemu. Always in software, as a machine that has KVM may be a virtual one itself,
# whose nested KVM does not get every kernel up; and 64-bit ARM needs it anyway.

# The guest's disks are /dev/vda and /dev/vdb, read only; what it has to say comes through a virtio port.
# boot NAME ARCH SECONDS LOG: 0 if the guest has powered itself off in time.
boot() {
    case $2 in
        # A processor without what emulation is slow at.
        amd64) set -- "$@" qemu-system-x86_64 -machine q35 -cpu Nehalem ttyS0 ;;
        # One that knows pages of 16 KiB, and does not sign pointers.
        *) set -- "$@" qemu-system-aarch64 -machine virt,gic-version=3 -cpu neoverse-n1 ttyAMA0 ;;
    esac
    kernel=$cache/kernel/$1
    code=0
    timeout -k 5 "$3" "$5" "$6" "$7" "$8" "$9" -accel tcg,thread=multi,tb-size=512 -m 2048 -smp 2 \
        -nodefaults -display none -no-reboot -net none -kernel "$kernel/vmlinuz" -initrd "$work/initrd-$1.gz" \
        -append "console=${10} panic=-1 loglevel=5 no_timer_check" -serial "file:$4.console" \
        -drive "file=$cache/root/$2.img,if=none,id=root,format=raw,readonly=on" -device virtio-blk-pci,drive=root \
        -drive "file=$work/payload-$2.img,if=none,id=load,format=raw,readonly=on" -device virtio-blk-pci,drive=load \
        -device virtio-rng-pci -device virtio-serial-pci \
        -chardev "file,id=log,path=$4" -device virtserialport,chardev=log,name=log </dev/null &
    machine=$!
    wait "$machine" || code=$?
    machine=
    if [ "$code" -eq 124 ] || [ "$code" -eq 137 ]; then
        say "$1: not over in $3 s (--limit)"
    elif ! grep -q '^powering off' "$4"; then
        say "$1: ended too early; the end of $4.console:"
        tail -n 20 "$4.console" >&2
        code=1
    fi
    return "$code"
}
