/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.unix.Buffer;
import io.netty.util.IllegalReferenceCountException;
import io.pollring.ring.Abi;
import io.pollring.ring.Errno;
import io.pollring.ring.FakeStream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A stream's handle that sends ten bytes at a time, counts what it gets, and remembers what it is told. */
final class FakeStreamHandle extends FakeLoop.Handle implements StreamHandle {
    private static final int LENGTH = 10;

    final FakeStream peer;
    /** What each send has come to. */
    final List<Integer> sends = new ArrayList<>();
    StreamRegistration stream;
    Runnable onPrepare = () -> { };
    Runnable onSent = () -> { };
    boolean receivable = true;
    /** Whether what is to be sent was released too often. */
    boolean spoilt;
    boolean readsOn;
    private final boolean ahead;
    int kept;
    int keptFailure;
    int received;
    boolean endFound;
    boolean lost;
    IOException failure;
    private final ByteBuffer outgoing = ByteBuffer.allocateDirect(LENGTH);

    FakeStreamHandle(FakeLoop loop, int fd) {
        this(loop, fd, true);
    }

    FakeStreamHandle(FakeLoop loop, int fd, boolean ahead) {
        loop.super(fd);
        this.ahead = ahead;
        peer = (FakeStream) file;
    }

    /** Asks for all that comes, and takes it. */
    FakeStreamHandle readsAll() {
        reaction = events -> readAll();
        submit(Abi.POLLIN | Abi.POLLRDHUP);
        return this;
    }

    /** Takes what is there: of the loop's, or of the socket's. */
    void readAll() {
        read(Integer.MAX_VALUE);
    }

    /** As {@link #readAll}, ten bytes at a time and so many times at most. */
    void read(int times) {
        ByteBuf buffer = Unpooled.directBuffer(LENGTH);
        ByteBuffer memory = ByteBuffer.allocateDirect(LENGTH);
        try {
            int bytes = 1;
            for (int i = 0; i < times && bytes > 0; i++) {
                bytes = stream.mustReceive() ? stream.receive(buffer, 0, LENGTH) : readSocket(memory);
                endFound |= bytes < 0;
                received += Math.max(bytes, 0);
            }
        } catch (IOException e) {
            failure = e;
        } finally {
            buffer.release();
        }
    }

    private int readSocket(ByteBuffer memory) throws IOException {
        int result = peer.receive(memory, LENGTH);
        if (result < 0 && result != -Errno.EAGAIN) {
            throw new IOException(Errno.name(-result));
        }
        // As StreamRegistration.receive does: 0 is nothing, -1 the end.
        return result == 0 ? -1 : Math.max(result, 0);
    }

    @Override
    public void streamRegistration(StreamRegistration registration) {
        stream = registration;
    }

    @Override
    public void streamRegistrationEnded(StreamRegistration registration) {
        stream = null;
    }

    @Override
    public void prepareSend(SendRequest request) {
        if (spoilt) {
            throw new IllegalReferenceCountException(0);
        }
        for (int i = 0; i < LENGTH; i++) {
            outgoing.put(i, peer.outgoing(peer.accepted() + i));
        }
        request.send(Buffer.memoryAddress(outgoing), LENGTH);
        onPrepare.run();
    }

    @Override
    public void sent(int result, boolean complete) {
        sends.add(result);
        for (int i = 0; i < LENGTH; i++) {
            // They may be anybody's now.
            outgoing.put(i, (byte) 0);
        }
        onSent.run();
    }

    @Override
    public boolean isReceivable() {
        return receivable;
    }

    @Override
    public boolean isReceivableAhead() {
        return ahead;
    }

    @Override
    public boolean readsPieces() {
        return !ahead && !readsOn;
    }

    @Override
    public void lost() {
        lost = true;
    }

    @Override
    public void keep(ByteBuffer bytes, int more) {
        kept += bytes.remaining();
    }

    @Override
    public void keepFailure(int errno) {
        keptFailure = errno;
    }

    @Override
    public boolean isKeeping() {
        return false;
    }
}
