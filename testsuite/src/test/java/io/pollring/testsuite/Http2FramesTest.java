/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.pollring.channel.IoUringServerSocketChannel;
import io.pollring.testsuite.harness.Family;
import io.pollring.testsuite.harness.Mode;
import io.pollring.testsuite.harness.Run;
import io.pollring.testsuite.harness.TestLoops;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Which DATA frames an HTTP/2 server makes of a body that it writes when the headers have been sent. The codec cuts
 * them to what has room in the channel's buffer, so they show what that counts at this moment. Clients have been seen
 * to stop reading when they were cut in another way, see {@code docs/upstream.md}.
 */
@Timeout(30)
public class Http2FramesTest {
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int END_STREAM_AND_HEADERS = 5;
    /** What a client takes before it has given anything back. */
    private static final int WINDOW = Http2CodecUtil.DEFAULT_WINDOW_SIZE;
    /** GET, http, / of the static table. */
    private static final byte[] REQUEST = {(byte) 0x82, (byte) 0x86, (byte) 0x84};

    @Test
    public void bodyThatFollowsItsHeadersIsCutAsOnEpoll() throws Exception {
        assumeTrue(Run.current().equals(new Run(Mode.RING, Family.OWN)), "both transports are compared in one run");
        ThreadFactory threads = new DefaultThreadFactory("http2-epoll", true);
        List<Integer> onEpoll = frames(new MultiThreadIoEventLoopGroup(1, threads, EpollIoHandler.newFactory()),
                EpollServerSocketChannel.class);
        assertEquals(onEpoll, frames(TestLoops.newGroup(1, "http2-own"), IoUringServerSocketChannel.class));
    }

    /** @return the sizes of the first frames, which fill the window */
    private static List<Integer> frames(EventLoopGroup group, Class<? extends ServerChannel> type) throws Exception {
        try {
            Channel server = new ServerBootstrap().group(group).channel(type)
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            channel.pipeline().addLast(Http2FrameCodecBuilder.forServer().build(),
                                    new Http2MultiplexHandler(new Answer()));
                        }
                    }).bind(new InetSocketAddress(NetUtil.LOCALHOST, 0)).sync().channel();
            return request((InetSocketAddress) server.localAddress());
        } finally {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    private static List<Integer> request(InetSocketAddress server) throws IOException {
        try (Socket socket = new Socket(server.getAddress(), server.getPort())) {
            OutputStream out = socket.getOutputStream();
            byte[] preface = new byte[Http2CodecUtil.connectionPrefaceBuf().readableBytes()];
            Http2CodecUtil.connectionPrefaceBuf().readBytes(preface);
            out.write(preface);
            out.write(frame(SETTINGS, 0, 0));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            // What the server says first is out of the way when the request comes.
            skipUntilAcknowledged(in);
            out.write(frame(HEADERS, END_STREAM_AND_HEADERS, 1, REQUEST));
            List<Integer> sizes = new ArrayList<>();
            for (int left = WINDOW; left > 0;) {
                int[] header = readFrame(in);
                if (header[1] == DATA) {
                    sizes.add(header[0]);
                    left -= header[0];
                }
            }
            return sizes;
        }
    }

    private static void skipUntilAcknowledged(DataInputStream in) throws IOException {
        int[] header;
        do {
            header = readFrame(in);
        } while (header[1] != SETTINGS || header[2] == 0);
    }

    private static byte[] frame(int type, int flags, int stream, byte... payload) {
        return ByteBuffer.allocate(9 + payload.length).put((byte) 0).putShort((short) payload.length).put((byte) type)
                .put((byte) flags).putInt(stream).put(payload).array();
    }

    /** @return length, type and flags of a frame whose payload has been skipped */
    private static int[] readFrame(DataInputStream in) throws IOException {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int[] header = {length, in.readUnsignedByte(), in.readUnsignedByte()};
        in.readInt();
        in.readFully(new byte[length]);
        return header;
    }

    @ChannelHandler.Sharable
    private static final class Answer extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            if (msg instanceof Http2HeadersFrame) {
                ctx.writeAndFlush(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200")))
                        .addListener(sent -> ctx.writeAndFlush(new DefaultHttp2DataFrame(
                                Unpooled.wrappedBuffer(new byte[2 * WINDOW]), true)));
            }
            ReferenceCountUtil.release(msg);
        }
    }
}
