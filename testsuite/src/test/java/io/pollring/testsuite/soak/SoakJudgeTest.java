/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.soak;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.FileDescriptor;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What the soak must not let pass is planted, and it does not. */
public class SoakJudgeTest {
    /** More than anybody else in this JVM releases at the same time. */
    private static final int PLANTED_BYTES = 8 << 20;

    private final Violations violations = new Violations();
    private final SoakWorld world = new SoakWorld(violations);
    private final SoakConnection connection = new SoakConnection(7, Link.TCP, false, world);

    @Test
    public void rightBytesAreNoViolation() {
        EmbeddedChannel server = server();
        server.writeInbound(bytes(70_000, 0), bytes(1000, 70_000));
        assertEquals(71_000, connection.server.received);
        assertEquals(List.of(), violations.list());
    }

    @Test
    public void aWrongByteIs() {
        ByteBuf bytes = bytes(70_000, 0);
        bytes.setByte(66_000, bytes.getByte(66_000) + 1);
        server().writeInbound(bytes);
        assertOnly("wrong byte at 66000");
    }

    @Test
    public void aLostByteIs() {
        server().writeInbound(bytes(100, 0), bytes(100, 101));
        assertOnly("wrong byte at 100");
    }

    @Test
    public void aWholeLostPieceAtTheEndIs() {
        EmbeddedChannel server = server();
        connection.client.sent = 200;
        server.writeInbound(bytes(100, 0));
        connection.ending = Ending.HALF_CLOSE;
        server.close();
        assertOnly("its input ended before all had come");
    }

    @Test
    public void whatAResetHasLostIsNot() {
        EmbeddedChannel server = server();
        connection.client.sent = 200;
        connection.ending = Ending.RESET;
        server.pipeline().fireExceptionCaught(new IOException("reset by peer"));
        server.close();
        assertEquals(List.of(), violations.list());
    }

    @Test
    public void anEndThatNobodyHasAskedForIs() {
        server().close();
        assertTrue(violations.list().stream().anyMatch(v -> v.contains("closed, and nobody has asked for it")));
        assertTrue(violations.list().stream().anyMatch(v -> v.contains("its input ended, and nobody has")));
    }

    @Test
    public void anExceptionIs() {
        server().pipeline().fireExceptionCaught(new IOException("planted"));
        assertTrue(violations.list().get(0).contains("exception: java.io.IOException: planted"));
    }

    @Test
    public void aWrongDatagramIs() {
        SoakConnection datagrams = new SoakConnection(8, Link.UDP, false, world);
        EmbeddedChannel client = new EmbeddedChannel(datagrams.client);
        EmbeddedChannel server = new EmbeddedChannel(datagrams.server);
        datagrams.client.send(500, 2);
        client.runPendingTasks();
        ByteBuf right = client.readOutbound();
        ByteBuf wrong = client.readOutbound();
        server.writeInbound(right.copy());
        assertEquals(List.of(), violations.list());
        wrong.setByte(300, wrong.getByte(300) + 1);
        server.writeInbound(wrong);
        assertOnly("a wrong datagram");
        server.writeInbound(right);
        assertTrue(violations.list().get(1).contains("datagram 0 has come twice"));
    }

    @Test
    public void aConnectionThatDoesNotGetOnIs() {
        EmbeddedChannel server = server();
        EmbeddedChannel client = new EmbeddedChannel(connection.client);
        connection.client.ready = true;
        connection.client.sent = 100;
        StallWatch watch = new StallWatch(List.of());
        look(watch, StallWatch.MAX_LOOKS);
        server.writeInbound(bytes(10, 0));
        look(watch, StallWatch.MAX_LOOKS);
        connection.server.paused = true;
        look(watch, 1);
        connection.server.paused = false;
        look(watch, StallWatch.MAX_LOOKS - 1);
        assertEquals(List.of(), violations.list());
        look(watch, 1);
        assertOnly("does not get on");
        assertTrue(!server.isOpen() && !client.isOpen());
    }

