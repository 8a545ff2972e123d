/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.util.NetUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Options that cannot be set, or cannot be set to that: what Netty's epoll channels throw, our channels throw. */
class BadOptionsTest {
    private static final int[] EXTREMES = { -1, 0, 1, 256, 32768, Integer.MIN_VALUE, Integer.MAX_VALUE };

    @ParameterizedTest
    @MethodSource("io.pollring.channel.OptionsTest#cases")
    void extremeValuesDoWhatTheyDoInNetty(ConfigKind kind, OptionCase option) throws Exception {
        Map<Long, String> ours = new TreeMap<>();
        Map<Long, String> nettys = new TreeMap<>();
        OptionsTest.with(kind, channel -> tryExtremes(channel, option, ours));
        OptionsTest.withNettys(kind, channel -> {
            tryExtremes(channel, option, nettys);
            if (!channel.config().getOptions().containsKey(option.option) && isUnset(nettys)) {
                // Netty takes this one only on other channels, such as SO_REUSEPORT on servers.
                nettys.putAll(ours);
            }
        });
        assertEquals(nettys, ours);
        assertNotEquals(0, ours.size());
    }

    private static boolean isUnset(Map<Long, String> results) {
        return results.values().stream().allMatch(result -> result.startsWith("false"));
    }

    private static void tryExtremes(Channel channel, OptionCase option, Map<Long, String> results) throws Exception {
        if (option.type() == boolean.class) {
            results.put(0L, attempt(channel, option, false));
            results.put(1L, attempt(channel, option, true));
            return;
        }
        for (int extreme : EXTREMES) {
            boolean isLong = option.type() == long.class;
            results.put((long) extreme, attempt(channel, option, isLong ? (Object) (long) extreme : (Object) extreme));
        }
        if (option.type() == long.class) {
            results.put(1L << 32, attempt(channel, option, 1L << 32));
            results.put((1L << 32) - 1, attempt(channel, option, (1L << 32) - 1));
        }
    }

    /** What came of setting {@code value}, and what the kernel has then. */
    private static String attempt(Channel channel, OptionCase option, Object value) throws Exception {
        String result = outcome(() -> OptionsTest.set(channel, option.option, value));
        return result + ", kernel " + OptionsTest.kernelValue(channel, option);
    }

