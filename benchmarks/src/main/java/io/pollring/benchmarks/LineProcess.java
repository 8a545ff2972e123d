/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import com.fasterxml.jackson.jr.ob.JSON;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A process that is driven over its standard input and answers on its output, a line at a time. It is never waited for
 * without a limit, and never outlives us: the end of its input is what tells it to end.
 */
final class LineProcess implements AutoCloseable {
    private static final long EXIT_SECONDS = 15;

    private final String name;
    private final Process process;
    private final Writer input;
    /** Whether we may have closed its output under the thread that reads it. */
    private volatile boolean killed;
    /** Empty at the end of the process's output. */
    private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();

    private LineProcess(String name, ProcessBuilder builder) throws IOException {
        this.name = name;
        process = builder.start();
        input = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        Thread reader = new Thread(this::readLines, name + " output");
        reader.setDaemon(true);
        reader.start();
    }

    /** Its standard error goes where ours goes. */
    static LineProcess start(String name, List<String> command) throws IOException {
        return new LineProcess(name, new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT));
    }

    /** Its standard error is read together with its standard output. */
    static LineProcess startMerged(String name, List<String> command) throws IOException {
        return new LineProcess(name, new ProcessBuilder(command).redirectErrorStream(true));
    }

    private void readLines() {
        try (BufferedReader output = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(Optional.of(line));
            }
        } catch (IOException e) {
            if (!killed) {
                System.err.println(name + ": reading its output failed: " + e);
            }
        } finally {
            lines.add(Optional.empty());
        }
    }

    long pid() {
        return process.pid();
    }

    void send(String line) throws IOException {
        input.write(line + '\n');
        input.flush();
    }

    String readLine(double seconds) throws IOException, InterruptedException {
        Optional<String> line = lines.poll((long) (seconds * 1000), TimeUnit.MILLISECONDS);
        if (line == null) {
            throw new IOException(name + " gave no answer within " + seconds + " s");
        }
        if (line.isEmpty()) {
            process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS);
            throw new IOException(name + " ended"
                    + (process.isAlive() ? "" : " with exit status " + process.exitValue()) + " instead of answering");
        }
        return line.get();
    }

    /** Reads on to the first line that has {@code text} in it. */
    void awaitLine(String text, double seconds) throws IOException, InterruptedException {
        StringBuilder seen = new StringBuilder();
        try {
            for (String line = readLine(seconds); !line.contains(text); line = readLine(seconds)) {
                seen.append(": ").append(line);
            }
        } catch (IOException e) {
            throw new IOException(e.getMessage() + seen, e);
        }
    }

    Map<String, Object> readJson(double seconds) throws IOException, InterruptedException {
        return JSON.std.mapFrom(readLine(seconds));
    }

    Map<String, Object> ask(String command, double seconds) throws IOException, InterruptedException {
        send(command);
        return readJson(seconds);
    }

    /** Ends it as Ctrl-C would, which makes perf and strace write down what they counted. */
    void interrupt() throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("sh", "-c", "kill -INT " + process.pid()).inheritIO().start();
        if (kill.waitFor() != 0) {
            throw new IOException(name + " had ended already");
        }
        if (!process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException(name + " did not end within " + EXIT_SECONDS + " s of SIGINT");
        }
    }

    /** For a process that does not end at the end of its input. */
    void kill() {
        killed = true;
        process.destroyForcibly();
    }

    @Override
    public void close() throws IOException {
        try {
            if (process.isAlive()) {
                input.close();
            }
            if (!process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(name + " did not end within " + EXIT_SECONDS + " s and was killed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            kill();
        }
    }
}
