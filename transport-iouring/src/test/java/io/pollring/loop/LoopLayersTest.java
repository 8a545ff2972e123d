/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import org.junit.jupiter.api.Test;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * Reads the class files of the loop: references go down, from layer to layer. Inside of a package they need no import, so
 * the sources do not tell.
 */
class LoopLayersTest {
    private static final Path CLASSES = Paths.get("target/classes/io/pollring/loop");
    private static final Path TEST_CLASSES = Paths.get("target/test-classes/io/pollring/loop");
    private static final Pattern OURS = Pattern.compile("io/pollring/loop/(\\w+)");

    /** From the bottom to the top. The parts of a layer do not know each other; what is in one string is one part. */
    private static final String[][] LAYERS = {
        {"Trouble"},
        {"IoTime", "TurnTrouble", "PollEvents", "LoopSettings", "ProcessorQuota", "FlightEvents", "LoopMetrics",
            "HandleAdapter", "RequestKind", "Reception", "PollState"},
        {"PollRegistration StreamRegistration StreamHandle SendRequest RegistrationLoop LoopMemory RegistrationTable"
            + " RegistrationQueue WorkQueues Offenders CurrentRing", "RingTrial"},
        {"RingPolls", "Receiver ReceiveMemory QuietReceives", "SendBatch", "EpollPolls", "InternalPolls LoopTimer",
            "Waker AdaptiveWatch", "BorrowedAttachment"},
        {"Revoker"},
        {"Cancellation"},
        {"EventDelivery", "Completions"},
        {"Poller"},
        {"LoopRing"},
        {"LoopWait", "LoopDump"},
        {"PollLoop"},
    };

    private final Map<String, Integer> layers = new HashMap<>();
    private final Map<String, String> parts = new HashMap<>();

    LoopLayersTest() {
        for (int layer = 0; layer < LAYERS.length; layer++) {
            for (String part : LAYERS[layer]) {
                for (String name : part.split(" ")) {
                    layers.put(name, layer);
                    parts.put(name, part);
                }
            }
        }
    }

    @Test
    void noClassKnowsOneAboveIt() throws IOException {
        assertEquals(List.of(), faults(CLASSES, layers.keySet()));
        assertEquals(layers.keySet(), names(CLASSES), "those with a layer are those that there are");
    }

    @Test
    void plantedReferenceIsFound() throws IOException {
        String planted = PlantedUpwardReference.class.getSimpleName();
        assertEquals(List.of(planted + " is in no layer"), faults(TEST_CLASSES, Set.of(planted)));
        layers.put(planted, 0);
        parts.put(planted, planted);
        assertEquals(List.of(planted + " knows PollLoop"), faults(TEST_CLASSES, Set.of(planted)));
    }

    @Test
    void partsOfALayerDoNotKnowEachOther() throws IOException {
        // Planted, in the list instead of the code: the receiver's memory as a part of its own.
        parts.put("ReceiveMemory", "ReceiveMemory");
        assertEquals(List.of("Receiver knows ReceiveMemory"), faults(CLASSES, Set.of("Receiver")));
    }

    private static Set<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".class"))
                    .map(name -> name.replaceAll("[$.].*", "")).filter(name -> !name.equals("package-info"))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** What is wrong with the classes of these names, and those inside of them. */
    private List<String> faults(Path folder, Set<String> names) throws IOException {
        List<String> faults = new ArrayList<>();
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.sorted().collect(Collectors.toList());
        }
        for (Path file : files) {
            String name = file.getFileName().toString().replaceAll("[$.].*", "");
            if (!names.contains(name)) {
                continue;
            }
            if (!layers.containsKey(name)) {
                faults.add(name + " is in no layer");
                continue;
            }
            for (String known : references(file)) {
                boolean below = layers.containsKey(known) && layers.get(known) < layers.get(name);
                if (!below && !parts.get(name).equals(parts.get(known))) {
                    faults.add(name + " knows " + known);
                }
            }
        }
        return faults;
    }

    /** The classes of the loop that are named in a class file's constants: types, and those of fields and methods. */
    private static Set<String> references(Path file) throws IOException {
        Set<String> references = new TreeSet<>();
        try (InputStream bytes = Files.newInputStream(file); DataInputStream in = new DataInputStream(bytes)) {
            assertEquals(0xCAFEBABE, in.readInt());
            in.readInt();
            int constants = in.readUnsignedShort();
            for (int i = 1; i < constants; i++) {
                int tag = in.readUnsignedByte();
                if (tag == 1) {
                    Matcher matcher = OURS.matcher(in.readUTF());
                    while (matcher.find()) {
                        references.add(matcher.group(1));
                    }
                } else {
                    in.readFully(new byte[bytesOf(tag)]);
                    if (tag == 5 || tag == 6) {
                        // A long or a double takes two numbers.
                        i++;
                    }
                }
            }
        }
        return references;
    }

    /** How long the constants are whose length does not vary: chapter 4.4 of the JVM's specification. */
    private static int bytesOf(int tag) {
        switch (tag) {
            case 7:
            case 8:
            case 16:
            case 19:
            case 20:
                return 2;
            case 15:
                return 3;
            case 3:
            case 4:
            case 9:
            case 10:
            case 11:
            case 12:
            case 17:
            case 18:
                return 4;
            case 5:
            case 6:
                return 8;
            default:
                throw new AssertionError("constant of kind " + tag);
        }
    }
}
