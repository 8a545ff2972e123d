/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.agent;

import io.pollring.agent.AgentJvm.Output;
import io.pollring.agent.app.AsyncHttpClientApp;
import io.pollring.agent.app.AttachApp;
import io.pollring.agent.app.AwsApp;
import io.pollring.agent.app.EchoApp;
import io.pollring.agent.app.MovedNettyApp;
import io.pollring.agent.app.TwoLoadersApp;
import io.pollring.channel.IoUring;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

/** Programs that have never heard of Pollring run on it, in JVMs of their own. */
class AgentTest {
    /** What loops get on this machine. */
    private static final String BACKEND = IoUring.isAvailable() ? "RING" : "EPOLL";
    private static final String USES = "Netty's EpollIoHandler.newFactory gives Pollring's handler";
    /** 8 clients, what was accepted for them, and the listener. */
    private static final String CHANNELS = "17";

    @Test
    void theGroupNamedAfterEpollRunsOnTheRingWithItsClassAndMethods() throws Exception {
        assertRuns(new AgentJvm().run(EchoApp.class.getName(), "epoll"));
    }

    private static void assertRuns(Output output) {
        assertEquals(BACKEND, output.value("backend"), output::toString);
        assertEquals("EpollEventLoopGroup", output.value("group"));
        assertEquals("EpollEventLoop", output.value("loop"));
        assertEquals("EpollServerSocketChannel", output.value("server"));
        assertEquals("EpollSocketChannel", output.value("client"));
        assertEquals(CHANNELS, output.value("channels"));
        assertEquals("false", output.value("visible"));
        assertEquals("false", output.value("open"));
        assertEquals(1, output.linesWith(USES), output::toString);
        assertEquals(1, output.linesWith("Pollring " + IoUring.version() + ": the first loop"), output::toString);
    }

    @Test
    void aNettyOfNamedModulesRunsOnTheRing() throws Exception {
        Output output = new AgentJvm().nettyAsModules().run(EchoApp.class.getName(), "epoll");
        assertEquals("true", output.value("named"), output::toString);
        assertRuns(output);
    }

    @Test
    void aGroupMadeWithTheHandlersFactoryRunsOnTheRing() throws Exception {
        Output output = new AgentJvm().run(EchoApp.class.getName(), "factory");
        assertEquals(BACKEND, output.value("backend"), output::toString);
        assertEquals("MultiThreadIoEventLoopGroup", output.value("group"));
    }

    @Test
    void bootstrapsMakeOwnChannelsIfAsked() throws Exception {
        Output output = new AgentJvm().option("-Dio.pollring.agent.channels=own")
                .run(EchoApp.class.getName(), "epoll");
        assertEquals(BACKEND, output.value("backend"), output::toString);
        assertEquals("IoUringServerSocketChannel", output.value("server"));
        assertEquals("IoUringSocketChannel", output.value("client"));
        assertEquals(CHANNELS, output.value("channels"));
        assertEquals(1, output.linesWith("channel classes that bootstraps name are Pollring's"));
    }

    @Test
    void theSwitchUndoesAll() throws Exception {
        Output output = new AgentJvm().option("-Dio.pollring.agent.off=true")
                .option("-Dio.pollring.agent.channels=own").run(EchoApp.class.getName(), "epoll");
        assertEquals("EpollIoHandler", output.value("backend"), output::toString);
        assertEquals("EpollSocketChannel", output.value("client"));
        assertEquals(0, output.linesWith(USES));
        assertEquals(1, output.linesWith("switched off by io.pollring.agent.off"));
    }

    /** Without which nothing above would say anything. */
    @Test
    void withoutTheAgentLoopsAreNettys() throws Exception {
        assertEquals("EpollIoHandler", new AgentJvm().withoutAgent().run(EchoApp.class.getName(), "epoll")
                .value("backend"));
    }

    @Test
    void whereThereIsNoRingLoopsWaitOnEpoll() throws Exception {
        Output output = new AgentJvm().option("-Dio.pollring.noRing=true").run(EchoApp.class.getName(), "epoll");
        assertEquals("EPOLL", output.value("backend"), output::toString);
        assertEquals(CHANNELS, output.value("channels"));
    }

