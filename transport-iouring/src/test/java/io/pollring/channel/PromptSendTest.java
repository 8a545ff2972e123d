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
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ManualIoEventLoop;
import io.pollring.channel.Transport.Family;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is flushed leaves before the loop does anything else that may take long. */
class PromptSendTest {
    private static final String ANSWER = "0123456789";

    @ParameterizedTest
    @EnumSource
    void anAnswerDoesNotWaitForATask(Transport transport) throws Exception {
        answersBefore(transport, EventLoop::execute);
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerDoesNotWaitForATimer(Transport transport) throws Exception {
        answersBefore(transport, (loop, task) -> loop.schedule(task, 0, TimeUnit.NANOSECONDS));
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerDoesNotWaitForAnotherThreadsTask(Transport transport) throws Exception {
        answersBefore(transport, (loop, task) -> {
            Thread thread = new Thread(() -> loop.execute(task));
            thread.start();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** The work waits for the answer to arrive, which it never does if it has to wait for the work. */
    private static void answersBefore(Transport transport, BiConsumer<EventLoop, Runnable> later) throws Exception {
        CountDownLatch answered = new CountDownLatch(1);
        CompletableFuture<Boolean> seen = new CompletableFuture<>();
        try (TestGroup group = transport.newGroup(1)) {
            Channel server = listen(transport, group.group, new Answering(ctx ->
                    later.accept(ctx.channel().eventLoop(), () -> seen.complete(awaitQuietly(answered)))));
            try (RawClient client = new RawClient(server)) {
                client.send("?");
                assertEquals(ANSWER, client.receive(ANSWER.length()));
                answered.countDown();
                assertTrue(seen.get(20, TimeUnit.SECONDS), "the answer came only when the work was done");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"DEFAULT", "DIRECT", "EPOLL"})
    void anAnswerOfAChannelThatIsAloneDoesNotWaitForItsHandler(Mode mode) throws Exception {
        CountDownLatch answered = new CountDownLatch(1);
        CompletableFuture<Boolean> seen = new CompletableFuture<>();
        AtomicInteger more = new AtomicInteger();
        Transport transport = mode == Mode.EPOLL ? Transport.NETTY : Transport.RING;
        try (TestGroup group = new TestGroup(mode, 1)) {
            Channel server = listen(transport, group.group, new Answering(ctx -> {
                if (more.incrementAndGet() == 1) {
                    seen.complete(awaitQuietly(answered));
                    // These two need not leave before it returns.
                    ctx.writeAndFlush(ctx.alloc().buffer().writeZero(1));
                    ctx.writeAndFlush(ctx.alloc().buffer().writeZero(1));
                }
            }));
            try (RawClient client = new RawClient(server)) {
                long sends = mode == Mode.DEFAULT ? IoUring.metrics(group.loop()).sends() : 0;
                client.send("?");
                assertEquals(ANSWER, client.receive(ANSWER.length()));
                answered.countDown();
                assertTrue(seen.get(20, TimeUnit.SECONDS), "the answer came only when its handler had returned");
                assertEquals(2, client.receive(2).length());
                if (mode.isBatched()) {
                    assertEquals(sends + 1, IoUring.metrics(group.loop()).sends());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerDoesNotWaitForTheHandlersOfOthers(Transport transport) throws Exception {
        CountDownLatch answered = new CountDownLatch(1);
        AtomicInteger requests = new AtomicInteger();
        CompletableFuture<Boolean> seen = new CompletableFuture<>();
        try (TestGroup group = transport.newGroup(1)) {
            Channel server = listen(transport, group.group, new Answering(ctx -> {
                if (requests.incrementAndGet() == 1) {
                    // Takes its time, so that the loop does not give that much to the next one before it sends.
                    long start = System.nanoTime();
                    while (System.nanoTime() - start < 2_000_000) {
                        Thread.onSpinWait();
                    }
                } else {
                    seen.complete(awaitQuietly(answered));
                }
            }));
            try (RawClient first = new RawClient(server); RawClient second = new RawClient(server)) {
                RawClient.whileBusy(group.loop(), () -> {
                    first.send("?");
                    second.send("?");
                });
                // Whose handler comes first is the loop's choice.
                Await.until("one answer has come", 10_000, () -> first.socket.getInputStream().available() > 0
                        || second.socket.getInputStream().available() > 0);
                answered.countDown();
                assertTrue(seen.get(20, TimeUnit.SECONDS), "the first answer came only when the second was given");
                assertEquals(ANSWER, first.receive(ANSWER.length()));
                assertEquals(ANSWER, second.receive(ANSWER.length()));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerLeavesBeforeTheUsersThreadHasTheLoopBack(Transport transport) throws Exception {
        ManualIoEventLoop loop = transport.mode.newManualLoop(Thread.currentThread());
        AtomicInteger answers = new AtomicInteger();
        ChannelFuture bound = transport.server(loop, Family.TCP, new Answering(ctx -> answers.incrementAndGet()))
                .bind(Family.TCP.anyAddress());
        while (!bound.isDone()) {
            loop.runNow();
        }
        try (RawClient client = new RawClient(bound.sync().channel())) {
            client.send("?");
            while (answers.get() == 0) {
                loop.run(TimeUnit.SECONDS.toNanos(1));
            }
            assertEquals(ANSWER, client.receive(ANSWER.length()));
        } finally {
            loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            while (!loop.isTerminated()) {
                loop.runNow();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatWasFlushedLeavesAChannelThatIsClosedByForce(Transport transport) throws Exception {
        CompletableFuture<ChannelFuture> flushed = new CompletableFuture<>();
        ByteBuf answer = Unpooled.directBuffer().writeBytes(ANSWER.getBytes(StandardCharsets.ISO_8859_1));
        try (TestGroup group = transport.newGroup(1)) {
            Channel server = listen(transport, group.group, new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) {
                    ((ByteBuf) message).release();
                    ChannelFuture future = ctx.writeAndFlush(answer);
                    ctx.channel().unsafe().closeForcibly();
                    flushed.complete(future);
                }
            });
            try (RawClient client = new RawClient(server)) {
                client.send("?");
                assertEquals(ANSWER, client.receive(ANSWER.length() + 1));
                assertTrue(flushed.get(10, TimeUnit.SECONDS).await(10, TimeUnit.SECONDS));
                assertTrue(flushed.get().isSuccess());
                assertEquals(0, answer.refCnt());
            }
        }
    }

    private static Channel listen(Transport transport, EventLoopGroup group, ChannelHandler handler) throws Exception {
        ServerBootstrap server = transport.server(group, Family.TCP, handler);
        return server.bind(Family.TCP.anyAddress()).sync().channel();
    }

    private static boolean awaitQuietly(CountDownLatch latch) {
        try {
            return latch.await(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Answers each read at once, and then does something else. */
    @ChannelHandler.Sharable
    private static final class Answering extends ChannelInboundHandlerAdapter {
        private final Consumer<ChannelHandlerContext> then;

        Answering(Consumer<ChannelHandlerContext> then) {
            this.then = then;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ((ByteBuf) message).release();
            ctx.writeAndFlush(Unpooled.directBuffer().writeBytes(ANSWER.getBytes(StandardCharsets.ISO_8859_1)));
            then.accept(ctx);
        }
    }
}
