/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultMessageSizeEstimator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollMode;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.unix.UnixChannelOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is set on a channel reaches the kernel, by whichever way it is set, and is told as the kernel has it. */
class OptionsTest {

    static Stream<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        for (ConfigKind kind : ConfigKind.values()) {
            for (OptionCase option : OptionCase.values()) {
                if (option.isOf(kind)) {
                    cases.add(Arguments.of(kind, option));
                }
            }
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void reachesTheKernelByItsConstant(ConfigKind kind, OptionCase option) throws Exception {
        with(kind, channel -> {
            if (isForbidden(kind, option, channel)) {
                return;
            }
            for (Object value : new Object[] { option.first, option.second }) {
                assertTrue(set(channel, option.option, value));
                checkKernel(channel, option, value);
                Object told = channel.config().getOption(option.option);
                assertSame(option.first.getClass(), told.getClass());
                assertTrue(!option.isExact() || value.equals(told), () -> "set " + value + ", told " + told);
                assertEquals(told, channel.config().getOptions().get(option.option));
            }
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void reachesTheKernelByItsSetter(ConfigKind kind, OptionCase option) throws Exception {
        with(kind, channel -> {
            if (isForbidden(kind, option, channel)) {
                return;
            }
            ChannelConfig config = channel.config();
            Method setter = config.getClass().getMethod("set" + option.property, option.type());
            String prefix = option.type() == boolean.class ? "is" : "get";
            Method getter = config.getClass().getMethod(prefix + option.property);
            for (Object value : new Object[] { option.first, option.second }) {
                assertSame(config, setter.invoke(config, value));
                checkKernel(channel, option, value);
                assertEquals(config.getOption(option.option), getter.invoke(config));
            }
        });
    }

    @Test
    void lingerReachesTheKernel() throws Exception {
        RawUnixChannelOption linger = new RawUnixChannelOption("OptionsTest.SO_LINGER", 1, 13, 8);
        with(ConfigKind.TCP, channel -> {
            IoUringSocketChannelConfig config = (IoUringSocketChannelConfig) channel.config();
            assertEquals(-1, config.getOption(ChannelOption.SO_LINGER));
            assertTrue(config.setOption(ChannelOption.SO_LINGER, 7));
            ByteBuffer value = config.getOption(linger).order(ByteOrder.nativeOrder());
            assertEquals(1, value.getInt());
            assertEquals(7, value.getInt());
            assertSame(config, config.setSoLinger(-1));
            assertEquals(0, config.getOption(linger).order(ByteOrder.nativeOrder()).getInt());
            assertEquals(-1, config.getSoLinger());
        });
    }

    @ParameterizedTest
    @EnumSource(ConfigKind.class)
    void hasAllOptionsOfNettys(ConfigKind kind) throws Exception {
        with(kind, ours -> withNettys(kind, nettys -> {
            Set<ChannelOption<?>> missing = new HashSet<>(nettys.config().getOptions().keySet());
            missing.removeAll(ours.config().getOptions().keySet());
            assertEquals("[]", missing.toString());
        }));
    }

    /** The mode is all that is left out: it has no effect in Netty 4.2, and names Netty's transport. */
    @ParameterizedTest
    @EnumSource(ConfigKind.class)
    void hasAllMethodsOfNettys(ConfigKind kind) throws Exception {
        with(kind, ours -> withNettys(kind, nettys -> {
            Class<?> config = ours.config().getClass();
            for (Method method : nettys.config().getClass().getMethods()) {
                if (method.getName().endsWith("EpollMode") || method.getDeclaringClass() == Object.class) {
                    continue;
                }
                Method our = config.getMethod(method.getName(), method.getParameterTypes());
                if (method.getName().startsWith("set") && method.getReturnType() != boolean.class) {
                    assertTrue(our.getReturnType().isAssignableFrom(config), our::toString);
                    assertTrue(IoUringChannelConfig.class.isAssignableFrom(our.getReturnType()), our::toString);
                } else {
                    assertSame(method.getReturnType(), our.getReturnType(), our::toString);
                }
            }
        }));
    }

    @ParameterizedTest
    @EnumSource(ConfigKind.class)
    @SuppressWarnings("deprecation") // a bootstrap for epoll may set it
    void takesTheModeOfEpoll(ConfigKind kind) throws Exception {
        with(kind, channel -> {
            assertTrue(channel.config().setOption(EpollChannelOption.EPOLL_MODE, EpollMode.EDGE_TRIGGERED));
            assertSame(EpollMode.LEVEL_TRIGGERED, channel.config().getOption(EpollChannelOption.EPOLL_MODE));
        });
    }

    @ParameterizedTest
    @EnumSource(ConfigKind.class)
    void takesOptionsByTheirNumbers(ConfigKind kind) throws Exception {
        IntegerUnixChannelOption priority = new IntegerUnixChannelOption("OptionsTest.SO_PRIORITY", 1, 12);
        RawUnixChannelOption rawPriority = new RawUnixChannelOption("OptionsTest.SO_PRIORITY.raw", 1, 12, 4);
        with(kind, channel -> {
            assertTrue(channel.config().setOption(priority, 3));
            assertEquals(3, channel.config().getOption(rawPriority).order(ByteOrder.nativeOrder()).getInt());
            ByteBuffer five = ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(0, 5);
            assertTrue(channel.config().setOption(rawPriority, five));
            assertEquals(5, channel.config().getOption(priority));
            assertThrows(IllegalArgumentException.class,
                    () -> channel.config().setOption(rawPriority, ByteBuffer.allocate(5)));
            assertEquals(5, channel.config().getOption(priority));
        });
    }

    @Test
    void keepsWhatIsNotTheKernels() throws Exception {
        with(ConfigKind.TCP, channel -> {
            IoUringSocketChannelConfig config = (IoUringSocketChannelConfig) channel.config();
            roundTrip(config, ChannelOption.ALLOW_HALF_CLOSURE, true);
            assertTrue(config.isAllowHalfClosure());
            roundTrip(config, ChannelOption.TCP_FASTOPEN_CONNECT, true);
            assertTrue(config.isTcpFastOpenConnect());
            roundTrip(config, ChannelOption.WRITE_SPIN_COUNT, 3);
            roundTrip(config, ChannelOption.CONNECT_TIMEOUT_MILLIS, 4);
            roundTrip(config, ChannelOption.MESSAGE_SIZE_ESTIMATOR, new DefaultMessageSizeEstimator(7));
            roundTrip(config, ChannelOption.SINGLE_EVENTEXECUTOR_PER_GROUP, false);
        });
        with(ConfigKind.TCP_SERVER, channel -> {
            roundTrip(channel.config(), ChannelOption.SO_BACKLOG, 5);
            roundTrip(channel.config(), ChannelOption.TCP_FASTOPEN, 6);
        });
        with(ConfigKind.UNIX_SERVER, channel -> {
            roundTrip(channel.config(), ChannelOption.SO_BACKLOG, 5);
            roundTrip(channel.config(), ChannelOption.TCP_FASTOPEN, 6);
        });
        with(ConfigKind.UNIX, channel -> {
            IoUringDomainSocketChannelConfig config = (IoUringDomainSocketChannelConfig) channel.config();
            roundTrip(config, UnixChannelOption.DOMAIN_SOCKET_READ_MODE, DomainSocketReadMode.FILE_DESCRIPTORS);
            assertSame(DomainSocketReadMode.FILE_DESCRIPTORS, config.getReadMode());
            roundTrip(config, ChannelOption.ALLOW_HALF_CLOSURE, true);
            assertTrue(config.isAllowHalfClosure());
        });
    }

    @ParameterizedTest
    @EnumSource(ConfigKind.class)
    void leavesOptionsOfOthersAlone(ConfigKind kind) throws Exception {
        ChannelOption<Boolean> others = kind == ConfigKind.UDP ? EpollChannelOption.TCP_CORK
                : EpollChannelOption.UDP_GRO;
        with(kind, channel -> {
            assertFalse(channel.config().setOption(others, true));
            assertEquals(null, channel.config().getOption(others));
        });
    }

    static <T> void roundTrip(ChannelConfig config, ChannelOption<T> option, T value) {
        assertTrue(config.setOption(option, value));
        assertEquals(value, config.getOption(option));
        assertEquals(value, config.getOptions().get(option));
    }

    @SuppressWarnings("unchecked")
    static boolean set(Channel channel, ChannelOption<?> option, Object value) {
        return channel.config().setOption((ChannelOption<Object>) option, value);
    }

    /** Some options are for privileged users only: then {@code ours} must be refused as Netty's channel is. */
    private static boolean isForbidden(ConfigKind kind, OptionCase option, Channel ours) throws Exception {
        boolean[] forbidden = new boolean[1];
        withNettys(kind, nettys -> {
            try {
                set(nettys, option.option, option.first);
            } catch (ChannelException e) {
                forbidden[0] = true;
                ChannelException refused =
                        assertThrows(ChannelException.class, () -> set(ours, option.option, option.first));
                assertEquals(e.getMessage(), refused.getMessage());
            }
        });
        return forbidden[0];
    }

    private static void checkKernel(Channel channel, OptionCase option, Object value) throws Exception {
        int kernel = kernelValue(channel, option);
        assertTrue(option.kernelValueOf(value).test(kernel), () -> "set " + value + ", the kernel has " + kernel);
    }

    /** Asks the kernel without the channel's help. */
    static int kernelValue(Channel channel, OptionCase option) throws Exception {
        io.netty.channel.unix.Socket socket =
                new io.netty.channel.unix.Socket(((UnixChannel) channel).fd().intValue());
        return socket.getIntOpt(option.level, option.name);
    }

    interface Body {
        void accept(Channel channel) throws Exception;
    }

    static void with(ConfigKind kind, Body body) throws Exception {
        run(kind.ours.get(), body);
    }

    static void withNettys(ConfigKind kind, Body body) throws Exception {
        run(kind.nettys.get(), body);
    }

    private static void run(Channel channel, Body body) throws Exception {
        try {
            body.accept(channel);
        } finally {
            channel.unsafe().closeForcibly();
        }
        assertFalse(channel.isOpen());
    }
}
