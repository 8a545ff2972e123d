/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.reactor;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.pollring.channel.IoUringEventLoopGroup;
import io.pollring.channel.IoUringIoHandlerConfig;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Event loops of this transport for Reactor Netty:
 * {@code HttpServer.create().runOn(PollringLoopResources.create("web"))}. Where there is no ring, the same loops wait
 * on epoll.
 *
 * <p>Groups are made when they are first asked for. Servers and clients share their workers, and a client's connection
 * that is opened on a worker stays on it, as with {@link LoopResources#create(String)}. Who asks for no native
 * transport, as with {@code runOn(resources, false)}, gets Reactor Netty's NIO loops.
 */
public final class PollringLoopResources implements LoopResources {
    /** What a loop may take to end once its time is over, before {@link #disposeLater} says that it does not. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final String prefix;
    private final int selectCount;
    private final int workerCount;
    private final boolean daemon;
    private final PollringChannels channels;
    private final IoUringIoHandlerConfig config;
    private final LoopResources nio;

    private EventLoopGroup workers;
    private EventLoopGroup selectors;
    private EventLoopGroup clients;
    private volatile boolean disposed;

    private PollringLoopResources(String prefix, int selectCount, int workerCount, boolean daemon,
                                  PollringChannels channels, IoUringIoHandlerConfig config) {
        this.prefix = Objects.requireNonNull(prefix, "prefix");
        this.selectCount = selectCount;
        this.workerCount = workerCount;
        this.daemon = daemon;
        this.channels = Objects.requireNonNull(channels, "channels");
        this.config = Objects.requireNonNull(config, "config");
        // Checks the arguments, and makes no thread before it is asked for one.
        nio = LoopResources.create(prefix, selectCount, workerCount, daemon, true);
    }

    /** Daemon threads, as many as Reactor Netty has by default, with own channels. */
    public static PollringLoopResources create(String prefix) {
        return create(prefix, DEFAULT_IO_WORKER_COUNT, true);
    }

    /** The given number of threads, with own channels. */
    public static PollringLoopResources create(String prefix, int workerCount, boolean daemon) {
        return create(prefix, DEFAULT_IO_SELECT_COUNT, workerCount, daemon, PollringChannels.OWN);
    }

    /**
     * As told.
     *
     * @param prefix      what the threads' names begin with
     * @param selectCount the number of loops that only accept connections; -1 for none: the workers accept, too
     * @param workerCount the number of loops that serve connections
     * @param daemon      whether the program may end while they run
     * @param channels    whose channels connections have
     */
    public static PollringLoopResources create(String prefix, int selectCount, int workerCount, boolean daemon,
                                               PollringChannels channels) {
        return create(prefix, selectCount, workerCount, daemon, channels, new IoUringIoHandlerConfig());
    }

    /**
     * As told, with settings of the loops' rings.
     *
     * @param prefix      what the threads' names begin with
     * @param selectCount the number of loops that only accept connections; -1 for none: the workers accept, too
     * @param workerCount the number of loops that serve connections
     * @param daemon      whether the program may end while they run
     * @param channels    whose channels connections have
     * @param config      not to be changed any more
     */
    public static PollringLoopResources create(String prefix, int selectCount, int workerCount, boolean daemon,
                                               PollringChannels channels, IoUringIoHandlerConfig config) {
        return new PollringLoopResources(prefix, selectCount, workerCount, daemon, channels, config);
    }

    @Override
    public boolean daemon() {
        return daemon;
    }

    @Override
    public EventLoopGroup onServer(boolean useNative) {
        return useNative ? workers() : nio.onServer(false);
    }

    @Override
    public EventLoopGroup onServerSelect(boolean useNative) {
        return useNative ? selectors() : nio.onServerSelect(false);
    }

    @Override
    public EventLoopGroup onClient(boolean useNative) {
        return useNative ? clients() : nio.onClient(false);
    }

    private synchronized EventLoopGroup workers() {
        if (workers == null) {
            workers = newGroup(workerCount, "-pollring");
        }
        return workers;
    }

    private synchronized EventLoopGroup selectors() {
        if (selectCount == -1) {
            return workers();
        }
        if (selectors == null) {
            selectors = newGroup(selectCount, "-pollring-select");
        }
        return selectors;
    }

    private synchronized EventLoopGroup clients() {
        if (clients == null) {
            clients = LoopResources.colocate(workers());
        }
        return clients;
    }

    private EventLoopGroup newGroup(int threads, String suffix) {
        if (disposed) {
            throw new IllegalStateException("the loop resources " + prefix + " are disposed; create new ones");
        }
        return new IoUringEventLoopGroup(threads, new LoopThreads(prefix + suffix, daemon), config);
    }

    @Override
    public <CHANNEL extends Channel> CHANNEL onChannel(Class<CHANNEL> channelType, EventLoopGroup group) {
        return takesOurs(group) ? channels.newChannel(channelType)
                : LoopResources.super.onChannel(channelType, group);
    }

    @Override
    public <CHANNEL extends Channel> Class<? extends CHANNEL> onChannelClass(Class<CHANNEL> channelType,
                                                                             EventLoopGroup group) {
        return takesOurs(group) ? channels.channelClass(channelType)
                : LoopResources.super.onChannelClass(channelType, group);
    }

    /** Also of a group of somebody else's: all that takes Netty's epoll channels takes ours. */
    private static boolean takesOurs(EventLoopGroup group) {
        EventExecutor first = group.iterator().next();
        return first instanceof IoEventLoop && ((IoEventLoop) first).isCompatible(EpollIoHandle.class);
    }

    @Override
    public boolean isDisposed() {
        return disposed;
    }

    /**
     * Ends all loops, each when nothing was to do for {@code quietPeriod}, or after {@code timeout}. Fails if one is
     * not at its end then.
     */
    @Override
    public Mono<Void> disposeLater(Duration quietPeriod, Duration timeout) {
        Objects.requireNonNull(quietPeriod, "quietPeriod");
        Objects.requireNonNull(timeout, "timeout");
        return Mono.defer(() -> end(quietPeriod, timeout));
    }

    private Mono<Void> end(Duration quietPeriod, Duration timeout) {
        List<Mono<Void>> ends = new ArrayList<>();
        for (EventLoopGroup group : groupsToEnd()) {
            // A second call changes nothing of the first one's times, and ends when that does.
            ends.add(end(group.shutdownGracefully(quietPeriod.toMillis(), timeout.toMillis(),
                    TimeUnit.MILLISECONDS)));
        }
        ends.add(nio.disposeLater(quietPeriod, timeout));
        return Mono.when(ends).timeout(timeout.plus(GRACE), Mono.error(() -> new IllegalStateException(
                "an event loop of " + prefix + " did not end within " + timeout.toMillis()
                        + " ms; look for a handler that blocks in its thread")));
    }

    private static Mono<Void> end(Future<?> termination) {
        return Mono.create(sink -> termination.addListener(done -> sink.success()));
    }

    private synchronized List<EventLoopGroup> groupsToEnd() {
        disposed = true;
        List<EventLoopGroup> groups = new ArrayList<>();
        if (selectors != null) {
            groups.add(selectors);
        }
        // The clients' group is the workers', and forgets its threads' preferences on the way.
        if (clients != null) {
            groups.add(clients);
        } else if (workers != null) {
            groups.add(workers);
        }
        return groups;
    }

    @Override
    public String toString() {
        return "PollringLoopResources(prefix=" + prefix + ", selectCount=" + selectCount + ", workerCount="
                + workerCount + ", daemon=" + daemon + ", channels=" + channels + ", config=" + config + ')';
    }
}
