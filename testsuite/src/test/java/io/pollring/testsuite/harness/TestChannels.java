/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import org.objectweb.asm.Type;

import java.lang.reflect.Constructor;
import java.util.concurrent.atomic.AtomicLong;

/** The channels under test: Netty's epoll channels, or in the runs of our own channels those that take their place. */
public final class TestChannels {

    private static final AtomicLong OWN_MADE = new AtomicLong();

    private TestChannels() { }

    /** The class under test that is, or takes the place of, the given one of Netty's. */
    public static Class<? extends Channel> inPlaceOf(Class<? extends Channel> epollType) {
        String own = Run.current().family() == Family.OWN ? OwnTypes.inPlaceOf(Type.getInternalName(epollType)) : null;
        if (own == null) {
            return epollType;
        }
        try {
            return Class.forName(own.replace('/', '.')).asSubclass(Channel.class);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(own, e);
        }
    }

    public static Class<? extends ServerChannel> serverInPlaceOf(Class<? extends ServerChannel> epollType) {
        return inPlaceOf(epollType).asSubclass(ServerChannel.class);
    }

    /** Makes channels of exactly that class, and names it in the log of a test. */
    public static <C extends Channel> ChannelFactory<C> factory(Class<C> type) {
        return new Factory<>(type, null);
    }

    /** The same with a constructor that takes the protocol family. */
    public static <C extends Channel> ChannelFactory<C> factory(Class<C> type, SocketProtocolFamily family) {
        return new Factory<>(type, family);
    }

    /** How many of our own channels the factories have made; children of a server are not among them. */
    static long ownMade() {
        return OWN_MADE.get();
    }

    private static final class Factory<C extends Channel> implements ChannelFactory<C> {
        private final Class<C> type;
        private final SocketProtocolFamily family;
        private final Constructor<C> constructor;

        Factory(Class<C> type, SocketProtocolFamily family) {
            this.type = type;
            this.family = family;
            try {
                constructor = family == null ? type.getConstructor() : type.getConstructor(SocketProtocolFamily.class);
            } catch (NoSuchMethodException e) {
                throw new IllegalArgumentException(e);
            }
        }

        @Override
        public C newChannel() {
            C channel;
            try {
                channel = family == null ? constructor.newInstance() : constructor.newInstance(family);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("cannot make a " + type, e);
            }
            if (type.getName().startsWith("io.pollring.")) {
                OWN_MADE.incrementAndGet();
            }
            return channel;
        }

        @Override
        public String toString() {
            return type.getSimpleName() + (family == null ? "" : "(" + family + ')');
        }
    }
}
