/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.agent;

import java.lang.reflect.InvocationTargetException;
import java.util.Iterator;
import java.util.Optional;

/**
 * What Netty's rewritten classes call, by its name in the system class loader: that is where the JVM puts an agent, and
 * every class can find it there, whatever its own loader sees. Throws nothing: without an answer of ours they go on as
 * Netty has written them.
 */
public final class Bridge {
    private static final StackWalker CALLERS = StackWalker.getInstance();
    private static final String HANDLER = "io.netty.channel.epoll.EpollIoHandler";
    /** Pollring takes its scratch arrays, and the way without a native library, from Netty's handler. */
    private static final String[] OWN_CALLERS = { "io.pollring.channel.", "io.pollring.loop." };
    /** Kept by Netty's class, so that both go when the application's loader goes. */
    private static final ClassValue<Optional<Transport>> TRANSPORTS = new ClassValue<>() {
        @Override
        protected Optional<Transport> computeValue(Class<?> handlerClass) {
            return define(handlerClass);
        }
    };
    private static volatile Settings settings;

    private Bridge() { }

    static void begin(Settings newSettings) {
        settings = newSettings;
    }

    /** At the begin of {@code EpollIoHandler.newFactory} with two parameters; {@code null} if that shall go on. */
    public static Object newFactory(Class<?> handlerClass, int maxEvents, Object selectStrategyFactory) {
        if (calledByPollring()) {
            return null;
        }
        Transport transport = TRANSPORTS.get(handlerClass).orElse(null);
        if (transport == null || maxEvents < 0 || selectStrategyFactory == null) {
            return null;
        }
        try {
            return transport.newFactory(maxEvents, selectStrategyFactory);
        } catch (Throwable t) {
            Report.line("Netty's own handler runs these event loops, as Pollring cannot: " + t);
            return null;
        }
    }

    private static boolean calledByPollring() {
        String caller = CALLERS.walk(frames -> frames.map(StackWalker.StackFrame::getClassName)
                .filter(name -> !name.equals(Bridge.class.getName()) && !name.equals(HANDLER)).findFirst()).orElse("");
        for (String own : OWN_CALLERS) {
            if (caller.startsWith(own)) {
                return true;
            }
        }
        return false;
    }

    /** At the begin of {@code EpollEventLoop.registeredChannels()}; -1 if that shall go on. */
    public static int channelCount(Class<?> loopClass, Object handler) {
        Transport transport = of(loopClass);
        return transport == null ? -1 : transport.channelCount(handler);
    }

    /** At the begin of {@code EpollEventLoop.registeredChannelsIterator()}; {@code null} if that shall go on. */
    public static Iterator<?> channels(Class<?> loopClass, Object handler) {
        Transport transport = of(loopClass);
        return transport == null ? null : transport.channels(handler);
    }

    /** At the begin of {@code EpollEventLoop.confirmShutdown()}: whether the loop has to close its channels by then. */
    public static boolean isOurs(Class<?> loopClass, Object handler) {
        Transport transport = of(loopClass);
        return transport != null && transport.isOurs(handler);
    }

    /** At the begin of {@code ReflectiveChannelFactory}'s constructor: the class that it shall make instances of. */
    public static Class<?> channelClass(Class<?> asked) {
        if (asked == null || !asked.getName().startsWith("io.netty.channel.epoll.Epoll")) {
            return asked;
        }
        Transport transport = of(asked);
        return transport == null ? asked : transport.ownChannel(asked);
    }

    /** @param neighbour a class in the package, and so in the loader, of Netty's handler */
    private static Transport of(Class<?> neighbour) {
        try {
            return TRANSPORTS.get(Class.forName(HANDLER, false, neighbour.getClassLoader())).orElse(null);
        } catch (ClassNotFoundException e) {
            return null;
        }
    }

    private static Optional<Transport> define(Class<?> handlerClass) {
        ClassLoader parent = handlerClass.getClassLoader();
        try {
            CarriedLoader loader = new CarriedLoader(parent);
            Transport transport = (Transport) Class.forName("io.pollring.agent.carried.CarriedTransport", true, loader)
                    .getConstructor().newInstance();
            transport.logUse("Netty's EpollIoHandler.newFactory gives Pollring's handler in " + parent + ", from "
                    + (loader.parentHasPollring() ? "the application's own Pollring" : "the agent's jar") + "; "
                    + (settings.ownChannels() ? "channel classes that bootstraps name are Pollring's"
                            : "channels are Netty's") + "; -D" + Settings.OFF + "=true undoes it");
            return Optional.of(transport);
        } catch (Throwable t) {
            Throwable cause = t instanceof InvocationTargetException ? t.getCause() : t;
            Report.line("Pollring cannot be used in " + parent + ", whose loops stay as they are: " + cause);
            return Optional.empty();
        }
    }
}
