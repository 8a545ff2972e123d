/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.netty;

import io.netty.channel.EventLoopGroup;
import io.netty.util.Version;
import io.pollring.channel.IoUring;
import io.pollring.channel.IoUringEventLoopGroup;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs all programs with hosted and with our own channels on whatever Netty is on the class path. Prints a line for each,
 * and ends with status 0 if none has failed.
 */
public final class NettyProgram {
    private NettyProgram() { }

    public static void main(String[] args) throws Exception {
        System.out.println("Java " + System.getProperty("java.version") + ", Netty "
                + Version.identify().get("netty-transport-classes-epoll").artifactVersion());
        int failed = 0;
        EventLoopGroup group = new IoUringEventLoopGroup(2);
        System.out.println("backend: " + IoUring.backend(group.next()) + ", features: " + IoUring.featureString());
        for (Kinds kinds : Kinds.values()) {
            for (Map.Entry<String, Program> program : programs(new Programs(group, kinds)).entrySet()) {
                failed += run(kinds + " " + program.getKey(), program.getValue());
            }
        }
        failed += run("io ratio", IoRatioProgram::run);
        failed += run("our channels have what Netty's have", PublicMembers::requireAll);
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        System.out.println(failed == 0 ? "all passed" : failed + " failed");
        System.exit(failed == 0 ? 0 : 1);
    }

    private static Map<String, Program> programs(Programs programs) {
        Map<String, Program> all = new LinkedHashMap<>();
        all.put("echo over TCP", programs::echoOverTcp);
        all.put("echo over UNIX sockets", programs::echoOverUnixSockets);
        all.put("answer after half a connection", programs::answerAfterHalfAConnection);
        all.put("datagrams", programs::datagrams);
        all.put("large datagrams", programs::largeDatagrams);
        all.put("UNIX datagrams", programs::unixDatagrams);
        all.put("file region", programs::fileRegion);
        all.put("options", programs::options);
        all.put("TCP info", programs::tcpInfo);
        all.put("descriptors", programs::descriptors);
        all.put("splice", programs::splice);
        all.put("refused connection", programs::refusedConnection);
        all.put("peer credentials", programs::peerCredentials);
        return all;
    }

    private static int run(String name, Program program) {
        try {
            program.run();
            System.out.println("passed: " + name);
            return 0;
        } catch (Throwable t) {
            System.out.println("FAILED: " + name + ": " + t);
            t.printStackTrace(System.out);
            return 1;
        }
    }

    /** Throws if something is wrong. */
    private interface Program {
        void run() throws Exception;
    }
}
