/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.ChannelOption;
import io.netty.channel.unix.Socket;

import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A {@link ChannelOption} that is a socket option: how its value is read from the kernel and written to it.
 *
 * @param <T> the type of the value
 */
final class SocketOption<T> {
    /** Reads a value from the kernel. */
    interface Getter<T> {
        T get(Socket socket) throws IOException;
    }

    /** Writes a value to the kernel. */
    interface Setter<T> {
        void set(Socket socket, T value) throws IOException;
    }

    final ChannelOption<T> option;
    private final Getter<T> getter;
    private final Setter<T> setter;

    private SocketOption(ChannelOption<T> option, Getter<T> getter, Setter<T> setter) {
        this.option = option;
        this.getter = getter;
        this.setter = setter;
    }

    static <T> SocketOption<T> of(ChannelOption<T> option, Getter<T> getter, Setter<T> setter) {
        return new SocketOption<>(option, getter, setter);
    }

    /** An option whose value is an {@code int} that is 0 or 1. */
    static SocketOption<Boolean> flag(ChannelOption<Boolean> option, int level, int name) {
        return of(option, socket -> socket.getIntOpt(level, name) != 0,
                (socket, value) -> socket.setIntOpt(level, name, value ? 1 : 0));
    }

    /** An option whose value is an {@code int}. */
    static SocketOption<Integer> number(ChannelOption<Integer> option, int level, int name) {
        return of(option, socket -> socket.getIntOpt(level, name),
                (socket, value) -> socket.setIntOpt(level, name, value));
    }

    T get(Socket socket) throws IOException {
        return getter.get(socket);
    }

    void set(Socket socket, T value) throws IOException {
        setter.set(socket, value);
    }

    /** A table of options, in the order given. */
    @SafeVarargs
    static Map<ChannelOption<?>, SocketOption<?>> table(Map<ChannelOption<?>, SocketOption<?>>... parts) {
        Map<ChannelOption<?>, SocketOption<?>> table = new LinkedHashMap<>();
        for (Map<ChannelOption<?>, SocketOption<?>> part : parts) {
            table.putAll(part);
        }
        return Collections.unmodifiableMap(table);
    }

    static Map<ChannelOption<?>, SocketOption<?>> table(SocketOption<?>... options) {
        Map<ChannelOption<?>, SocketOption<?>> table = new LinkedHashMap<>();
        for (SocketOption<?> option : options) {
            table.put(option.option, option);
        }
        return Collections.unmodifiableMap(table);
    }
}
