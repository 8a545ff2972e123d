/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.reactor;

import io.netty.buffer.ByteBuf;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.SignalType;
import reactor.core.scheduler.Schedulers;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;

/** Asks for two chunks at a time, and takes 5 ms over each, without keeping a loop busy. */
final class SlowReader extends BaseSubscriber<ByteBuf> {
    private static final int CHUNKS = 2;
    private static final int MILLIS_A_CHUNK = 5;
    private static final long LOOK_MILLIS = 100;

    private final CountDownLatch end = new CountDownLatch(1);
    private final CRC32 checksum = new CRC32();
    private int chunks;
    private volatile long bytes;
    private volatile long lastNanos;
    private volatile Throwable failure;

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
        request(CHUNKS);
    }

    @Override
    protected void hookOnNext(ByteBuf chunk) {
        checksum.update(chunk.nioBuffer());
        lastNanos = System.nanoTime();
        bytes += chunk.readableBytes();
        if (++chunks % CHUNKS == 0) {
            Schedulers.parallel().schedule(() -> request(CHUNKS), CHUNKS * MILLIS_A_CHUNK, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    protected void hookOnError(Throwable cause) {
        failure = cause;
    }

    @Override
    protected void hookFinally(SignalType type) {
        end.countDown();
    }

    /** @return whether the body has ended; not, if no byte comes for so many seconds from now on */
    boolean await(int seconds) throws InterruptedException {
        lastNanos = System.nanoTime();
        while (!end.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            if (System.nanoTime() - lastNanos > TimeUnit.SECONDS.toNanos(seconds)) {
                return false;
            }
        }
        return true;
    }

    long bytes() {
        return bytes;
    }

    /** Of what has come, when the body has ended. */
    long checksum() {
        return checksum.getValue();
    }

    /** {@code null} if there is none. */
    Throwable failure() {
        return failure;
    }
}
