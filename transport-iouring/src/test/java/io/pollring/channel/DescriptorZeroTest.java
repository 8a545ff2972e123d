/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannelOption;
import io.pollring.channel.Transport.Family;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * 0 is what a receive of descriptors answers that finds nothing, and what the first descriptor of a process is called.
 * In a process of its own: the receiver makes what it gets non-blocking, for the sender too, and the input of the one
 * that runs the tests must not be that.
 */
@Timeout(60)
class DescriptorZeroTest {

    @Test
    void isPassedOverAUnixSocketLikeOthers() throws Exception {
        String output = ChildJvm.outputOf(Main.class);
        for (Transport transport : Transport.values()) {
            assertTrue(output.contains(transport + ": three descriptors and the end"), output);
        }
    }

    static final class Main {
        public static void main(String[] args) throws Exception {
            // Loads Netty's native library.
            Epoll.ensureAvailability();
            for (Transport transport : Transport.values()) {
                pass(transport);
            }
        }

        private static void pass(Transport transport) throws Exception {
            List<String> before = Resources.openFiles();
            Inbox child = new Inbox();
            FileDescriptor[] pipe = FileDescriptor.pipe();
            int[] sent = { 0, pipe[1].intValue(), 0 };
            try (TestGroup group = transport.newGroup(1);
                 StreamPair pair = StreamPair.open(transport, group, Family.UNIX, TestGroup.IGNORE, child,
                         bootstrap -> { }, server -> server.childOption(
                                 UnixChannelOption.DOMAIN_SOCKET_READ_MODE, DomainSocketReadMode.FILE_DESCRIPTORS))) {
                TestGroup.run(pair.client.eventLoop(), () -> {
                    for (int fd : sent) {
                        pair.client.write(new FileDescriptor(fd));
                    }
                    pair.client.flush();
                });
                for (int fd : sent) {
                    FileDescriptor received = (FileDescriptor) child.take();
                    assertTrue(received.intValue() > 2, received::toString);
                    assertEquals(target(fd), target(received.intValue()));
                    received.close();
                }
                pair.client.close().sync();
                assertEquals("inactive", child.take());
            }
            pipe[0].close();
            pipe[1].close();
            assertEquals(List.of(), Resources.filesSince(before));
            System.out.println(transport + ": three descriptors and the end");
        }

        private static Path target(int fd) throws IOException {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd));
        }
    }
}
