/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.pollring.channel.Transport.Family;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.File;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is flushed while data is read has its effect before the end behind that data, as if it was written at once. */
class FlushBeforeEndTest {

    /** Serves one connection whose data and end are there in one turn. */
    private static class Service extends EventLog {
        final List<ChannelFuture> writes = new ArrayList<>();
        final CountDownLatch gone = new CountDownLatch(1);
        private final Consumer<Service> onRead;
        private ChannelHandlerContext ctx;

        Service(Consumer<Service> onRead) {
            this.onRead = onRead;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
            this.ctx = ctx;
            super.channelRead(ctx, message);
            onRead.accept(this);
        }

        @Override
        public void channelUnregistered(ChannelHandlerContext ctx) throws Exception {
            super.channelUnregistered(ctx);
            gone.countDown();
        }

        ChannelFuture write(int bytes) {
            ChannelFuture future = ctx.write(Unpooled.directBuffer(bytes).writeZero(bytes));
            writes.add(future);
            return future;
        }

        ChannelFuture send(int bytes) {
            ChannelFuture future = write(bytes);
            ctx.flush();
            return future;
        }

        DuplexChannel channel() {
            return (DuplexChannel) ctx.channel();
        }

        String exceptions() {
            StringBuilder text = new StringBuilder();
            for (String event : events().split(" ")) {
                if (event.startsWith("exception")) {
                    text.append(event);
                }
            }
            return text.toString();
        }
    }

    private interface Ending {
        void of(RawClient client) throws IOException;
    }

