# Copyright 2026 The Pollring Authors
#
# Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh

# Sourced, behind scripts/prepare.sh and in the project's root, by what runs programs of this module without Maven.

# build_programs [MODULE]: builds them, and another module, and sets class_path. Says what it does to standard error only.
build_programs() {
    mvn -B -q -ntp -DskipTests -pl "testsuite${1:+,$1}" -am package dependency:build-classpath -DincludeScope=test \
        -Dmdep.outputFile=target/programs-classpath >&2
    # Not the kernel that refuses polls, which would come first.
    class_path=$PWD/testsuite/target/test-classes:$(tr ':' '\n' <testsuite/target/programs-classpath |
        grep -v '/transport-iouring-[^/]*-tests\.jar$' | tr '\n' ':')
}
