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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The load generator for HTTP that others know, as a process for each load. It looks at the status of replies only. */
final class Wrk {
    private static final double GRACE_SECONDS = 30;
    /** The shell says what its children have used: in its second line, as minutes and seconds, user and system. */
    private static final String RUN = "\"$@\"; status=$?; times; exit $status";
    private static final Pattern TIMES = Pattern.compile("(\\d+)m([\\d.]+)s (\\d+)m([\\d.]+)s");

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
        List<String> command = new ArrayList<>(cores.generatorPrefix());
        command.addAll(List.of("sh", "-c", RUN, "wrk", binary.toString(), "-t1", "-c" + workload.connections(),
                "-d" + duration + "s", "-s", script.toString(), "-H", "Host: localhost",
                "http://127.0.0.1:" + port + "/plaintext", "--", Integer.toString(workload.kind().load().batch())));
        try (LineProcess process = LineProcess.start("wrk", command)) {
            List<String> lines = new ArrayList<>();
            Matcher times = TIMES.matcher("");
            // The first of the two lines with times is the shell's own.
            for (int found = 0; found < 2;) {
                lines.add(process.readLine(duration + GRACE_SECONDS));
                times.reset(lines.get(lines.size() - 1));
                found += times.matches() ? 1 : 0;
            }
            return parse(lines);
        }
    }

    /** @param lines of its output; the last are those of {@code times} */
    static LoadReport parse(List<String> lines) throws IOException {
        String report = lines.stream().filter(line -> line.startsWith("{")).findFirst()
                .orElseThrow(() -> new IOException("wrk failed: " + lines));
        Map<String, Object> values = new LinkedHashMap<>(JSON.std.mapFrom(report));
        if (((Number) values.remove("errors")).longValue() != 0) {
            throw new IOException("wrk saw errors: " + lines);
        }
        values.put("cpuNanos", parseCpuNanos(lines.get(lines.size() - 1)));
        return new LoadReport(values);
    }

    private static long parseCpuNanos(String line) throws IOException {
        Matcher times = TIMES.matcher(line);
        if (!times.matches()) {
            throw new IOException("no times in '" + line + "'");
        }
        double seconds = 60 * Double.parseDouble(times.group(1)) + Double.parseDouble(times.group(2))
                + 60 * Double.parseDouble(times.group(3)) + Double.parseDouble(times.group(4));
        return (long) (seconds * 1e9);
    }
}