    @ParameterizedTest
    @EnumSource(ConfigKind.class)
    void closedChannelsThrowWhatNettysThrow(ConfigKind kind) throws Exception {
        // The JVM may open files meanwhile, and gets the lowest numbers: they shall not be those of the closed channels.
        List<Channel> lowNumbers = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            lowNumbers.add(kind.ours.get());
        }
        Channel ours = kind.ours.get();
        Channel nettys = kind.nettys.get();
        lowNumbers.forEach(channel -> channel.unsafe().closeForcibly());
        Map<ChannelOption<?>, Object> values = new HashMap<>(nettys.config().getOptions());
        values.put(new IntegerUnixChannelOption("BadOptionsTest.priority" + kind, 1, 12), 1);
        values.put(new RawUnixChannelOption("BadOptionsTest.raw" + kind, 1, 12, 4), ByteBuffer.allocate(4));
        values.put(EpollChannelOption.TCP_MD5SIG, Collections.singletonMap(NetUtil.LOCALHOST, new byte[3]));
        ours.unsafe().closeForcibly();
        nettys.unsafe().closeForcibly();
        int failures = 0;
        for (Map.Entry<ChannelOption<?>, Object> entry : values.entrySet()) {
            ChannelOption<?> option = entry.getKey();
            String expected = outcome(() -> nettys.config().getOption(option));
            assertEquals(expected, outcome(() -> ours.config().getOption(option)), () -> "getting " + option);
            if (entry.getValue() != null) {
                String expectedOfSet = outcome(() -> OptionsTest.set(nettys, option, entry.getValue()));
                assertEquals(expectedOfSet, outcome(() -> OptionsTest.set(ours, option, entry.getValue())),
                        () -> "setting " + option);
                failures += expectedOfSet.contains("Exception") ? 1 : 0;
            }
        }
        assertEquals(outcome(() -> nettys.config().getOptions().size() > 0),
                outcome(() -> ours.config().getOptions().size() > 0));
        assertTrue(failures >= 3, () -> "closed channels take all options: " + values);
    }

    @ParameterizedTest
    @EnumSource(ConfigKind.class)
    void wrongTypesThrowWhatNettysThrow(ConfigKind kind) throws Exception {
        OptionsTest.with(kind, ours -> OptionsTest.withNettys(kind, nettys -> {
            for (ChannelOption<?> option : nettys.config().getOptions().keySet()) {
                for (Object value : new Object[] { null, new Object() }) {
                    assertEquals(outcome(() -> OptionsTest.set(nettys, option, value)),
                            outcome(() -> OptionsTest.set(ours, option, value)), () -> option + " to " + value);
                }
            }
        }));
    }

    @ParameterizedTest
    @EnumSource(ConfigKind.class)
    void aClosedChannelLeavesItsNumbersNextOwnerAlone(ConfigKind kind) {
        // The lowest free number, which the next socket gets.
        Channel closed = kind.ours.get();
        closed.unsafe().closeForcibly();
        Channel next = kind.ours.get();
        try {
            int before = next.config().getOption(ChannelOption.SO_RCVBUF);
            assertThrows(ChannelException.class, () -> OptionsTest.set(closed, ChannelOption.SO_RCVBUF, 12_345));
            assertThrows(ChannelException.class, () -> closed.config().getOption(ChannelOption.SO_RCVBUF));
            assertEquals(before, next.config().getOption(ChannelOption.SO_RCVBUF));
        } finally {
            next.unsafe().closeForcibly();
        }
    }

    @Test
    void negativeCountsAreRefused() throws Exception {
        OptionsTest.with(ConfigKind.TCP_SERVER, channel -> {
            IoUringServerSocketChannelConfig config = (IoUringServerSocketChannelConfig) channel.config();
            assertThrows(IllegalArgumentException.class, () -> config.setBacklog(-1));
            assertThrows(IllegalArgumentException.class, () -> config.setTcpFastopen(-1));
        });
        OptionsTest.with(ConfigKind.UNIX_SERVER, channel -> {
            IoUringServerChannelConfig config = (IoUringServerChannelConfig) channel.config();
            assertThrows(IllegalArgumentException.class, () -> config.setBacklog(-1));
        });
        OptionsTest.with(ConfigKind.TCP, channel -> {
            IoUringSocketChannelConfig config = (IoUringSocketChannelConfig) channel.config();
            assertThrows(IllegalArgumentException.class, () -> config.setWriteSpinCount(0));
            assertThrows(IllegalArgumentException.class, () -> config.setConnectTimeoutMillis(-1));
        });
    }

    @ParameterizedTest
    @EnumSource(ConfigKind.class)
    void anAllocatorWhoseHandleCannotBeAskedIsRefused(ConfigKind kind) throws Exception {
        RecvByteBufAllocator allocator = () -> new RecvByteBufAllocator.DelegatingHandle(
                new FixedRecvByteBufAllocator(16).newHandle());
        OptionsTest.with(kind, ours -> OptionsTest.withNettys(kind, nettys -> {
            String expected = outcome(() -> nettys.config().setRecvByteBufAllocator(allocator));
            assertEquals(IllegalArgumentException.class.getName(), expected);
            assertEquals(expected, outcome(() -> ours.config().setRecvByteBufAllocator(allocator)));
        }));
    }

    private interface Attempt {
        Object run() throws Exception;
    }

    /** The result as a string, or the class of what was thrown. */
    private static String outcome(Attempt attempt) {
        try {
            Object result = attempt.run();
            return result instanceof Boolean ? result.toString() : Objects.toString(result == null ? null : "a value");
        } catch (Throwable t) {
            return t.getClass().getName();
        }
    }
}
