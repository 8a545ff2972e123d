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

    <T> void set(ConfigOption<T> option, T value) {
        try {
            option.setter.set(this, value);
        } catch (IOException e) {
            throw new ChannelException(e);
        }
    }

    @Override
    public IoUringChannelConfig setConnectTimeoutMillis(int connectTimeoutMillis) {
        super.setConnectTimeoutMillis(connectTimeoutMillis);
        return this;
    }

    @Override
    @Deprecated
    public IoUringChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead) {
        super.setMaxMessagesPerRead(maxMessagesPerRead);
        return this;
    }

    @Override
    public IoUringChannelConfig setMaxMessagesPerWrite(int maxMessagesPerWrite) {
        super.setMaxMessagesPerWrite(maxMessagesPerWrite);
        return this;
    }

    @Override
    public IoUringChannelConfig setWriteSpinCount(int writeSpinCount) {
        super.setWriteSpinCount(writeSpinCount);
        return this;
    }

    @Override
    public IoUringChannelConfig setAllocator(ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return this;
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
        super.setRecvByteBufAllocator(allocator);
        return this;
    }

    @Override
    public IoUringChannelConfig setAutoRead(boolean autoRead) {
        super.setAutoRead(autoRead);
        return this;
    }

    @Override
    public IoUringChannelConfig setAutoClose(boolean autoClose) {
        super.setAutoClose(autoClose);
        return this;
    }

    @Override
    @Deprecated
    public IoUringChannelConfig setWriteBufferHighWaterMark(int writeBufferHighWaterMark) {
        super.setWriteBufferHighWaterMark(writeBufferHighWaterMark);
        return this;
    }

    @Override
    @Deprecated
    public IoUringChannelConfig setWriteBufferLowWaterMark(int writeBufferLowWaterMark) {
        super.setWriteBufferLowWaterMark(writeBufferLowWaterMark);
        return this;
    }

    @Override
    public IoUringChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark writeBufferWaterMark) {
        super.setWriteBufferWaterMark(writeBufferWaterMark);
        return this;
    }

    @Override
    public IoUringChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return this;
    }

    @Override
    protected final void autoReadCleared() {
        channel.autoReadCleared();
    }
}
