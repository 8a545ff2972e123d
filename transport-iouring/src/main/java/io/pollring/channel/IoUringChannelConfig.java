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
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollMode;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.util.internal.ObjectUtil;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The options that all of Pollring's own channels have. Socket options are read from the kernel each time, and written
 * to it at once; a {@link ChannelException} says what it refuses. May be used by any thread.
 */
public class IoUringChannelConfig extends DefaultChannelConfig {
    private final AbstractIoUringChannel channel;
    private final Map<ChannelOption<?>, SocketOption<?>> socketOptions;

    IoUringChannelConfig(AbstractIoUringChannel channel, Map<ChannelOption<?>, SocketOption<?>> socketOptions) {
        super(channel);
        this.channel = channel;
        this.socketOptions = socketOptions;
    }

    IoUringChannelConfig(AbstractIoUringChannel channel, Map<ChannelOption<?>, SocketOption<?>> socketOptions,
                         RecvByteBufAllocator allocator) {
        super(channel, allocator);
        this.channel = channel;
        this.socketOptions = socketOptions;
    }

    final AbstractIoUringChannel channel() {
        return channel;
    }

    @Override
    @SuppressWarnings("deprecation") // a bootstrap for epoll may ask for it
    public Map<ChannelOption<?>, Object> getOptions() {
        Map<ChannelOption<?>, Object> options =
                new LinkedHashMap<>(getOptions(super.getOptions(), EpollChannelOption.EPOLL_MODE));
        for (ChannelOption<?> option : socketOptions.keySet()) {
            options.put(option, getOption(option));
        }
        return options;
    }

    @Override
    @SuppressWarnings({ "unchecked", "deprecation" })
    public <T> T getOption(ChannelOption<T> option) {
        SocketOption<T> socketOption = (SocketOption<T>) socketOptions.get(option);
        if (socketOption != null) {
            return get(socketOption);
        }
        if (option == EpollChannelOption.EPOLL_MODE) {
            return (T) EpollMode.LEVEL_TRIGGERED;
        }
        try {
            if (option instanceof IntegerUnixChannelOption) {
                IntegerUnixChannelOption number = (IntegerUnixChannelOption) option;
                return (T) Integer.valueOf(socket().getIntOpt(number.level(), number.optname()));
            }
            if (option instanceof RawUnixChannelOption) {
                RawUnixChannelOption raw = (RawUnixChannelOption) option;
                ByteBuffer value = ByteBuffer.allocate(raw.length());
                socket().getRawOpt(raw.level(), raw.optname(), value);
                return (T) value.flip();
            }
        } catch (IOException e) {
            throw new ChannelException(e);
        }
        return super.getOption(option);
    }

    @Override
    @SuppressWarnings({ "unchecked", "deprecation" })
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        validate(option, value);
        SocketOption<T> socketOption = (SocketOption<T>) socketOptions.get(option);
        if (socketOption != null) {
            set(socketOption, value);
            return true;
        }
        if (option == EpollChannelOption.EPOLL_MODE) {
            // Netty's epoll transport takes it and goes on level-triggered. So do we.
            ObjectUtil.checkNotNull((EpollMode) value, "mode");
            return true;
        }
        try {
            if (option instanceof IntegerUnixChannelOption) {
                IntegerUnixChannelOption number = (IntegerUnixChannelOption) option;
                socket().setIntOpt(number.level(), number.optname(), (Integer) value);
                return true;
            }
            if (option instanceof RawUnixChannelOption) {
                RawUnixChannelOption raw = (RawUnixChannelOption) option;
                socket().setRawOpt(raw.level(), raw.optname(), (ByteBuffer) value);
                return true;
            }
        } catch (IOException e) {
            throw new ChannelException(e);
        }
        return super.setOption(option, value);
    }

    /** The socket, if it is open. A closed one's number may be a stranger's by now. */
    private LinuxSocket socket() throws ClosedChannelException {
        if (!channel.socket.isOpen()) {
            throw new ClosedChannelException();
        }
        return channel.socket;
    }

    final <T> T get(SocketOption<T> option) {
        try {
            return option.get(socket());
        } catch (IOException e) {
            throw new ChannelException(e);
        }
    }

    /** Writes a socket option. */
    <T> void set(SocketOption<T> option, T value) {
        try {
            option.set(socket(), value);
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
