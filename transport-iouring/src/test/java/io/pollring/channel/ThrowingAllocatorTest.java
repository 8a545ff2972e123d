/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.util.LeakPresenceDetector;
import io.pollring.channel.Transport.Family;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * A user's receive allocator may throw whenever it is called. That is its channel's, which does what an epoll channel
 * does; others are served in the same turn.
 */
class ThrowingAllocatorTest {

    static Stream<Arguments> cases() {
        return Stream.of(ExtendedHandle.class.getMethods())
                .sorted(Comparator.comparing(Method::toString))
                .flatMap(method -> Stream.of(Transport.RING, Transport.DIRECT, Transport.NO_RING)
                        .map(transport -> Arguments.of(transport, method)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void exceptionDoesWhatItDoesOnEpoll(Transport transport, Method method) throws Exception {
        // The second is known by its name: the oldest Netty does not have it.
        for (Throwable thrown : List.of(new IllegalStateException("on purpose"),
                new LeakPresenceDetector.AllocationProhibitedException("on purpose"))) {
            assertEquals(outcome(Transport.NETTY, method, thrown), outcome(transport, method, thrown));
        }
    }

    /** Netty's epoll loop ends with an error, unless it is for want of a buffer. */
    @ParameterizedTest
    @MethodSource("cases")
    void errorEndsNoLoop(Transport transport, Method method) throws Exception {
        for (Throwable thrown : List.of(new OutOfMemoryError("on purpose"), new AssertionError("on purpose"))) {
            outcome(transport, method, thrown);
        }
    }

    /** What becomes of a channel whose allocator throws once while another one has something to read as well. */
    private static List<String> outcome(Transport transport, Method method, Throwable thrown) throws Exception {
        Guilty allocator = new Guilty(method, thrown);
        Echo echo = new Echo();
        try (TestGroup group = transport.newGroup(1)) {
            Channel healthy = transport.server(group.group, Family.TCP, new Echo())
                    .bind(Family.TCP.anyAddress()).sync().channel();
            Channel guilty = transport.server(group.group, Family.TCP, echo)
                    .childOption(ChannelOption.RECVBUF_ALLOCATOR, allocator)
                    .bind(Family.TCP.anyAddress()).sync().channel();
            try (RawClient victim = new RawClient(guilty); RawClient other = new RawClient(healthy)) {
                victim.send("a");
                assertEquals("a", victim.receive(1));
                other.send("b");
                assertEquals("b", other.receive(1));
                RawClient.whileBusy(group.loop(), () -> {
                    allocator.armed = true;
                    victim.send("x");
                    other.send("y");
                });
                assertEquals("y", other.receive(1));
                TestGroup.run(group.loop(), () -> { });
                List<String> outcome = new ArrayList<>();
                outcome.add("thrown: " + !allocator.armed);
                outcome.add("received: " + answersOf(victim));
                outcome.addAll(echo.exceptions);
                return outcome;
            }
        }
    }

    private static String answersOf(RawClient victim) throws IOException {
        try {
            return victim.send("z").receive(2);
        } catch (SocketException e) {
            return "reset";
        }
    }

    @ChannelHandler.Sharable
    private static final class Echo extends ChannelInboundHandlerAdapter {
        final List<String> exceptions = new CopyOnWriteArrayList<>();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.writeAndFlush(((ByteBuf) message).copy());
            ((ByteBuf) message).release();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            exceptions.add(cause.toString());
        }
    }

    /** Makes handles that throw once when they are armed. */
    private static final class Guilty extends AdaptiveRecvByteBufAllocator {
        private final Method method;
        private final Throwable thrown;
        volatile boolean armed;

        Guilty(Method method, Throwable thrown) {
            this.method = method;
            this.thrown = thrown;
        }

        @Override
        public RecvByteBufAllocator.Handle newHandle() {
            RecvByteBufAllocator.Handle handle = super.newHandle();
            return (RecvByteBufAllocator.Handle) Proxy.newProxyInstance(ExtendedHandle.class.getClassLoader(),
                    new Class<?>[] {ExtendedHandle.class}, (proxy, called, arguments) -> {
                        if (armed && isSame(called)) {
                            armed = false;
                            throw thrown;
                        }
                        try {
                            return called.invoke(handle, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }

        private boolean isSame(Method called) {
            return called.getName().equals(method.getName())
                    && Arrays.equals(called.getParameterTypes(), method.getParameterTypes());
        }
    }
}
