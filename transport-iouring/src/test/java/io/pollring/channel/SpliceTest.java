/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.unix.FileDescriptor;
import io.pollring.channel.Transport.Family;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** {@code spliceTo} of our stream channels, on our loops in their modes and on Netty's own. */
class SpliceTest {
    private static final int ALL = Integer.MAX_VALUE;
    /** More than a pipe holds, and less than the buffers of a connection. */
    private static final int TWO_PIPES = 120 * 1024;
    private static final int SOCKET_BYTES = 256 * 1024;
    private static final int LITTLE = 4 * 1024;

    @TempDir
    Path directory;

    /** Collects what comes, at its own pace. */
    private static final class Sink extends ChannelInboundHandlerAdapter {
        final CompletableFuture<byte[]> all = new CompletableFuture<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            synchronized (bytes) {
                bytes.writeBytes(ByteBufUtil.getBytes((ByteBuf) msg));
            }
            ((ByteBuf) msg).release();
        }

        byte[] soFar() {
            synchronized (bytes) {
                return bytes.toByteArray();
            }
        }

        void await(int count) throws Exception {
            Await.until(count + " bytes have come", 10_000, () -> soFar().length >= count);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            all.complete(soFar());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            all.completeExceptionally(cause);
        }
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static AbstractIoUringStreamChannel stream(Channel channel) {
        return (AbstractIoUringStreamChannel) channel;
    }

    private static StreamPair pair(TestGroup group, Family family, ChannelInboundHandlerAdapter child)
            throws Exception {
        return StreamPair.open(Transport.RING, group, family, TestGroup.IGNORE, child);
    }

    private FileDescriptor newFile(String name) throws IOException {
        Path file = directory.resolve(name);
        Files.createFile(file);
        return FileDescriptor.from(file.toFile());
    }

    private byte[] content(String name) throws IOException {
        return Files.readAllBytes(directory.resolve(name));
    }

    /**
     * A proxy between two connections, of which the second one's reader takes little at a time: its socket and the pipe
     * are full all the time, and so is the socket that is read from. The end goes through as well.
     *
     * <p>Little by its reads, and not by a small {@code SO_RCVBUF}: on loopback a segment has up to 64 KiB. Where a
     * receive buffer holds less than a few of them, and {@code net.ipv4.tcp_rmem} begins with the 128 KiB that
     * distributions have, TCP goes on by timers, some 150 kB in a second whoever uses it.
     */
    @ParameterizedTest
    @CsvSource({
        "RING, TCP, TCP", "RING, UNIX, UNIX", "RING, TCP, UNIX", "REVERTED, TCP, TCP", "REVERTED, UNIX, TCP",
        "NO_RING, TCP, TCP", "NO_RING, UNIX, UNIX", "NO_FEATURES, TCP, TCP", "NO_FEATURES, UNIX, UNIX",
        "EPOLL, TCP, TCP", "EPOLL, UNIX, UNIX"
    })
    void aProxyPassesAllOnAndThenTheEnd(Mode mode, Family from, Family to) throws Exception {
        List<String> before = Resources.openFiles();
        // Several times what all the buffers behind the pipe hold.
        byte[] bytes = random(5_000_000);
        try (TestGroup group = new TestGroup(mode, 1)) {
            Sink sink = new Sink();
            StreamPair out = StreamPair.open(Transport.RING, group, to, TestGroup.IGNORE, sink,
                    client -> client.option(ChannelOption.SO_SNDBUF, SOCKET_BYTES),
                    server -> server.option(ChannelOption.SO_RCVBUF, SOCKET_BYTES)
                            .childOption(ChannelOption.AUTO_READ, false)
                            .childOption(ChannelOption.MAX_MESSAGES_PER_READ, 1)
                            .childOption(ChannelOption.RCVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(LITTLE)));
            StreamPair in = StreamPair.open(Transport.RING, group, from, TestGroup.IGNORE,
                    new ChannelInboundHandlerAdapter(),
                    client -> client.option(ChannelOption.SO_SNDBUF, SOCKET_BYTES),
                    server -> server.option(ChannelOption.SO_RCVBUF, SOCKET_BYTES));
            ChannelFuture spliced = stream(in.child).spliceTo(stream(out.client), ALL);
            spliced.addListener(future -> out.client.writeAndFlush(Unpooled.EMPTY_BUFFER)
                    .addListener(ChannelFutureListener.CLOSE));
            ChannelFuture written = in.client.writeAndFlush(Unpooled.wrappedBuffer(bytes))
                    .addListener(ChannelFutureListener.CLOSE);
            for (int i = 0; i < 20; i++) {
                out.child.read();
                Thread.sleep(1);
            }
            assertFalse(spliced.isDone(), "the target takes more than is read from it");
            assertFalse(written.isDone(), "the proxy takes more than its target does");
            out.child.config().setAutoRead(true);
            assertArrayEquals(bytes, sink.all.get(20, TimeUnit.SECONDS));
            assertTrue(spliced.await().cause() instanceof ClosedChannelException, "" + spliced.cause());
            Await.until("the source is closed", 5000, () -> !in.child.isOpen());
            out.close();
        }
        assertEquals(List.of(), Resources.filesSince(before).stream().filter(f -> f.startsWith("pipe:"))
                .collect(Collectors.toList()));
    }

