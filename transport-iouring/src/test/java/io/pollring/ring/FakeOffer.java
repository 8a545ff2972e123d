/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import java.util.EnumSet;
import java.util.Set;

/** What a {@link FakeKernel} can do; immutable. */
public final class FakeOffer {
    private static final int BASE_FLAGS = Abi.SETUP_CQSIZE | Abi.SETUP_CLAMP | Abi.SETUP_R_DISABLED;

    private static final int USUAL_PAGE_BYTES = 4096;

    private final Set<RingFeature> features;
    private final int pageBytes;

    private FakeOffer(Set<RingFeature> features, int pageBytes) {
        this.features = features;
        this.pageBytes = pageBytes;
    }

    /** A kernel that has it all. */
    public static FakeOffer everything() {
        return new FakeOffer(EnumSet.allOf(RingFeature.class), USUAL_PAGE_BYTES);
    }

    public static FakeOffer of(Set<RingFeature> features) {
        Set<RingFeature> copy = EnumSet.noneOf(RingFeature.class);
        copy.addAll(features);
        return new FakeOffer(copy, USUAL_PAGE_BYTES);
    }

    /** The same kernel without {@code feature}. */
    public FakeOffer without(RingFeature feature) {
        Set<RingFeature> fewer = EnumSet.copyOf(features);
        fewer.remove(feature);
        return new FakeOffer(fewer, pageBytes);
    }

    /** The same kernel with pages of another size, as there are on 64-bit ARM. */
    public FakeOffer withPages(int bytes) {
        return new FakeOffer(features, bytes);
    }

    int pageBytes() {
        return pageBytes;
    }

    boolean has(RingFeature feature) {
        return features.contains(feature);
    }

    int setupFlags() {
        return BASE_FLAGS
                | (has(RingFeature.SUBMIT_ALL) ? Abi.SETUP_SUBMIT_ALL : 0)
                | (has(RingFeature.DEFER_TASKRUN)
                        ? Abi.SETUP_SINGLE_ISSUER | Abi.SETUP_DEFER_TASKRUN | Abi.SETUP_TASKRUN_FLAG : 0);
    }

    int featureBits() {
        return (has(RingFeature.NO_DROP) ? Abi.FEAT_NODROP : 0)
                | (has(RingFeature.EXT_ARG) ? Abi.FEAT_EXT_ARG : 0)
                | (has(RingFeature.CQE_SKIP) ? Abi.FEAT_CQE_SKIP : 0)
                | (has(RingFeature.NO_IOWAIT) ? Abi.FEAT_NO_IOWAIT : 0);
    }

    @Override
    public String toString() {
        return features.toString();
    }
}
