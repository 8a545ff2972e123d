/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.channel;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.DefaultMaxBytesRecvByteBufAllocator;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator.DelegatingHandle;
import io.netty.channel.RecvByteBufAllocator.Handle;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Tells the handles of Netty's own receive allocators from those that users have made. What the former do is known: they
 * keep what they are told, whatever it is. A user's may check it, count it, or answer as it likes, even if it is that of
 * a subclass of Netty's; so it is told what Netty's epoll channels would tell it, and its answers prove nothing.
 */
@SuppressWarnings("deprecation")
final class NettysHandles {
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(NettysHandles.class);

    private static final Class<?> ADAPTIVE = new AdaptiveRecvByteBufAllocator().newHandle().getClass();
    private static final Class<?> FIXED = new FixedRecvByteBufAllocator(1).newHandle().getClass();
    private static final Class<?> MAX_BYTES = new DefaultMaxBytesRecvByteBufAllocator().newHandle().getClass();
    private static final Class<?> SERVER = new ServerChannelRecvByteBufAllocator().newHandle().getClass();
    private static final MethodHandle DELEGATE = delegate();

    private NettysHandles() { }

    /** Netty's epoll channels wrap the allocator's handle, and do not say what they have wrapped. */
    private static MethodHandle delegate() {
        try {
            return MethodHandles.privateLookupIn(DelegatingHandle.class, MethodHandles.lookup())
                    .findVirtual(DelegatingHandle.class, "delegate", MethodType.methodType(Handle.class));
        } catch (ReflectiveOperationException e) {
            // Netty is a module that is not open to this one.
            logger.debug("The receive allocators of Netty's channels are all taken for users' own", e);
            return null;
        }
    }

    /** Whether {@code handle} is what one of Netty's allocators makes, and nothing around it. */
    static boolean isNettys(Handle handle) {
        Class<?> type = handle.getClass();
        return type == ADAPTIVE || type == FIXED || type == MAX_BYTES || type == SERVER;
    }

    /** Whether {@code handle} is what Netty's adaptive allocator makes, and nothing around it. */
    static boolean isAdaptive(Handle handle) {
        return handle.getClass() == ADAPTIVE;
    }

    /** Whether {@code handle}, of one of Netty's epoll channels, is sure to go to one that {@link #isNettys}. */
    static boolean isAroundNettys(Handle handle) {
        if (DELEGATE == null) {
            return false;
        }
        try {
            return isNettys((Handle) DELEGATE.invokeExact((DelegatingHandle) handle));
        } catch (Error | RuntimeException e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }
}
