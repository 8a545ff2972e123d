/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import static org.junit.jupiter.api.Assertions.fail;

/** What the kernel holds of a TCP connection's bytes, so that a test need not guess how long they are under way. */
final class SocketQueues {
    private static final Path[] TABLES = { Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6") };
    private static final int MAX_LOOKS = 10_000;
    /** So many looks in a row must show the same before nothing is taken to move any more. */
    private static final int SAME_LOOKS = 5;

    private SocketQueues() { }

    /** Waits until all that the peer has sent, but for an end, is acknowledged, and the loop has looked since then. */
    static void awaitArrival(Connection connection) throws Exception {
        Await.until("the peer's bytes have arrived", 10_000, () -> unacknowledged(connection) == 0);
        emptyTurns(connection);
    }

    /** Waits until no byte moves: neither between the sockets nor to the channel's handler. */
    static void awaitStandstill(Connection connection) throws Exception {
        String last = "";
        int same = 0;
        for (int i = 0; i < MAX_LOOKS; i++) {
            emptyTurns(connection);
            String now = lines(connection).toString() + connection.recorder.byteCount() + connection.channel.isOpen();
            same = now.equals(last) ? same + 1 : 0;
            if (same == SAME_LOOKS) {
                return;
            }
            last = now;
        }
        fail("bytes go on to move");
    }

    /** The second task comes behind all that the first one's turn has found. */
    private static void emptyTurns(Connection connection) throws Exception {
        TestGroup.run(connection.channel.eventLoop(), () -> { });
        TestGroup.run(connection.channel.eventLoop(), () -> { });
    }

    private static long unacknowledged(Connection connection) throws IOException {
        for (String line : lines(connection)) {
            String[] columns = line.split("\\s+");
            if (columns[0].endsWith(hex(connection.peer.getLocalPort()))) {
                return Long.parseLong(columns[3].substring(0, columns[3].indexOf(':')), 16);
            }
        }
        return 0;
    }

    /** Addresses, state, and the queues' sizes, of both ends. */
    private static List<String> lines(Connection connection) throws IOException {
        String one = hex(connection.peer.getLocalPort());
        String other = hex(connection.peer.getPort());
        List<String> lines = new ArrayList<>();
        for (Path table : TABLES) {
            for (String line : Files.readAllLines(table)) {
                String[] columns = line.trim().split("\\s+");
                if (columns[1].endsWith(one) && columns[2].endsWith(other)
                        || columns[1].endsWith(other) && columns[2].endsWith(one)) {
                    lines.add(String.join(" ", columns[1], columns[2], columns[3], columns[4]));
                }
            }
        }
        return lines;
    }

    private static String hex(int port) {
        return String.format(Locale.ROOT, ":%04X", port);
    }
}
