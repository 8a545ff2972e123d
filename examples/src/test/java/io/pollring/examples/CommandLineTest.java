/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.examples;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

@Timeout(60)
class CommandLineTest {
    private static final int SIGTERM_STATUS = 128 + 15;
    private static final Pattern LISTENING =
            Pattern.compile("HttpServer: listening on 127\\.0\\.0\\.1:(\\d+), transport .*");

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--transport kqueue | --transport must be pollring, hosted, epoll, io_uring or nio, not 'kqueue'",
        "--transport=EPOLL  | --transport must be pollring, hosted, epoll, io_uring or nio, not 'EPOLL'",
        "--port x           | --port must be a number from 0 to 65535, not 'x'",
        "--port -1          | --port must be a number from 0 to 65535, not '-1'",
        "--port=65536       | --port must be a number from 0 to 65535, not '65536'",
        "--port 99999999999999999999 | --port must be a number from 0 to 65535, not '99999999999999999999'",
        "--port             | --port needs a value",
        "--port=            | --port needs a value",
        "--threads 1025     | --threads must be a number from 0 to 1024, not '1025'",
        "--frobnicate 1     | unknown option --frobnicate",
        "8080               | unexpected argument '8080'",
        "--host no-such-host.invalid | --host: no address is known for 'no-such-host.invalid'",
    })
    void badArgumentsAreNamed(String arguments, String message) {
        Outcome outcome = run(EchoServer.options(), arguments.trim().split(" +"));
        assertEquals(Launcher.BAD_ARGUMENTS, outcome.status);
        assertEquals("EchoServer: " + message + System.lineSeparator() + "--help lists the options."
                + System.lineSeparator(), outcome.err);
        assertEquals("", outcome.out);
    }

    @Test
    void helpListsEveryOptionWithItsDefault() {
        Outcome outcome = run(TcpProxy.options(), "--help");
        assertEquals(Launcher.OK, outcome.status);
        for (String line : List.of("--transport .*\\(pollring\\)", "--host .*\\(127.0.0.1\\)", "--port .*\\(8009\\)",
                "--threads .*\\(0\\)", "--target-host .*\\(127.0.0.1\\)", "--target-port .*\\(8007\\)",
                "--socket-buffer .*\\(0\\)")) {
            assertTrue(outcome.out.lines().anyMatch(l -> l.matches(" *" + line)), line + " in " + outcome.out);
        }
    }

    @Test
    void lastValueOfAnOptionCounts() {
        Options options = HttpServer.options().parse("--port", "1", "--transport=epoll", "--port=2");
        assertEquals(2, options.number("port"));
        assertEquals(Transport.EPOLL, options.transport());
    }

    @ParameterizedTest
    @EnumSource
    void portInUseIsReported(Transport transport) throws IOException {
        TestSupport.assumeAvailable(transport);
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Outcome outcome = run(EchoServer.options(), "--transport", transport.toString(),
                    "--port", Integer.toString(taken.getLocalPort()));
            assertEquals(Launcher.FAILED, outcome.status);
            assertTrue(outcome.err.startsWith(
                    "EchoServer: cannot listen on 127.0.0.1:" + taken.getLocalPort() + ": "), outcome.err);
            assertTrue(outcome.err.contains("Address already in use"), outcome.err);
        }
    }

    @ParameterizedTest
    @EnumSource
    void serverStopsInOrderOnSigterm(Transport transport) throws Exception {
        TestSupport.assumeAvailable(transport);
        Process process = start("HttpServer", "--transport", transport.toString(), "--port", "0");
        try (BufferedReader out = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            int port = readPort(out);
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            try (Socket open = TestSupport.connect(address)) {
                // Process.destroy would also close the pipe that the server still has to write to.
                process.toHandle().destroy();
                assertEquals(-1, open.getInputStream().read());
                assertTrue(process.waitFor(20, TimeUnit.SECONDS), "still running");
            }
            assertEquals(SIGTERM_STATUS, process.exitValue());
            List<String> rest = out.lines().collect(Collectors.toList());
            assertEquals(List.of("HttpServer: stopped"), rest);
            try (ServerSocket again = new ServerSocket()) {
                again.setReuseAddress(true);
                again.bind(address);
            }
        } finally {
            process.destroyForcibly();
        }
    }

    /** Reads up to the line that tells where the server listens. What a loop without a ring logs comes before it. */
    private static int readPort(BufferedReader out) throws IOException {
        StringBuilder before = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            Matcher listening = LISTENING.matcher(line);
            if (listening.matches()) {
                return Integer.parseInt(listening.group(1));
            }
            before.append(line).append('\n');
        }
        throw new AssertionError("the server ended without listening:\n" + before);
    }

    /** Starts an example as the script "run" does. What it logs comes out with what it prints. */
    private static Process start(String example, String... args) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.pollring.examples." + example));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static Outcome run(Options options, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Launcher.run(options, args, new PrintStream(out, true), new PrintStream(err, true),
                () -> EchoServer.start(options).close());
        return new Outcome(status, out.toString(), err.toString());
    }

    private static final class Outcome {
        private final int status;
        private final String out;
        private final String err;

        Outcome(int status, String out, String err) {
            this.status = status;
            this.out = out;
            this.err = err;
        }
    }
}