    @Test
    void anApplicationWithPollringUsesItsOwn() throws Exception {
        Output output = new AgentJvm().classPath(AgentJvm.classPathWithPollring())
                .run(EchoApp.class.getName(), "epoll");
        assertEquals(BACKEND, output.value("backend"), output::toString);
        assertEquals("true", output.value("visible"));
        assertEquals(1, output.linesWith("from the application's own Pollring"), output::toString);
    }

    @Test
    void eachLoaderWithANettyGetsAPollring() throws Exception {
        Output output = new AgentJvm().run(TwoLoadersApp.class.getName(), AgentJvm.applicationClassPath());
        assertEquals(List.of(BACKEND, BACKEND), output.values("backend"), output::toString);
        assertEquals(2, output.linesWith(USES), output::toString);
    }

    @Test
    void aJarWithNestedJarsRuns(@TempDir Path directory) throws Exception {
        Path jar = directory.resolve("app.jar");
        BootJar.write(jar, EchoApp.class.getName(), AgentJvm.applicationClassPath());
        assertRuns(new AgentJvm().classPath(jar.toString())
                .run("org.springframework.boot.loader.launch.JarLauncher", "epoll"));
    }

    @Test
    void asyncHttpClientRunsOnTheRing() throws Exception {
        assertFetches(AsyncHttpClientApp.class);
    }

    @Test
    void theAwsClientRunsOnTheRing() throws Exception {
        assertFetches(AwsApp.class);
    }

    private static void assertFetches(Class<?> app) throws Exception {
        Output output = new AgentJvm().run(app.getName());
        assertEquals("hello", output.value("body"), output::toString);
        assertEquals("EpollEventLoopGroup", output.value("group"));
        assertEquals(BACKEND, output.value("backend"), output::toString);
    }

    @Test
    void aNettyInOtherPackagesIsLeftAloneAndToldOf() throws Exception {
        Output output = new AgentJvm().run(MovedNettyApp.class.getName());
        assertEquals(List.of("true", "true"), output.values("ran"), output::toString);
        assertEquals(1, output.linesWith("moved to io.grpc.netty.shaded. is out of reach"), output::toString);
    }

    @Test
    void attachingToAProgramThatRunsIsRefusedWithAReason() throws Exception {
        Output output = new AgentJvm().withoutAgent().option("-Djdk.attach.allowAttachSelf=true")
                .run(AttachApp.class.getName(), AgentJvm.AGENT);
        assertEquals("false", output.value("attached"), output::toString);
        assertEquals(1, output.linesWith("agent: cannot be attached to a program that runs"), output::toString);
    }

    /** Which are beside the one that runs this; each once, though there may be several names for it. */
    @Test
    void otherJdksRunIt() throws Exception {
        Path here = Paths.get(System.getProperty("java.home")).toRealPath();
        Map<String, Path> others = new TreeMap<>();
        try (Stream<Path> siblings = Files.list(here.getParent())) {
            for (Path sibling : siblings.filter(s -> Files.exists(s.resolve("release"))).collect(Collectors.toList())) {
                others.put(version(sibling), sibling);
            }
        }
        others.remove(version(here));
        for (Path home : others.values()) {
            assertRuns(new AgentJvm(home).run(EchoApp.class.getName(), "epoll"));
        }
    }

    private static String version(Path javaHome) throws Exception {
        Properties release = new Properties();
        release.load(Files.newBufferedReader(javaHome.resolve("release")));
        return release.getProperty("JAVA_VERSION");
    }

    @Test
    void nothingButTheAgentIsSeenOnTheClassPath() throws Exception {
        try (JarFile jar = new JarFile(new File(AgentJvm.AGENT))) {
            assertNotNull(jar.getEntry("io/pollring/agent/asm/ClassReader.class"), "the jar is not the shaded one");
            assertEquals(List.of(), jar.stream().map(Object::toString).filter(name -> name.endsWith(".class"))
                    .filter(name -> !name.startsWith("io/pollring/agent/") && !name.startsWith("META-INF/pollring/"))
                    .collect(Collectors.toList()));
        }
    }
}
