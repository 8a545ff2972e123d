/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Something that counts, by kind, the system calls of a server while it is attached. */
interface SyscallCounter {

    /** What does the counting, for the report. */
    String name();

    /** What counts for a server until it is interrupted, and then writes to that file. */
    List<String> command(ServerProcess server, Path output);

    /** Returns when every system call from now on is counted. */
    void begin(LineProcess process) throws IOException, InterruptedException;

    /** What a counter has to be told, and says, before it is interrupted. */
    default void end(LineProcess process) throws IOException, InterruptedException {
        // Nothing.
    }

    /** How often each system call was made, from what such a counter has written. */
    Map<String, Long> counts(List<String> lines);

    /** Starts counting; when this returns, every system call from now on is counted. */
    default Session attach(ServerProcess server) throws IOException, InterruptedException {
        Path output = Files.createTempFile("pollring-syscalls", ".txt");
        Session session = new Session(this, output, LineProcess.startMerged(name(), command(server, output)));
        try {
            begin(session.process());
        } catch (IOException | InterruptedException | RuntimeException e) {
            session.close();
            throw e;
        }
        return session;
    }

    /** One attached counter, a process that writes its counts to a file when it is interrupted. */
    record Session(SyscallCounter counter, Path output, LineProcess process) implements AutoCloseable {

        /** Ends the counting: how often each system call was made. */
        Map<String, Long> detach() throws IOException, InterruptedException {
            counter.end(process);
            process.interrupt();
            return counter.counts(Files.readAllLines(output));
        }

        @Override
        public void close() throws IOException {
            process.kill();
            Files.deleteIfExists(output);
        }
    }
}
