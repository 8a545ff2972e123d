/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** What a flight recording has of the loops. */
class FlightEventsTest {

    private static List<RecordedEvent> record(Mode mode, Path directory, String name) throws Exception {
        Path file = directory.resolve("recording.jfr");
        try (Recording recording = new Recording()) {
            recording.enable(name);
            recording.start();
            try (TestGroup group = new TestGroup(mode, 1); Connection connection = Connection.open(group)) {
                connection.send(10);
                Await.until("the data is read", 5000, () -> connection.recorder.byteCount() == 10);
            }
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals(name))
                .collect(Collectors.toList());
    }

    @Test
    void tellsThatALoopWaitsOnARing(@TempDir Path directory) throws Exception {
        assumeTrue(IoUring.isAvailable(), "no ring: " + IoUring.unavailabilityCause());
        List<RecordedEvent> events = record(Mode.RING, directory, "io.pollring.Ring");
        assertEquals(1, events.size(), events::toString);
        assertTrue(events.get(0).getString("loop").contains("EventLoop@"), events::toString);
        assertEquals(false, events.get(0).getBoolean("replaces"));
    }

    @Test
    void tellsWhyALoopWaitsOnEpoll(@TempDir Path directory) throws Exception {
        List<RecordedEvent> events = record(Mode.NO_RING, directory, "io.pollring.Fallback");
        assertEquals(1, events.size(), events::toString);
        assertTrue(events.get(0).getString("reason").contains("io.pollring.noRing"), events::toString);
    }

    @Test
    void tellsOfEachChannelThatMovesToEpoll(@TempDir Path directory) throws Exception {
        assumeTrue(IoUring.isAvailable(), "no ring: " + IoUring.unavailabilityCause());
        List<RecordedEvent> events = record(Mode.REVERTED, directory, "io.pollring.Revert");
        // The listener, and the connection that it has accepted.
        assertEquals(2, events.size(), events::toString);
        assertEquals("EINVAL", events.get(0).getString("reason"));
        assertTrue(events.get(0).getInt("fd") > 0, events::toString);
    }
}
