/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** The tables of states in {@code docs/design.md} are the machines: each state, and where it can go. */
class StateTablesTest {
    private static final Path DESIGN = Paths.get("../docs/design.md");
    private static final Pattern ROW = Pattern.compile("\\| `([A-Z_]+)` \\|[^|]*\\|([^|]*)\\|");
    private static final Pattern STATE = Pattern.compile("`([A-Z_]+)`");

    @Test
    void tableOfReceptionIsTheMachine() throws Exception {
        check(Reception.values(), "How the ring receives for a stream");
    }

    @Test
    void tableOfPollsIsTheMachine() throws Exception {
        check(PollState.values(), "A registration's state");
    }

    private static <E extends Enum<E>> void check(E[] states, String heading) throws Exception {
        List<String> machine = new ArrayList<>();
        for (E state : states) {
            machine.add(state + " goes to " + successors(state));
        }
        assertEquals(machine, rows(heading));
    }

    /** All that its transitions, which are the methods that answer with a state, can answer. */
    private static <E extends Enum<E>> Set<String> successors(E state) throws Exception {
        Set<String> successors = new TreeSet<>();
        for (Method method : state.getDeclaringClass().getDeclaredMethods()) {
            if (method.getReturnType() == state.getDeclaringClass() && !method.getName().equals("valueOf")) {
                if (method.getParameterCount() == 0) {
                    add(successors, state, method);
                } else {
                    add(successors, state, method, false);
                    add(successors, state, method, true);
                }
            }
        }
        successors.remove(state.name());
        return successors;
    }

    private static void add(Set<String> successors, Object state, Method method, Object... arguments) throws Exception {
        try {
            successors.add(((Enum<?>) method.invoke(state, arguments)).name());
        } catch (InvocationTargetException e) {
            // It cannot happen in this state.
            assertEquals(AssertionError.class, e.getCause().getClass());
        }
    }

    private static List<String> rows(String heading) throws IOException {
        String text = Files.readString(DESIGN);
        int start = text.indexOf("## " + heading);
        int end = text.indexOf("\n## ", start);
        List<String> rows = new ArrayList<>();
        Matcher row = ROW.matcher(text.substring(start, end < 0 ? text.length() : end));
        while (row.find()) {
            Set<String> named = new TreeSet<>();
            Matcher state = STATE.matcher(row.group(2));
            while (state.find()) {
                named.add(state.group(1));
            }
            rows.add(row.group(1) + " goes to " + named);
        }
        return rows;
    }
}
