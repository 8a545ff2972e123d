/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.agent;

import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Rewrites the classes of Netty that decide what an event loop runs on, when they are loaded. */
final class NettyTransformer implements ClassFileTransformer {
    private static final String EPOLL = "io/netty/channel/epoll/";
    private static final String HANDLER = EPOLL + "EpollIoHandler";
    private static final String GROUP = EPOLL + "EpollEventLoopGroup";
    private static final String CHANNEL_FACTORY = "io/netty/channel/ReflectiveChannelFactory";

    private final Map<String, Rewriter> rewriters;
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    NettyTransformer(Settings settings) {
        Rewriter handler = new HandlerRewriter();
        Rewriter loop = new LoopRewriter();
        rewriters = settings.ownChannels()
                ? Map.of(HANDLER, handler, EPOLL + "EpollEventLoop", loop,
                        CHANNEL_FACTORY, new ChannelFactoryRewriter())
                : Map.of(HANDLER, handler, EPOLL + "EpollEventLoop", loop);
    }

    @Override
    public byte[] transform(ClassLoader loader, String name, Class<?> redefined, ProtectionDomain domain,
                            byte[] bytes) {
        if (name == null || redefined != null) {
            return null;
        }
        Rewriter rewriter = rewriters.get(name);
        if (rewriter != null) {
            return rewrite(rewriter, loader, name, bytes);
        }
        if (name.endsWith(GROUP) || name.endsWith(HANDLER)) {
            tellIfOutOfReach(loader, name);
        }
        return null;
    }

    private void tellIfOutOfReach(ClassLoader loader, String name) {
        int moved = name.indexOf(EPOLL);
        if (moved > 0) {
            tell("a Netty that was moved to " + name.substring(0, moved).replace('/', '.')
                    + " is out of reach; its loops stay as they are");
        } else if (loader != null && loader.getResource(HANDLER + ".class") == null) {
            tell("Netty before 4.2 in " + loader + " is out of reach; its loops stay as they are");
        }
    }

    private byte[] rewrite(Rewriter rewriter, ClassLoader loader, String name, byte[] bytes) {
        try {
            byte[] rewritten = rewriter.rewrite(bytes);
            if (rewritten == null) {
                tell("this release of Netty's " + name.replace('/', '.') + " in " + loader
                        + " is not known; it stays as it is");
            }
            return rewritten;
        } catch (RuntimeException | LinkageError e) {
            // The JVM would swallow it.
            tell(name.replace('/', '.') + " in " + loader + " cannot be rewritten and stays as it is: " + e);
            return null;
        }
    }

    private void tell(String text) {
        if (told.add(text)) {
            Report.line(text);
        }
    }
}
