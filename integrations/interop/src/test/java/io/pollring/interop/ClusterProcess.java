/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@link ClusterNode} and its process. What it prints that is no answer goes to this process's output. */
final class ClusterProcess implements AutoCloseable {
    private static final int END_SECONDS = 60;

    private final Process process;
    private final BufferedReader output;

    ClusterProcess(Transport transport, int port, List<Integer> ports) throws IOException {
        Path java = Paths.get(System.getProperty("java.home"), "bin", "java");
        List<String> command = new ArrayList<>(List.of(java.toString(), "-ea", "-Xmx256m", "-cp",
                // Surefire starts this JVM with a jar that only lists the real class path.
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                ClusterNode.class.getName(), transport.name(), Integer.toString(port)));
        ports.forEach(other -> command.add(other.toString()));
        process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    void awaitReady() throws IOException {
        await(ClusterNode.READY);
    }

    private String await(String start) throws IOException {
        for (String line; (line = output.readLine()) != null;) {
            if (line.startsWith(start)) {
                return line;
            }
            System.out.println(line);
        }
        throw new IOException("the node has ended before it said " + start);
    }

    /** What it has seen since it was asked before. */
    ClusterCounts counts() throws IOException {
        process.getOutputStream().write("count\n".getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
        return ClusterCounts.parse(await("nodes "));
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** @return its exit status */
    int end() throws IOException, InterruptedException {
        process.getOutputStream().close();
        if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("the node does not end");
        }
        return process.exitValue();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