    /**
     * The header fills its buffer to the last byte, so the read says nothing of what is left; the rest waits in the
     * socket, is more than a pipe holds, and nothing comes after it that could wake the channel up again.
     */
    @ParameterizedTest
    @CsvSource({
        "RING, TCP, 4", "RING, UNIX, 4", "RING, TCP, 64", "REVERTED, TCP, 4", "NO_RING, UNIX, 4", "NO_FEATURES, TCP, 4",
        "EPOLL, TCP, 4", "EPOLL, UNIX, 4"
    })
    void aSpliceFromInsideAReadGoesOn(Mode mode, Family family, int headerLength) throws Exception {
        byte[] header = random(headerLength);
        byte[] body = random(TWO_PIPES);
        byte[] trailer = random(10);
        for (boolean toFile : new boolean[] {true, false}) {
            try (TestGroup group = new TestGroup(mode, 1)) {
                FileDescriptor file = newFile("body" + toFile);
                Sink sink = new Sink();
                StreamPair out = pair(group, family, sink);
                CompletableFuture<ChannelFuture> begun = new CompletableFuture<>();
                Sink rest = new Sink();
                StreamPair in = StreamPair.open(Transport.RING, group, family, TestGroup.IGNORE,
                        new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelRead(ChannelHandlerContext ctx, Object msg) {
                                assertArrayEquals(header, ByteBufUtil.getBytes((ByteBuf) msg));
                                ((ByteBuf) msg).release();
                                ctx.pipeline().replace(this, null, rest);
                                AbstractIoUringStreamChannel channel = stream(ctx.channel());
                                begun.complete(toFile ? channel.spliceTo(file, 0, body.length)
                                        : channel.spliceTo(stream(out.client), body.length));
                            }
                        }, client -> client.option(ChannelOption.SO_SNDBUF, 1 << 20),
                        server -> server.childOption(ChannelOption.AUTO_READ, false)
                                .option(ChannelOption.SO_RCVBUF, 1 << 20)
                                .childOption(ChannelOption.RCVBUF_ALLOCATOR,
                                        new FixedRecvByteBufAllocator(headerLength)));
                in.client.writeAndFlush(Unpooled.wrappedBuffer(header, body, trailer)).sync();
                Thread.sleep(20);
                in.child.config().setAutoRead(true);
                ChannelFuture spliced = begun.get(10, TimeUnit.SECONDS);
                assertTrue(spliced.await(10, TimeUnit.SECONDS), "stalled");
                spliced.sync();
                if (toFile) {
                    assertArrayEquals(body, content("body" + toFile));
                } else {
                    sink.await(body.length);
                    assertArrayEquals(body, sink.soFar());
                }
                rest.await(trailer.length);
                assertArrayEquals(trailer, rest.soFar());
                file.close();
                in.close();
                out.close();
            }
        }
    }

    @Test
    void ordersFollowOneAnother() throws Exception {
        byte[] bytes = random(100_000);
        try (TestGroup group = new TestGroup(Mode.RING, 1)) {
            FileDescriptor file = newFile("parts");
            Sink sink = new Sink();
            Sink rest = new Sink();
            StreamPair out = pair(group, Family.TCP, sink);
            StreamPair in = pair(group, Family.TCP, rest);
            AbstractIoUringStreamChannel source = stream(in.child);
            ChannelFuture nothing = source.spliceTo(file, 0, 0);
            ChannelFuture second = source.spliceTo(file, 1000, 50_000);
            ChannelFuture toSink = source.spliceTo(stream(out.client), 20_000);
            ChannelFuture first = source.spliceTo(file, 0, 1000);
            nothing.sync();
            in.client.writeAndFlush(Unpooled.wrappedBuffer(bytes)).sync();
            first.sync();
            assertTrue(second.isSuccess() && toSink.isSuccess());
            sink.await(20_000);
            assertArrayEquals(Arrays.copyOfRange(bytes, 50_000, 70_000), sink.soFar());
            byte[] written = content("parts");
            assertArrayEquals(Arrays.copyOfRange(bytes, 0, 50_000), Arrays.copyOfRange(written, 1000, 51_000));
            assertArrayEquals(Arrays.copyOfRange(bytes, 70_000, 71_000), Arrays.copyOf(written, 1000));
            rest.await(29_000);
            assertArrayEquals(Arrays.copyOfRange(bytes, 71_000, 100_000), rest.soFar());
            file.close();
            in.close();
            out.close();
        }
    }

    @Test
    void aReadMovesSomethingWithoutAutoRead() throws Exception {
        byte[] bytes = random(1000);
        try (TestGroup group = new TestGroup(Mode.RING, 1)) {
            Sink sink = new Sink();
            StreamPair out = pair(group, Family.TCP, sink);
            StreamPair in = pair(group, Family.TCP, new ChannelInboundHandlerAdapter());
            in.child.config().setAutoRead(false);
            TestGroup.run(group.loop(), () -> { });
            // The read that was asked for before stands.
            ChannelFuture spliced = stream(in.child).spliceTo(stream(out.client), 2000);
            in.client.writeAndFlush(Unpooled.wrappedBuffer(bytes)).sync();
            sink.await(1000);
            in.client.writeAndFlush(Unpooled.wrappedBuffer(bytes)).sync();
            Thread.sleep(50);
            assertEquals(1000, sink.soFar().length);
            in.child.read();
            spliced.sync();
            sink.await(2000);
            in.close();
            out.close();
        }
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void whatComesAfterACancellationIsThePipelines(Family family) throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1)) {
            Sink sink = new Sink();
            Sink own = new Sink();
            StreamPair out = pair(group, family, sink);
            StreamPair in = pair(group, family, own);
            ChannelFuture spliced = stream(in.child).spliceTo(stream(out.client), ALL);
            in.client.writeAndFlush(Unpooled.wrappedBuffer(random(70))).sync();
            sink.await(70);
            assertTrue(spliced.cancel(false));
            in.client.writeAndFlush(Unpooled.wrappedBuffer(random(71))).sync();
            own.await(71);
            assertArrayEquals(random(71), own.soFar());
            assertArrayEquals(random(70), sink.soFar());
            in.close();
            out.close();
        }
    }

    @Test
    void theEndFailsWhatIsLeft() throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 1)) {
            FileDescriptor file = newFile("rest");
            StreamPair in = StreamPair.open(Transport.RING, group, Family.TCP, TestGroup.IGNORE, TestGroup.IGNORE,
                    client -> { }, server -> server.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
            ChannelFuture cut = stream(in.child).spliceTo(file, 0, 100);
            ChannelFuture next = stream(in.child).spliceTo(file, 100, 100);
            in.client.writeAndFlush(Unpooled.wrappedBuffer(random(60))).sync();
            ((IoUringSocketChannel) in.client).shutdownOutput().sync();
            assertTrue(cut.await().cause() instanceof ClosedChannelException);
            assertTrue(next.await().cause() instanceof ClosedChannelException);
            assertArrayEquals(random(60), content("rest"));
            assertTrue(in.child.isActive(), "half closure is allowed");
            in.child.close().sync();
            ChannelFuture late = stream(in.child).spliceTo(file, 0, 1);
            assertTrue(late.await().cause() instanceof ClosedChannelException);
            file.close();
            in.close();
        }
    }

    @ParameterizedTest
    @EnumSource(value = Mode.class, names = { "RING", "REVERTED", "EPOLL" })
    void aTargetThatFailsLeavesTheSourceAlone(Mode mode) throws Exception {
        try (TestGroup group = new TestGroup(mode, 1)) {
            Sink own = new Sink();
            StreamPair out = pair(group, Family.TCP, new Sink());
            StreamPair in = pair(group, Family.TCP, own);
            out.client.close().sync();
            ChannelFuture toClosed = stream(in.child).spliceTo(stream(out.client), ALL);
            in.client.writeAndFlush(Unpooled.wrappedBuffer(random(10))).sync();
            assertTrue(toClosed.await().cause() instanceof ClosedChannelException, "" + toClosed.cause());

            FileDescriptor file = newFile("closed");
            file.close();
            ChannelFuture toBadFile = stream(in.child).spliceTo(file, 0, ALL);
            in.client.writeAndFlush(Unpooled.wrappedBuffer(random(11))).sync();
            assertTrue(toBadFile.await().cause() instanceof IOException, "" + toBadFile.cause());

            FileDescriptor[] pipe = FileDescriptor.pipe();
            ChannelFuture toPipe = stream(in.child).spliceTo(pipe[1], 0, ALL);
            in.client.writeAndFlush(Unpooled.wrappedBuffer(random(12))).sync();
            assertTrue(toPipe.await().cause() instanceof IOException, "" + toPipe.cause());
            pipe[0].close();
            pipe[1].close();

            in.client.writeAndFlush(Unpooled.wrappedBuffer(random(13))).sync();
            own.await(13);
            assertArrayEquals(random(13), own.soFar());
            in.close();
            out.close();
        }
    }

    @Test
    void badArgumentsAreRefused() throws Exception {
        try (TestGroup group = new TestGroup(Mode.RING, 2)) {
            FileDescriptor file = newFile("none");
            // On a loop each.
            StreamPair pair = pair(group, Family.TCP, new Sink());
            AbstractIoUringStreamChannel source = stream(pair.client);
            AbstractIoUringStreamChannel elsewhere = stream(pair.child);
            if (source.eventLoop() == elsewhere.eventLoop()) {
                elsewhere = stream(new Bootstrap().group(group.group).channel(IoUringSocketChannel.class)
                        .handler(TestGroup.IGNORE).register().sync().channel());
            }
            AbstractIoUringStreamChannel other = elsewhere;
            assertThrows(IllegalArgumentException.class, () -> source.spliceTo(other, 1));
            assertThrows(IllegalArgumentException.class, () -> source.spliceTo(source, -1));
            assertThrows(IllegalArgumentException.class, () -> source.spliceTo(file, -1, 1));
            assertThrows(IllegalArgumentException.class, () -> source.spliceTo(file, 0, -1));
            assertThrows(NullPointerException.class, () -> source.spliceTo(file, 0, 1, null));
            assertThrows(NullPointerException.class, () -> source.spliceTo(source, 1, null));
            IoUringSocketChannel unregistered = new IoUringSocketChannel();
            assertThrows(IllegalStateException.class, () -> unregistered.spliceTo(file, 0, 1));
            unregistered.unsafe().closeForcibly();
            file.close();
            other.close().sync();
            pair.close();
        }
    }
}
