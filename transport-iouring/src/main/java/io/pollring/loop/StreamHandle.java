/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.epoll.EpollIoHandle;

import java.nio.ByteBuffer;

/**
 * A handle of a stream whose bytes the loop may move: many handles' sends with one system call, and what they receive
 * without one. Its registration is a {@link StreamRegistration} where the loop can do that.
 *
 * <p>Called on the loop's thread. Only {@link #sent(int, boolean)} may run the user's code.
 */
public interface StreamHandle extends EpollIoHandle {

    /**
     * @param registration by which the loop can be asked to move bytes: Netty's event loops give handles another one
     */
    void streamRegistration(StreamRegistration registration);

    /** {@code registration} is over; it need not be the last one that the handle was given. */
    void streamRegistrationEnded(StreamRegistration registration);

    /**
     * The loop is about to enter the kernel, and the handle has {@linkplain StreamRegistration#sendLater() something to
     * send}. It must not be sent otherwise before {@link #sent(int, boolean)}. If nothing is prepared, or it throws, that
     * is called at once, with {@code -EAGAIN}.
     */
    void prepareSend(SendRequest request) throws Exception;

    /**
     * What has become of what was prepared.
     *
     * @param result   how many bytes the socket has taken, or {@code -errno}
     * @param complete whether that is all of them; otherwise the socket is full, or has failed
     */
    void sent(int result, boolean complete);

    /** Whether the loop may receive for it; {@link StreamRegistration#receptionChanged()} when the answer changes. */
    boolean isReceivable();

    /** Whether more may be received than the handle has asked for. If not, only while it asks. Never changes. */
    boolean isReceivableAhead();

    /**
     * Whether the loop is to receive one piece each time the handle asks, when the last one was taken. Only of handles
     * that are not {@linkplain #isReceivableAhead() received for ahead}.
     */
    boolean readsPieces();

    /**
     * Bytes that were received but not {@linkplain StreamRegistration#receive read}, and that the loop does not keep: the
     * registration or its ring ends, or the handle is to read by itself. They come before all that is received later.
     *
     * @param more how many bytes follow with further calls, at once
     */
    void keep(ByteBuffer bytes, int more);

    /** As {@link #keep}, of an error behind all bytes that were received: the socket does not tell it again. */
    void keepFailure(int errno);

    /** Whether the handle was left something to keep and would read that now, so that it has to be told of it. */
    boolean isKeeping();

    /** Bytes that were received are lost, and the registration ends: the handle's next read has to fail. */
    void lost();
}
