/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.agent.app;

import io.netty.channel.epoll.EpollEventLoopGroup;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpResponseHandler;
import software.amazon.awssdk.http.async.SdkHttpContentPublisher;
import software.amazon.awssdk.http.async.SimpleSubscriber;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Fetches with the AWS SDK's Netty client, which finds its channel class by the name of the group's. */
public final class AwsApp {
    private AwsApp() { }

    @SuppressWarnings("deprecation")
    public static void main(String[] args) throws Exception {
        EpollEventLoopGroup group = new EpollEventLoopGroup(2);
        try (LocalHttp server = new LocalHttp();
             SdkAsyncHttpClient client = NettyNioAsyncHttpClient.builder()
                     .eventLoopGroup(SdkEventLoopGroup.create(group)).build()) {
            Body body = new Body();
            client.execute(AsyncExecuteRequest.builder()
                    .request(SdkHttpRequest.builder().method(SdkHttpMethod.GET).protocol("http").host("127.0.0.1")
                            .port(server.port()).encodedPath("/").putHeader("Host", "127.0.0.1").build())
                    .requestContentPublisher(new NoContent()).responseHandler(body).build()).get(30, TimeUnit.SECONDS);
            System.out.println("body=" + body.bytes.toString("US-ASCII"));
            System.out.println("group=" + group.getClass().getSimpleName());
            System.out.println("backend=" + Loops.backends(group));
        } finally {
            group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        }
    }

    private static final class NoContent implements SdkHttpContentPublisher {
        @Override
        public Optional<Long> contentLength() {
            return Optional.of(0L);
        }

        @Override
        public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
            subscriber.onSubscribe(new Subscription() {
                @Override
                public void request(long count) {
                    subscriber.onComplete();
                }

                @Override
                public void cancel() { }
            });
        }
    }

    private static final class Body implements SdkAsyncHttpResponseHandler {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public void onHeaders(SdkHttpResponse headers) { }

        @Override
        public void onStream(Publisher<ByteBuffer> stream) {
            stream.subscribe(new SimpleSubscriber(buffer -> {
                while (buffer.hasRemaining()) {
                    bytes.write(buffer.get());
                }
            }));
        }

        @Override
        public void onError(Throwable error) {
            error.printStackTrace();
        }
    }
}
