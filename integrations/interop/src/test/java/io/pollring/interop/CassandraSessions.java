/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import com.datastax.oss.driver.api.core.CqlSessionBuilder;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.context.DriverContext;
import com.datastax.oss.driver.api.core.session.ProgrammaticArguments;
import com.datastax.oss.driver.internal.core.context.DefaultDriverContext;
import com.datastax.oss.driver.internal.core.context.DefaultNettyOptions;
import com.datastax.oss.driver.internal.core.context.NettyOptions;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;

/** Builds sessions of the Cassandra driver on loops that outlive them. */
final class CassandraSessions extends CqlSessionBuilder {
    private final EventLoopGroup loops;
    private final Class<? extends Channel> channelClass;

    CassandraSessions(EventLoopGroup loops, Class<? extends Channel> channelClass) {
        this.loops = loops;
        this.channelClass = channelClass;
    }

    @Override
    protected DriverContext buildContext(DriverConfigLoader config, ProgrammaticArguments arguments) {
        return new DefaultDriverContext(config, arguments) {
            @Override
            protected NettyOptions buildNettyOptions() {
                return new DefaultNettyOptions(this) {
                    @Override
                    public EventLoopGroup ioEventLoopGroup() {
                        return loops;
                    }

                    @Override
                    public Class<? extends Channel> channelClass() {
                        return channelClass;
                    }
                };
            }
        };
    }
}
