/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ManualIoEventLoop;
import io.netty.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A loop that the user's own thread drives. */
class ManualLoopTest {
    private static final String EPOLL = "EPOLL";

    @ParameterizedTest
    @EnumSource(value = Setup.class, mode = EnumSource.Mode.EXCLUDE, names = EPOLL)
    void servesSocketsWithoutEverBlocking(Setup setup) throws Exception {
        ManualIoEventLoop loop = setup.mode.newManualLoop(Thread.currentThread());
        serve(setup, loop, loop::runNow);
    }

    @ParameterizedTest
    @EnumSource(value = Setup.class, mode = EnumSource.Mode.EXCLUDE, names = EPOLL)
    void servesSocketsWhenItWaits(Setup setup) throws Exception {
        ManualIoEventLoop loop = setup.mode.newManualLoop(Thread.currentThread());
        serve(setup, loop, () -> loop.run(TimeUnit.SECONDS.toNanos(5)));
    }

    @ParameterizedTest
    @EnumSource(value = Setup.class, mode = EnumSource.Mode.EXCLUDE, names = EPOLL)
    void belongsToTheThreadThatIsSetLater(Setup setup) throws Exception {
        ManualIoEventLoop loop = setup.mode.newManualLoop(null);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                loop.setOwningThread(Thread.currentThread());
                serve(setup, loop, () -> loop.run(TimeUnit.MILLISECONDS.toNanos(100)));
            } catch (Throwable t) {
                failure.set(t);
            }
        });
        thread.start();
        thread.join(20_000);
        assertSame(null, failure.get());
        assertTrue(loop.isTerminated());
    }

    @ParameterizedTest
    @EnumSource(value = Mode.class, mode = EnumSource.Mode.EXCLUDE, names = EPOLL)
    void waitsAsLongAsItIsTold(Mode mode) throws Exception {
        ManualIoEventLoop loop = mode.newManualLoop(Thread.currentThread());
        loop.runNow();
        long start = System.nanoTime();
        int runs = 0;
        for (long end = start + 200_000_000; System.nanoTime() < end; runs++) {
            long before = System.nanoTime();
            assertEquals(0, loop.run(TimeUnit.MILLISECONDS.toNanos(20)));
            assertTrue(System.nanoTime() - before < 1_000_000_000, "it has waited for too long");
        }
        // Ten, or a few more: a signal may end a wait early, and so may the kernel's work on a ring of this thread's.
        assertTrue(runs < 20, runs + " waits of 20 ms in 200 ms");
        start = System.nanoTime();
        loop.runNow();
        assertTrue(System.nanoTime() - start < 1_000_000_000);
        end(loop);
    }

    @ParameterizedTest
    @EnumSource(value = Mode.class, mode = EnumSource.Mode.EXCLUDE, names = EPOLL)
    void isWokenByOtherThreads(Mode mode) throws Exception {
        ManualIoEventLoop loop = mode.newManualLoop(Thread.currentThread());
        for (int i = 0; i < 200; i++) {
            Thread other = new Thread(loop::wakeup);
            long start = System.nanoTime();
            boolean asTask = i % 2 == 0;
            Future<?>[] task = new Future<?>[1];
            if (asTask) {
                other = new Thread(() -> task[0] = loop.submit(() -> { }));
            }
            other.start();
            // A wake-up that comes before the wait need not be remembered; a task does.
            loop.run(TimeUnit.MILLISECONDS.toNanos(asTask ? 10_000 : 5));
            other.join();
            if (asTask) {
                while (!task[0].isDone()) {
                    loop.run(TimeUnit.SECONDS.toNanos(10));
                }
                assertTrue(System.nanoTime() - start < 5_000_000_000L, "the task did not wake the loop");
            }
        }
        end(loop);
    }

    /** Accepts a connection, reads from it, and ends; {@code turn} runs the loop once. */
    private static void serve(Setup setup, ManualIoEventLoop loop, Callable<?> turn) throws Exception {
        Recorder recorder = new Recorder();
        ChannelFuture bind = new ServerBootstrap()
                .group(loop)
                .channel(setup.channels.server)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel ch) {
                        ch.pipeline().addLast(recorder);
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0);
        turnUntil(turn, bind::isDone);
        try (Socket peer = new Socket()) {
            peer.connect(bind.sync().channel().localAddress());
            turnUntil(turn, recorder.active::isDone);
            for (int i = 1; i <= 100; i++) {
                peer.getOutputStream().write(1);
                int count = i;
                turnUntil(turn, () -> recorder.byteCount() == count);
            }
        }
        turnUntil(turn, () -> recorder.inactive.getCount() == 0);
        end(loop);
        assertTrue(bind.channel().closeFuture().isDone());
    }

    private static void turnUntil(Callable<?> turn, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + 5_000_000_000L;
        while (!condition.call()) {
            assertTrue(System.nanoTime() < deadline, "nothing has happened");
            turn.call();
        }
    }

    private static void end(ManualIoEventLoop loop) throws Exception {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        turnUntil(loop::runNow, loop::isTerminated);
    }
}