    @Test
    public void oneInLineGetsOnWithThoseBeforeIt() {
        StallWatch watch = new StallWatch(List.of());
        Channel listener = new EmbeddedChannel();
        List<SoakConnection> line = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            line.add(new SoakConnection(i, Link.TCP, false, world));
            line.get(i).listener = listener;
        }
        while (line.size() > 1) {
            for (int i = 0; i < StallWatch.MAX_LOOKS; i++) {
                watch.look(line);
            }
            line.remove(0);
        }
        for (int i = 0; i < StallWatch.MAX_LOOKS; i++) {
            watch.look(line);
        }
        assertEquals(List.of(), violations.list());
        watch.look(line);
        assertOnly("connection 2: is not established");
    }

    @Test
    public void aConnectionThatDoesNotEndIs() {
        server();
        connection.ending = Ending.CLOSE;
        look(new StallWatch(List.of()), StallWatch.MAX_LOOKS + 1);
        assertOnly("does not end");
    }

    @Test
    public void aDescriptorAndABufferThatAreLeftBehindAre() throws IOException {
        Epoll.ensureAvailability();
        SoakResources before = SoakResources.now();
        FileDescriptor[] pipe = FileDescriptor.pipe();
        ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(PLANTED_BYTES);
        List<String> excess = SoakResources.now().excessOver(before);
        pipe[0].close();
        pipe[1].close();
        buffer.release();
        assertTrue(excess.stream().anyMatch(e -> e.startsWith("open files: pipe")), excess::toString);
        assertTrue(excess.stream().anyMatch(e -> e.startsWith("bytes in buffers")), excess::toString);
    }

    @Test
    public void moreThanIsToleratedIs() {
        SoakResources before = new SoakResources(Map.of(), Map.of("loop", 2L), 0, 0, 1000, 50);
        assertEquals(List.of(), resources(0).excessOver(before));
        assertEquals(4, resources(1).excessOver(before).size(), resources(1).excessOver(before)::toString);
    }

    /** As much as is tolerated, and so much more. */
    private static SoakResources resources(int more) {
        return new SoakResources(Map.of(), Map.of("loop", 2L + more), 0, SoakResources.DIRECT_TOLERANCE + more,
                1000 + SoakResources.RSS_TOLERANCE_KIB + more, 50 + SoakResources.REQUESTS_TOLERANCE + more);
    }

    @Test
    public void aSoakThatHasNotHadSomeKindIs() {
        SoakCounts counts = new SoakCounts();
        for (Ending ending : Ending.values()) {
            for (Link link : Link.values()) {
                counts.ended(link, ending);
            }
        }
        counts.count(SoakEvent.SEND);
        assertEquals("[MOVE, PAUSE, REVERT, SLOW]", counts.missing().keySet().toString());
    }

    @Test
    public void aWarningIs() {
        IncidentWatch.Attached watch = IncidentWatch.start(violations);
        try {
            LoggerFactory.getLogger("planted").warn("LEAK: planted");
        } finally {
            watch.stop();
        }
        assertTrue(violations.list().get(0).startsWith("logged: planted: LEAK"));
    }

    private EmbeddedChannel server() {
        EmbeddedChannel server = new EmbeddedChannel(connection.server);
        // The greeting has arrived.
        server.releaseOutbound();
        connection.client.received = connection.server.sent;
        return server;
    }

    private ByteBuf bytes(int count, long position) {
        ByteBuf bytes = Unpooled.buffer(count);
        new BytePattern(connection.id, true).write(bytes, position, count);
        return bytes;
    }

    private void look(StallWatch watch, int times) {
        for (int i = 0; i < times; i++) {
            watch.look(List.of(connection));
        }
    }

    private void assertOnly(String what) {
        List<String> found = violations.list();
        assertTrue(found.size() == 1 && found.get(0).contains(what), found::toString);
    }
}
