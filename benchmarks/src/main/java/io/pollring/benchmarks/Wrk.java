/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

import com.fasterxml.jackson.jr.ob.JSON;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The load generator for HTTP that others know, as a process for each load. It looks at the status of replies only. */
final class Wrk {
    private static final double GRACE_SECONDS = 30;
    private final Path binary;
    private final Path script;

    private Wrk(Path binary, Path script) {
        this.binary = binary;
        this.script = script;
    }

    /** @return {@code null} where it is not installed */
    static Wrk find(String path) throws IOException {
        Path binary = Arrays.stream(path.split(File.pathSeparator)).map(directory -> Path.of(directory, "wrk"))
                .filter(Files::isExecutable).findFirst().orElse(null);
        if (binary == null) {
            return null;
        }
        Path script = Files.createTempFile("pollring", ".lua");
        script.toFile().deleteOnExit();
        try (InputStream contents = Wrk.class.getResourceAsStream("/wrk.lua")) {
            Files.copy(contents, script, StandardCopyOption.REPLACE_EXISTING);
        }
        return new Wrk(binary, script);
    }

    /** @param seconds rounded, and 1 at least: it knows whole seconds only */
    LoadReport run(String port, Workload workload, Cores cores, double seconds)
            throws IOException, InterruptedException {
        long duration = Math.max(1, Math.round(seconds));
        int connections = workload.connections();
        List<String> command = new ArrayList<>(cores.generatorPrefix());
        command.addAll(List.of("env", "CONNECTIONS=" + connections, "PIPELINED=" + workload.kind().load().batch(),
                binary.toString(), "-t1", "-c" + connections, "-d" + duration + "s", "-s", script.toString(),
                "-H", "Host: localhost", "http://127.0.0.1:" + port + "/plaintext"));
        try (LineProcess process = LineProcess.start("wrk", command)) {
            String line;
            do {
                line = process.readLine(duration + GRACE_SECONDS);
            } while (!line.startsWith("{"));
            return parse(line, workload);
        }
    }

    /** @param line what our script makes it say */
    static LoadReport parse(String line, Workload workload) throws IOException {
        Map<String, Object> values = JSON.std.mapFrom(line);
        if (number(values, "errors") != 0) {
            throw new IOException("wrk saw errors: " + line);
        }
        if (number(values, "messages") < 1) {
            throw new IOException("no message was answered: " + line);
        }
        // Of what is outstanding at the end, some replies may have come and not the last of those sent at once.
        int batch = workload.kind().load().batch();
        long unmeasured = number(values, "messages") - number(values, "latencies") * batch;
        if (unmeasured < 0 || unmeasured > (long) workload.connections() * batch) {
            throw new IOException("wrk's latencies are not as many as the replies: " + line);
        }
        return new LoadReport(values);
    }

    private static long number(Map<String, Object> values, String name) {
        return ((Number) values.get(name)).longValue();
    }
}
