/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the bytes of messages are, so that one that is lost, doubled or misplaced shows. */
final class Pattern {
    static final int PERIOD = 251;
    static final String FILE_NAME = "differential";
    private static final int FILE_SIZE = 1 << 20;

    private static File file;

    private Pattern() { }

    static byte at(int id, int index) {
        return (byte) ((id + index) % PERIOD);
    }

    static byte[] message(int id, int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = at(id, i);
        }
        return bytes;
    }

    /** A file that has the bytes of message N from position N modulo the period on. */
    static synchronized File file() {
        if (file == null) {
            try {
                Path path = Files.createTempFile(FILE_NAME, ".bin");
                Files.write(path, message(0, FILE_SIZE));
                file = path.toFile();
                file.deleteOnExit();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return file;
    }
}
