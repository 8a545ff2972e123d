/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.ChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.Socket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A {@link ChannelOption} of our own channels: how a config tells its value, and how it sets it.
 *
 * @param <T> the type of the value
 */
final class ConfigOption<T> {
    /** Reads a value from where it is kept. */
    interface Getter<S, T> {
        T get(S source) throws IOException;
    }

    /** Writes a value to where it is kept. */
    interface Setter<S, T> {
        void set(S target, T value) throws IOException;
    }

    final Getter<IoUringChannelConfig, T> getter;
    final Setter<IoUringChannelConfig, T> setter;
    private final ChannelOption<T> option;

    private ConfigOption(ChannelOption<T> option, Getter<IoUringChannelConfig, T> getter,
                         Setter<IoUringChannelConfig, T> setter) {
        this.option = option;
        this.getter = getter;
        this.setter = setter;
    }

    /** An option that the config itself has, of the class that the accessors are of. */
    @SuppressWarnings("unchecked") // a config has no table but its own
    static <C extends IoUringChannelConfig, T> ConfigOption<T> own(ChannelOption<T> option, Getter<C, T> getter,
                                                                   Setter<C, T> setter) {
        return new ConfigOption<>(option, (Getter<IoUringChannelConfig, T>) getter,
                (Setter<IoUringChannelConfig, T>) setter);
    }

    /** An option that the kernel keeps. */
    static <T> ConfigOption<T> of(ChannelOption<T> option, Getter<Socket, T> getter, Setter<Socket, T> setter) {
        return new ConfigOption<>(option, config -> getter.get(config.socket()),
                (config, value) -> setter.set(config.socket(), value));
    }

    /** One whose value is an {@code int} that is 0 or 1. */
    static ConfigOption<Boolean> flag(ChannelOption<Boolean> option, int level, int name) {
        return of(option, socket -> socket.getIntOpt(level, name) != 0,
                (socket, value) -> socket.setIntOpt(level, name, value ? 1 : 0));
    }

    /** One whose value is an {@code int}. */
    static ConfigOption<Integer> number(ChannelOption<Integer> option, int level, int name) {
        return of(option, socket -> socket.getIntOpt(level, name),
                (socket, value) -> socket.setIntOpt(level, name, value));
    }

    /** One whose value is bytes. */
    static ConfigOption<ByteBuffer> raw(RawUnixChannelOption option) {
        return of(option, socket -> {
            ByteBuffer value = ByteBuffer.allocate(option.length());
            socket.getRawOpt(option.level(), option.optname(), value);
            return value.flip();
        }, (socket, value) -> socket.setRawOpt(option.level(), option.optname(), value));
    }

    /** A table of options, in the order given: those of {@code base}, and more. */
    static Map<ChannelOption<?>, ConfigOption<?>> table(Map<ChannelOption<?>, ConfigOption<?>> base,
                                                        ConfigOption<?>... more) {
        Map<ChannelOption<?>, ConfigOption<?>> table = new LinkedHashMap<>(base);
        for (ConfigOption<?> option : more) {
            table.put(option.option, option);
        }
        return Collections.unmodifiableMap(table);
    }
}
