/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.interop;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import java.util.zip.CRC32;

/** Long bodies for Armeria, and what comes out of them. */
final class ArmeriaBodies {
    private final Noise noise;

    ArmeriaBodies(int chunks) {
        noise = new Noise(chunks);
    }

    Flux<HttpData> body() {
        return Flux.range(0, noise.chunks()).map(index -> HttpData.wrap(noise.chunk(index)));
    }

    static HttpResponse answer(Publisher<HttpData> body) {
        return HttpResponse.of(ResponseHeaders.of(HttpStatus.OK), body);
    }

    static HttpRequest upload(Publisher<HttpData> body) {
        return HttpRequest.of(RequestHeaders.of(HttpMethod.POST, "/"), body);
    }

    String expectedSum() {
        return noise.length() + " " + noise.checksum();
    }

    /** Length and checksum, as text. */
    static Mono<String> sum(Publisher<? extends Object> body) {
        long[] length = new long[1];
        CRC32 checksum = new CRC32();
        return Flux.from(body).ofType(HttpData.class).doOnNext(part -> {
            length[0] += part.length();
            checksum.update(part.array());
        }).then(Mono.fromSupplier(() -> length[0] + " " + checksum.getValue()));
    }
}
