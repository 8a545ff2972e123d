/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Map;

/**
 * The options that all of Pollring's own channels have. Socket options are read from the kernel each time, and written
 * to it at once; a {@link ChannelException} says what it refuses. May be used by any thread.
 */
public class IoUringChannelConfig extends DefaultChannelConfig {
    private final AbstractIoUringChannel channel;
    private final Map<ChannelOption<?>, ConfigOption<?>> options;

    IoUringChannelConfig(AbstractIoUringChannel channel, Map<ChannelOption<?>, ConfigOption<?>> options,
                         RecvByteBufAllocator allocator) {
        super(channel, allocator);
        this.channel = channel;
        this.options = options;
    }

    final AbstractIoUringChannel channel() {
        return channel;
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(super.getOptions(), options.keySet().toArray(new ChannelOption<?>[0]));
    }

    @Override
    public <T> T getOption(ChannelOption<T> option) {
        ConfigOption<T> found = find(option);
        return found == null ? super.getOption(option) : get(found);
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        validate(option, value);
        ConfigOption<T> found = find(option);
        if (found == null) {
            return super.setOption(option, value);
        }
        set(found, value);
        return true;
    }

    /** What {@code option} is to channels of this kind, or {@code null} if only Netty's own config may know it. */
    @SuppressWarnings("unchecked")
    private <T> ConfigOption<T> find(ChannelOption<T> option) {
        ConfigOption<?> found = options.get(option);
        if (option instanceof IntegerUnixChannelOption) {
            IntegerUnixChannelOption number = (IntegerUnixChannelOption) option;
            found = ConfigOption.number(number, number.level(), number.optname());
        } else if (option instanceof RawUnixChannelOption) {
            found = ConfigOption.raw((RawUnixChannelOption) option);
        }
        return (ConfigOption<T>) found;
    }

    /** The socket, if it is open. A closed one's number may be a stranger's by now. */
    final LinuxSocket socket() throws ClosedChannelException {
        if (!channel.socket.isOpen()) {
            throw new ClosedChannelException();
        }
        return channel.socket;
    }

    final <T> T get(ConfigOption<T> option) {
        return Sockets.ask(this, option.getter);
    }

    /** @return this */
    <T> IoUringChannelConfig set(ConfigOption<T> option, T value) {
        try {
            option.setter.set(this, value);
        } catch (IOException e) {
            throw new ChannelException(e);
        }
        return this;
    }

    @Override
    public IoUringChannelConfig setConnectTimeoutMillis(int connectTimeoutMillis) {
        return (IoUringChannelConfig) super.setConnectTimeoutMillis(connectTimeoutMillis);
    }

    @Override
    @Deprecated
    public IoUringChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead) {
        return (IoUringChannelConfig) super.setMaxMessagesPerRead(maxMessagesPerRead);
    }

    @Override
    public IoUringChannelConfig setMaxMessagesPerWrite(int maxMessagesPerWrite) {
        return (IoUringChannelConfig) super.setMaxMessagesPerWrite(maxMessagesPerWrite);
    }

    @Override
    public IoUringChannelConfig setWriteSpinCount(int writeSpinCount) {
        return (IoUringChannelConfig) super.setWriteSpinCount(writeSpinCount);
    }

    @Override
    public IoUringChannelConfig setAllocator(ByteBufAllocator allocator) {
        return (IoUringChannelConfig) super.setAllocator(allocator);
    }

    /**
     * @throws IllegalArgumentException if the allocator's handle is not an
     *                                  {@link io.netty.channel.RecvByteBufAllocator.ExtendedHandle}
     */
    @Override
    public IoUringChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        if (!(allocator.newHandle() instanceof RecvByteBufAllocator.ExtendedHandle)) {
            throw new IllegalArgumentException("allocator.newHandle() must return an object of type: "
                    + RecvByteBufAllocator.ExtendedHandle.class);
        }
        return (IoUringChannelConfig) super.setRecvByteBufAllocator(allocator);
    }

    @Override
    public IoUringChannelConfig setAutoRead(boolean autoRead) {
        return (IoUringChannelConfig) super.setAutoRead(autoRead);
    }

    @Override
    public IoUringChannelConfig setAutoClose(boolean autoClose) {
        return (IoUringChannelConfig) super.setAutoClose(autoClose);
    }

    @Override
    @Deprecated
    public IoUringChannelConfig setWriteBufferHighWaterMark(int writeBufferHighWaterMark) {
        return (IoUringChannelConfig) super.setWriteBufferHighWaterMark(writeBufferHighWaterMark);
    }

    @Override
    @Deprecated
    public IoUringChannelConfig setWriteBufferLowWaterMark(int writeBufferLowWaterMark) {
        return (IoUringChannelConfig) super.setWriteBufferLowWaterMark(writeBufferLowWaterMark);
    }

    @Override
    public IoUringChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark writeBufferWaterMark) {
        return (IoUringChannelConfig) super.setWriteBufferWaterMark(writeBufferWaterMark);
    }

    @Override
    public IoUringChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        return (IoUringChannelConfig) super.setMessageSizeEstimator(estimator);
    }

    @Override
    protected final void autoReadCleared() {
        channel.autoReadCleared();
    }
}
