/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.buffer.ByteBuf;

import java.io.IOException;

/**
 * How a registration reaches its loop. Registrations are at the bottom: they know of no part of the loop but this.
 *
 * <p>{@link #inLoop()} and {@link #execute} may be called by any thread, all else by the loop's only.
 */
interface RegistrationLoop {
    /** Whether the calling thread is the loop's. */
    boolean inLoop();

    void execute(Runnable task);

    /** What {@link PollRegistration#attachment()} returns. */
    Object attachment();

    /** Of the last poll in {@code slot}. */
    int generation(int slot);

    /** The user has cancelled {@code registration}. What it has in the kernel is gone when this returns. */
    void close(PollRegistration registration);

    /** What {@code registration} desires, or knows, may differ from what the kernel was told. */
    void changed(PollRegistration registration);

    /**
     * The handle of {@code registration} has thrown, anywhere. Throws nothing.
     *
     * @return {@code false}, the answer of a handle that gives none
     */
    boolean offended(PollRegistration registration, Throwable cause);

    /** Whether streams may send, and perhaps receive, through the ring. */
    boolean movesBytes();

    /** Whether receives can be armed. */
    boolean canReceive();

    /** Whether nothing is to be received that nobody asks for. */
    boolean isShortOfMemory();

    /** A quiet stream was given data. @return whether it is not the first for long */
    boolean comesOften(StreamRegistration registration);

    /** See {@link StreamRegistration#receive}. */
    int receive(StreamRegistration registration, ByteBuf target, int index, int length) throws IOException;

    /** See {@link StreamRegistration#stopReceiving()}. */
    void stopReceiving(StreamRegistration registration);

    /** Whether a stream is being given data: others are to follow, and then the loop enters the kernel. */
    boolean isDeliveringData();

    /** See {@link StreamRegistration#takesFirstFlush()}. */
    boolean takesFirstFlush();

    /** See {@link StreamRegistration#endsData()}. */
    void endsData();

    /** See {@link StreamRegistration#sendLater()}. */
    void sendLater(StreamRegistration registration);

    /** See {@link StreamRegistration#settleSend()}. */
    void settleSend(StreamRegistration registration);
}
