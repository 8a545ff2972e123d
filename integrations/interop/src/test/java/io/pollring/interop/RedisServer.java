/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** A redis-server of the test's own, which keeps what it has acknowledged. */
final class RedisServer implements AutoCloseable {
    private static final int START_SECONDS = 30;

    private final Path folder;
    private final List<String> command;
    private final int port;
    private Process process;

    RedisServer(Path folder, String... options) throws Exception {
        this.folder = folder;
        this.port = Ports.free();
        command = new ArrayList<>(List.of("redis-server", "--bind", "127.0.0.1", "--port", Integer.toString(port),
                "--dir", folder.toString(), "--save", "", "--appendonly", "yes", "--appendfsync", "no",
                "--client-output-buffer-limit", "pubsub", "0", "0", "0"));
        command.addAll(Arrays.asList(options));
        start();
    }

    /** One of a cluster. Its nodes tell each other what they know on a port of their own. */
    static RedisServer clusterNode(Path folder) throws Exception {
        return new RedisServer(Files.createDirectory(folder), "--cluster-enabled", "yes", "--cluster-port",
                Integer.toString(Ports.free()), "--cluster-require-full-coverage", "no",
                "--cluster-node-timeout", "2000");
    }

    /** Only the quick part may do without. */
    static void require() {
        boolean installed = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> new File(folder, "redis-server").canExecute());
        String remedy = "there is no redis-server on the PATH; install Debian's package redis-server";
        if (Scope.isWhole()) {
            assertTrue(installed, remedy);
        } else {
            assumeTrue(installed, remedy);
        }
    }

    int port() {
        return port;
    }

    /** As it is seen by clients. */
    String address() {
        return "redis://127.0.0.1:" + port;
    }

    void start() throws Exception {
        File log = folder.resolve("log").toFile();
        process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log)).start();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!answers()) {
            assertTrue(process.isAlive() && System.nanoTime() < end,
                    () -> command + " does not answer; see " + log);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** An error says that it is still reading what it had kept. */
    private boolean answers() {
        try {
            return ask("PING").startsWith("+");
        } catch (IOException e) {
            return false;
        }
    }

    /** What it answers over a connection of its own, by which no client is judged. */
    String ask(String question) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write((question + "\r\nQUIT\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
