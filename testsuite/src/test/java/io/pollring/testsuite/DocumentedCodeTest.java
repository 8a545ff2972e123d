/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite;

import io.pollring.testsuite.harness.Family;
import io.pollring.testsuite.harness.Mode;
import io.pollring.testsuite.harness.Program;
import io.pollring.testsuite.harness.Run;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** What the documents show as Java compiles, against this Netty and our classes; or it is a part of a source file. */
public class DocumentedCodeTest {
    private static final Path ROOT = root();
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```java\\n(.*?)^```$");
    private static final Pattern CHANGE = Pattern.compile("(?m)^```diff\\n-(.*)\\n\\+(.*)\\n```$");
    /** Where the code is that documents show a part of: it is compiled, and run, there. */
    private static final List<Path> SOURCES = List.of(ROOT.resolve("examples/src/main/java/io/pollring/examples"),
            ROOT.resolve("integrations/interop/src/test/java/io/pollring/interop"));
    private static final List<String> IMPORTS = List.of("io.netty.bootstrap.*", "io.netty.buffer.*", "io.netty.channel.*",
            "io.netty.channel.embedded.*", "io.netty.channel.epoll.*", "io.netty.channel.local.*",
            "io.netty.channel.unix.*", "io.netty.handler.codec.http2.*", "io.netty.util.concurrent.*",
            "io.pollring.channel.*", "java.io.File", "java.net.ServerSocket", "java.net.Socket");
    /** Names that a reader takes for his own. */
    private static final String READERS = "class MyHandler extends ChannelInboundHandlerAdapter { }\n"
            + "EventLoop eventLoop; EventLoopGroup group; Channel channel;\n";

    @TempDir
    Path classes;

    @Test
    public void shouldCompile_whenReadersCopyIt() throws Exception {
        assumeTrue(Run.current().equals(new Run(Mode.RING, Family.HOSTED)), "documents depend on no mode");
        List<JavaFileObject> sources = new ArrayList<>();
        List<String> elsewhere = elsewhere();
        for (Path document : documents()) {
            String text = Files.readString(document);
            Matcher change = CHANGE.matcher(text);
            while (change.find()) {
                sources.add(new Source("Block" + sources.size(), document, change.group(1)));
                sources.add(new Source("Block" + sources.size(), document, change.group(2)));
            }
            Matcher block = BLOCK.matcher(text);
            while (block.find()) {
                String code = block.group(1);
                if (elsewhere.stream().noneMatch(source -> isPartOf(source, code))) {
                    sources.add(new Source("Block" + sources.size(), document, code));
                }
            }
        }
        assertTrue(sources.size() >= 7, () -> "only " + sources);
        assertEquals("", compile(sources));
    }

    /** Each run has a folder of its own below. */
    private static Path root() {
        Path folder = Paths.get("").toAbsolutePath();
        while (!Files.isDirectory(folder.resolve(".mvn"))) {
            folder = folder.getParent();
        }
        return folder;
    }

    private static List<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>();
        for (String folder : List.of("", "docs", "testsuite", "examples", "benchmarks")) {
            try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
                files.filter(file -> file.toString().endsWith(".md")).forEach(documents::add);
            }
        }
        return documents;
    }

    private static List<String> elsewhere() throws IOException {
        List<String> sources = new ArrayList<>();
        for (Path folder : SOURCES) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.java")) {
                for (Path file : files) {
                    sources.add(Files.readString(file));
                }
            }
        }
        return sources;
    }

    private static boolean isPartOf(String source, String block) {
        return block.lines().allMatch(line -> source.contains(line.trim()));
    }

    /** @return what is wrong */
    private String compile(List<JavaFileObject> sources) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> told = new DiagnosticCollector<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(told, null, null)) {
            compiler.getTask(null, files, told, List.of("-d", classes.toString(), "-cp", Program.classPath()), null,
                    sources).call();
        }
        return told.getDiagnostics().stream().filter(one -> one.getKind() == Diagnostic.Kind.ERROR)
                .map(one -> one.getSource() + ": " + one.getMessage(null)).collect(Collectors.joining("\n"));
    }

    /** A block, as the body of a method and what methods it has itself. */
    private static final class Source extends SimpleJavaFileObject {
        private final Path document;
        private final String text;

        Source(String name, Path document, String block) {
            super(URI.create("memory:///" + name + Kind.SOURCE.extension), Kind.SOURCE);
            this.document = document;
            int methods = block.startsWith("static ") ? 0 : block.indexOf("\nstatic ");
            String body = methods < 0 ? block : block.substring(0, methods);
            text = IMPORTS.stream().map(imported -> "import " + imported + ";\n").collect(Collectors.joining())
                    + "class " + name + " {\n" + READERS + "void code() throws Exception {\n" + body + "}\n"
                    + (methods < 0 ? "" : block.substring(methods)) + "}\n";
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }

        @Override
        public String toString() {
            return document + ":\n" + text;
        }
    }
}