    /** @return what the client has received */
    private static String serve(Transport transport, Service service, boolean halfClosure, Ending ending)
            throws Exception {
        try (TestGroup group = transport.newGroup(1)) {
            ServerBootstrap server = transport.server(group.group, Family.TCP, service)
                    .childOption(ChannelOption.ALLOW_HALF_CLOSURE, halfClosure)
                    .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(4096, 8192));
            Channel listener = server.bind(Family.TCP.anyAddress()).sync().channel();
            try (RawClient client = new RawClient(listener)) {
                service.await("active");
                RawClient.whileBusy(group.loop(), () -> {
                    client.send("?");
                    ending.of(client);
                });
                String received = client.socket.isClosed() ? "" : client.receive(Integer.MAX_VALUE);
                assertTrue(service.gone.await(10, TimeUnit.SECONDS), service::events);
                return received;
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatAPromisesListenerWritesStillGoes(Transport transport) throws Exception {
        Service service = new Service(s -> s.send(10).addListener(
                first -> s.send(700).addListener(second -> s.send(10))));
        assertEquals(720, serve(transport, service, false, RawClient::end).length());
        assertEquals("registered active read 1 readComplete readComplete inactive unregistered", service.events());
    }

    @ParameterizedTest
    @EnumSource
    void whatTheListenerOfAnUnflushedWriteWritesStillGoes(Transport transport) throws Exception {
        Service service = new Service(s -> {
            s.write(10).addListener(done -> s.send(10));
            s.send(10);
        });
        assertEquals(30, serve(transport, service, false, RawClient::end).length());
    }

    @ParameterizedTest
    @EnumSource
    void whatIsFlushedInReadCompleteStillGoes(Transport transport) throws Exception {
        Service service = new Service(s -> { }) {
            @Override
            public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
                super.channelReadComplete(ctx);
                send(10).addListener(done -> send(20));
            }
        };
        // The end is looked for in a read of its own.
        assertEquals(60, serve(transport, service, false, RawClient::end).length());
    }

    @ParameterizedTest
    @EnumSource
    void theAnswerMeetsTheResetBehindTheRequest(Transport transport) throws Exception {
        Service service = new Service(s -> s.send(10));
        serve(transport, service, false, RawClient::reset);
        assertInstanceOf(IOException.class, service.writes.get(0).cause());
        assertEquals("registered active read 1 inactive readComplete unregistered", order(service));
    }

    /** A socket tells its failure once, to whoever comes first. */
    @ParameterizedTest
    @EnumSource
    void theResetThatAWriteHasMetIsNoExceptionForTheRead(Transport transport) throws Exception {
        Service service = new Service(s -> {
            s.channel().config().setAutoClose(false);
            s.send(10);
        });
        serve(transport, service, false, RawClient::reset);
        assertFalse(service.writes.get(0).isSuccess());
        assertEquals("", service.exceptions());
    }

    /** The first write behind a reset finds out what the read has found. */
    @ParameterizedTest
    @EnumSource
    void whatIsFlushedInExceptionCaughtFailsBeforeTheEndIsTold(Transport transport) throws Exception {
        Service service = new Service(s -> { }) {
            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
                super.exceptionCaught(ctx, cause);
                send(1).addListener(done -> add("failed"));
            }
        };
        serve(transport, service, true, RawClient::reset);
        assertTrue(service.events().endsWith("failed inactive unregistered"), service::events);
        assertFalse(service.events().contains("Shutdown"), service::events);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsFlushedWhenTheInputEndsIsToldBeforeItIsReadToItsEnd(Transport transport) throws Exception {
        Service service = new Service(s -> { }) {
            @Override
            public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
                super.userEventTriggered(ctx, event);
                if (event instanceof ChannelInputShutdownEvent) {
                    send(1).addListener(done -> add("sent"));
                } else {
                    ctx.close();
                }
            }
        };
        assertEquals(1, serve(transport, service, true, RawClient::end).length());
        assertTrue(service.events().contains("ChannelInputShutdownEvent sent"), service::events);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsFlushedIsDoneBeforeTheInputIsShutDown(Transport transport) throws Exception {
        Service service = new Service(s -> {
            s.send(10).addListener(done -> s.add("sent"));
            s.channel().shutdownInput().addListener(done -> {
                s.add("shut");
                s.channel().close();
            });
        });
        assertEquals(10, serve(transport, service, false, RawClient::end).length());
        assertTrue(service.events().contains("sent shut"), service::events);
    }

    @ParameterizedTest
    @EnumSource
    void eachFlushHasAQuantumOfItsOwn(Transport transport, @TempDir Path folder) throws Exception {
        File file = Files.write(folder.resolve("part"), new byte[20]).toFile();
        Service service = new Service(s -> {
            s.channel().config().setWriteSpinCount(1);
            s.send(10);
            s.writes.add(s.channel().writeAndFlush(new DefaultFileRegion(file, 0, file.length())));
        });
        assertEquals(30, serve(transport, service, false, RawClient::end).length());
    }

    @ParameterizedTest
    @EnumSource
    void aWriteThatFailsClosesTheChannelBeforeItsOutputIsShutDown(Transport transport) throws Exception {
        List<ChannelFuture> shutdown = new ArrayList<>();
        Service service = new Service(s -> {
            s.send(10);
            shutdown.add(s.channel().shutdownOutput());
            assertFalse(s.channel().isOpen());
        });
        serve(transport, service, true, RawClient::reset);
        assertInstanceOf(IOException.class, service.writes.get(0).cause());
        assertInstanceOf(ClosedChannelException.class, shutdown.get(0).cause());
        assertFalse(service.events().contains("Shutdown"), service::events);
        assertEquals("", service.exceptions());
    }

    /** Where the channel goes down amid a read, Netty tells that before or behind the read's completion. */
    private static String order(Service service) {
        return service.events().replace("readComplete inactive", "inactive readComplete");
    }

    @ParameterizedTest
    @ValueSource(ints = {1024, 4000, 5000})
    void whatIsFlushedDoesNotCountForTheWaterMarks(int bytes) throws Exception {
        for (Transport transport : Transport.values()) {
            Service service = new Service(s -> {
                for (int i = 0; i < 12; i++) {
                    s.send(bytes);
                    assertTrue(s.channel().isWritable());
                }
            });
            assertEquals(12 * bytes, serve(transport, service, false, RawClient::end).length());
            assertEquals("registered active read 1 readComplete readComplete inactive unregistered", service.events(),
                    transport::name);
        }
    }
}
