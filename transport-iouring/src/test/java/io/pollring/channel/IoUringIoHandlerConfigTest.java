/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Settings are checked when they are made, and copied by the factory that gets them. */
class IoUringIoHandlerConfigTest {

    @Test
    void hasItsDefaults() {
        IoUringIoHandlerConfig config = new IoUringIoHandlerConfig();
        assertEquals(256, config.ringSize());
        assertEquals(4096, config.cqSize());
        assertEquals(2, config.batchFrom());
        assertEquals(5000, config.idleMillis());
        assertSame(IoUringIoHandlerConfig.Fallback.EPOLL, config.fallback());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 3, 100, 32767, 32769, 65536, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void refusesASubmissionQueueOfTheWrongSize(int size) throws Exception {
        IoUringIoHandlerConfig config = new IoUringIoHandlerConfig();
        assertThrows(IllegalArgumentException.class, () -> config.setRingSize(size));
        assertEquals(256, config.ringSize());
        assertEquals(256, withProperty("io.pollring.ringSize", "" + size, IoUringIoHandlerConfig::new).ringSize());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 3, 100, 65535, 65537, 1 << 17, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void refusesACompletionQueueOfTheWrongSize(int size) throws Exception {
        IoUringIoHandlerConfig config = new IoUringIoHandlerConfig();
        assertThrows(IllegalArgumentException.class, () -> config.setCqSize(size));
        assertEquals(4096, config.cqSize());
        assertEquals(4096, withProperty("io.pollring.cqSize", "" + size, IoUringIoHandlerConfig::new).cqSize());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void refusesToBatchFromNone(int channels) throws Exception {
        IoUringIoHandlerConfig config = new IoUringIoHandlerConfig();
        assertThrows(IllegalArgumentException.class, () -> config.setBatchFrom(channels));
        assertEquals(2, config.batchFrom());
        assertEquals(2, withProperty("io.pollring.batchFrom", "" + channels, IoUringIoHandlerConfig::new).batchFrom());
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE})
    void refusesANegativeIdleTime(int millis) throws Exception {
        IoUringIoHandlerConfig config = new IoUringIoHandlerConfig();
        assertThrows(IllegalArgumentException.class, () -> config.setIdleMillis(millis));
        assertEquals(5000, config.idleMillis());
        assertEquals(5000, withProperty("io.pollring.idleMillis", "" + millis, IoUringIoHandlerConfig::new).idleMillis());
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 10_001, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void refusesToWatchForLongAndKeepsTheDefault(int micros) throws Exception {
        IoUringIoHandlerConfig config = new IoUringIoHandlerConfig();
        assertThrows(IllegalArgumentException.class, () -> config.setWatchMicros(micros));
        assertEquals(20, config.watchMicros());
        assertEquals(20, withProperty("io.pollring.watchMicros", "" + micros, IoUringIoHandlerConfig::new).watchMicros());
        assertEquals(100, withProperty("io.pollring.watchMicros", "100", IoUringIoHandlerConfig::new).watchMicros());
        assertEquals(0, withProperty("io.pollring.watchMicros", "0", IoUringIoHandlerConfig::new).watchMicros());
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 65536", "4, 4", "32768, 1", "32768, 65536", "256, 4096"})
    void aLoopWorksWithEveryRightSize(int ringSize, int cqSize) throws Exception {
        IoUringIoHandlerConfig config = new IoUringIoHandlerConfig().setRingSize(ringSize).setCqSize(cqSize);
        try (TestGroup group = new TestGroup(Mode.RING, new IoUringEventLoopGroup(1, config))) {
            for (int i = 0; i < 10; i++) {
                try (Connection connection = Connection.open(group)) {
                    connection.send(1000);
                    Await.until("the data is read", 5000, () -> connection.recorder.byteCount() == 1000);
                }
            }
            assertSame(IoUringBackend.RING, IoUring.backend(group.loop()));
        }
    }

    @Test
    void takesItsDefaultsFromProperties() throws Exception {
        assertEquals(8, withProperty("io.pollring.ringSize", "8", IoUringIoHandlerConfig::new).ringSize());
        assertEquals(16, withProperty("io.pollring.cqSize", "16", IoUringIoHandlerConfig::new).cqSize());
        assertEquals(3, withProperty("io.pollring.batchFrom", "3", IoUringIoHandlerConfig::new).batchFrom());
        assertEquals(0, withProperty("io.pollring.idleMillis", "0", IoUringIoHandlerConfig::new).idleMillis());
        assertSame(IoUringIoHandlerConfig.Fallback.FAIL,
                withProperty("io.pollring.fallback", "fail", IoUringIoHandlerConfig::new).fallback());
        assertSame(IoUringIoHandlerConfig.Fallback.EPOLL,
                withProperty("io.pollring.fallback", "EPOLL", IoUringIoHandlerConfig::new).fallback());
        assertSame(IoUringIoHandlerConfig.Fallback.FAIL,
                withProperty("io.pollring.fallback", "perhaps", IoUringIoHandlerConfig::new).fallback());
    }

    @Test
    void refusesNoFallback() {
        IoUringIoHandlerConfig config = new IoUringIoHandlerConfig();
        assertThrows(NullPointerException.class, () -> config.setFallback(null));
        assertSame(IoUringIoHandlerConfig.Fallback.EPOLL, config.fallback());
    }

    @Test
    void isCopiedByTheFactory() throws Exception {
        IoUringIoHandlerConfig config = new IoUringIoHandlerConfig().setRingSize(4).setCqSize(8);
        IoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1,
                IoUringIoHandler.newFactory(config.setRingSize(16)));
        config.setRingSize(32768);
        group.submit(() -> { }).sync();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        assertEquals(32768, config.ringSize());
    }

    @Test
    void theOffSwitchIsStrongerThanADemandForARing() throws Exception {
        IoUringIoHandlerConfig config = new IoUringIoHandlerConfig()
                .setFallback(IoUringIoHandlerConfig.Fallback.FAIL);
        try (TestGroup group = new TestGroup(Mode.NO_RING,
                Mode.NO_RING.create(() -> new IoUringEventLoopGroup(1, config)))) {
            assertSame(IoUringBackend.EPOLL, IoUring.backend(group.loop()));
        }
        EventLoopGroup withRing = new IoUringEventLoopGroup(1, config);
        withRing.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }

    private static <T> T withProperty(String name, String value, Callable<T> action) throws Exception {
        System.setProperty(name, value);
        try {
            return action.call();
        } finally {
            System.clearProperty(name);
        }
    }
}
