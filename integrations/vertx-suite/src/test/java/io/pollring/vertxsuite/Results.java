/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.vertxsuite;

import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;

/** The outcome of each test of a run, from Surefire's reports. */
final class Results {
    enum Outcome { PASSED, SKIPPED, FAILED }

    private final Map<String, Outcome> outcomes = new TreeMap<>();
    private final Map<String, String> messages = new TreeMap<>();

    static Results read(Path folder) throws IOException {
        Results results = new Results();
        if (!Files.isDirectory(folder)) {
            return results;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "TEST-*.xml")) {
            DocumentBuilder parser = DocumentBuilderFactory.newInstance().newDocumentBuilder();
            for (Path file : files) {
                NodeList cases = parser.parse(file.toFile()).getElementsByTagName("testcase");
                for (int i = 0; i < cases.getLength(); i++) {
                    results.add((Element) cases.item(i));
                }
            }
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException("cannot read the reports in " + folder, e);
        }
        return results;
    }

    private void add(Element test) {
        String name = test.getAttribute("classname") + '#' + test.getAttribute("name");
        Element problem = first(test, "failure") != null ? first(test, "failure") : first(test, "error");
        if (problem != null) {
            outcomes.put(name, Outcome.FAILED);
            messages.put(name, (problem.getAttribute("type") + ": " + problem.getAttribute("message"))
                    .replaceAll("\\s+", " "));
            return;
        }
        // Of a test with several reports the worst counts.
        outcomes.merge(name, first(test, "skipped") != null ? Outcome.SKIPPED : Outcome.PASSED,
                (a, b) -> a.compareTo(b) > 0 ? a : b);
    }

    private static Element first(Element parent, String tag) {
        NodeList elements = parent.getElementsByTagName(tag);
        return elements.getLength() == 0 ? null : (Element) elements.item(0);
    }

    Map<String, Outcome> byTest() {
        return outcomes;
    }

    /** Why it failed, shortened. */
    String message(String test) {
        String message = messages.getOrDefault(test, "");
        return message.length() > 200 ? message.substring(0, 200) + "..." : message;
    }

    long count(Outcome outcome) {
        return outcomes.values().stream().filter(outcome::equals).count();
    }

    @Override
    public String toString() {
        return outcomes.size() + " tests, " + count(Outcome.PASSED) + " passed, " + count(Outcome.FAILED) + " failed, "
                + count(Outcome.SKIPPED) + " skipped";
    }
}
