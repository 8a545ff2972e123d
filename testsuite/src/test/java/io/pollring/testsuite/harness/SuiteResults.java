/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;

/** What one run of the suite reported: the outcome of each test, from surefire's XML files. */
final class SuiteResults {

    enum Outcome { PASSED, SKIPPED, FAILED }

    static final class Result {
        final String testClass;
        final Outcome outcome;
        final String message;

        Result(String testClass, Outcome outcome, String message) {
            this.testClass = testClass;
            this.outcome = outcome;
            this.message = message;
        }
    }

    /** Skipped by the extension that repeats a test: the attempt has failed, or an earlier one has passed. */
    private static final Pattern ATTEMPT = Pattern.compile(
            "Do not fail completely, but repeat the test|Turn off the remaining repetitions");

    private final Map<String, Result> results = new TreeMap<>();
    /** Tests that their authors let be attempted several times, because what they rely on may fail to hold. */
    private final Set<String> attempted = new TreeSet<>();

    static SuiteResults read(Path directory) throws IOException {
        SuiteResults results = new SuiteResults();
        if (!Files.isDirectory(directory)) {
            return results;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "TEST-*.xml")) {
            DocumentBuilder parser = DocumentBuilderFactory.newInstance().newDocumentBuilder();
            for (Path file : files) {
                NodeList cases = parser.parse(file.toFile()).getElementsByTagName("testcase");
                for (int i = 0; i < cases.getLength(); i++) {
                    results.add((Element) cases.item(i));
                }
            }
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException("cannot read the reports in " + directory, e);
        }
        results.attempted.forEach(results::joinAttempts);
        return results;
    }

    Map<String, Result> byTest() {
        return results;
    }

    long count(Outcome outcome) {
        return results.values().stream().filter(result -> result.outcome == outcome).count();
    }

    private void add(Element testCase) {
        String testClass = testCase.getAttribute("classname");
        // Names of parameterized tests contain identity hash codes.
        String name = testCase.getAttribute("name").replaceAll("@[0-9a-f]{4,}", "@");
        String test = testClass + '#' + name;
        int copies = 1;
        while (results.containsKey(test)) {
            test = testClass + '#' + name + " (" + ++copies + ')';
        }
        Element failure = first(testCase, "failure");
        Element error = first(testCase, "error");
        if (failure != null || error != null) {
            Element problem = failure != null ? failure : error;
            String message = problem.getAttribute("type") + ": " + problem.getAttribute("message");
            results.put(test, new Result(testClass, Outcome.FAILED, message.replaceAll("\\s+", " ")));
            return;
        }
        Element skipped = first(testCase, "skipped");
        if (skipped != null && ATTEMPT.matcher(skipped.getAttribute("message") + skipped.getTextContent()).find()) {
            attempted.add(withoutAttempt(test));
        }
        results.put(test, new Result(testClass, skipped != null ? Outcome.SKIPPED : Outcome.PASSED, ""));
    }

    private static String withoutAttempt(String test) {
        return test.replaceAll("\\[\\d+]$", "");
    }

    /** One result for all attempts of a test: it passes if one does, and fails if the last does. */
    private void joinAttempts(String test) {
        Result joined = null;
        for (Iterator<Map.Entry<String, Result>> i = results.entrySet().iterator(); i.hasNext();) {
            Map.Entry<String, Result> attempt = i.next();
            if (withoutAttempt(attempt.getKey()).equals(test)) {
                Result result = attempt.getValue();
                if (joined == null || result.outcome != Outcome.SKIPPED) {
                    joined = result;
                }
                i.remove();
            }
        }
        results.put(test, joined);
    }

    private static Element first(Element parent, String tag) {
        NodeList elements = parent.getElementsByTagName(tag);
        return elements.getLength() == 0 ? null : (Element) elements.item(0);
    }
}
