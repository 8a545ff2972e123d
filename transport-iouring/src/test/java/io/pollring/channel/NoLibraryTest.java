/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import org.junit.jupiter.api.Test;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Our own channels where our native library is not to be found. */
class NoLibraryTest {
    private static final String LIBRARYS_JAR = "transport-iouring-native";

    @Test
    void channelsDoWithEpollsLibraryOrSayWhatIsMissing() throws Exception {
        String classPath = System.getProperty("java.class.path");
        String without = Arrays.stream(classPath.split(File.pathSeparator)).filter(path -> !path.contains(LIBRARYS_JAR))
                .collect(Collectors.joining(File.pathSeparator));
        Process process = new ProcessBuilder(Resources.java().toString(), "-ea", "-cp", without,
                NoLibraryMain.class.getName()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), output);
        assertTrue(output.contains(NoLibraryMain.DONE), output);
    }
}
