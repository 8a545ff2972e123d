/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.buffer.ByteBuf;

import io.pollring.ring.Abi;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The registration of a stream, whose bytes may come and go without a system call of its own. While the ring receives
 * for it, no poll asks for data: {@link Receiver} makes every transition of {@link Reception}.
 *
 * <p>All methods belong to the loop's thread.
 */
public final class StreamRegistration extends PollRegistration {
    /** The most that is received at once. */
    public static final int PIECE_BYTES = ReceiveMemory.BUFFER_BYTES;

    static final short NO_BUFFER = -1;
    /** How often the handle reads by itself when receives have ended for nothing, before one is tried again. */
    static final int READS_BY_ITSELF = 64;
    /** Stands for the end of the stream. No error number is that. */
    static final short END_OF_STREAM = Short.MAX_VALUE;

    enum Reception {
        /** The handle reads by itself, when a poll says that it can. */
        OFF,
        /** A receive is in the kernel, or queued for it. */
        ARMED,
        /** That receive is being cancelled. What it receives until then is not lost. */
        CANCELLING
    }

    Reception reception = Reception.OFF;
    /** Whether the last receive was armed for one piece. */
    boolean once;
    /** What the user data of the last receive was marked with. */
    int receptionGeneration;
    /** The last of the buffers with bytes for the handle, which names the first one as its successor. */
    short lastBuffer = NO_BUFFER;
    /** How many bytes are in those buffers. */
    int received;
    /** What the receive has ended with: {@link #END_OF_STREAM}, the number of an error, or 0. */
    short end;

    /** Whether there was no buffer for what came, if any: a poll tells, and the handle reads it by itself. */
    boolean starved;
    /** Whether a poll has told of the connection's end. */
    boolean peerDone;
    /** Whether that is an end of which a receive may never hear: see {@link Receiver}. */
    boolean unheard;
    /** Whether something came that nobody had asked for, so that the receive has to end. */
    boolean unasked;
    /** How often in a row a receive has ended for nothing; or below 0, how often the handle is to read by itself. */
    private byte receiveStrikes;

    StreamRegistration(Poller poller, StreamHandle handle) {
        super(poller, handle);
        // Nobody has looked.
        unsettled = Abi.POLLIN;
    }

    StreamHandle streamHandle() {
        return (StreamHandle) handle;
    }

    /** Whether more may be received than the handle has asked for. */
    boolean isAhead() {
        try {
            return streamHandle().isReceivableAhead();
        } catch (Throwable t) {
            return poller.delivery().offended(this, t);
        }
    }

    /** Whether the handle lets the loop receive for it. */
    boolean isReceivable() {
        try {
            return streamHandle().isReceivable();
        } catch (Throwable t) {
            return poller.delivery().offended(this, t);
        }
    }

    boolean readsPieces() {
        try {
            return streamHandle().readsPieces();
        } catch (Throwable t) {
            return poller.delivery().offended(this, t);
        }
    }

    private boolean isKeeping() {
        try {
            return streamHandle().isKeeping();
        } catch (Throwable t) {
            return poller.delivery().offended(this, t);
        }
    }

    /** @return whether the handle has kept them */
    boolean keep(ByteBuffer bytes, int more) {
        try {
            streamHandle().keep(bytes, more);
            return true;
        } catch (Throwable t) {
            return poller.delivery().offended(this, t);
        }
    }

    /** @return whether the handle has kept it */
    boolean keepFailure(int errno) {
        try {
            streamHandle().keepFailure(errno);
            return true;
        } catch (Throwable t) {
            return poller.delivery().offended(this, t);
        }
    }

    void lost() {
        try {
            streamHandle().lost();
        } catch (Throwable t) {
            poller.delivery().offended(this, t);
        }
    }

    void sent(int result, boolean complete) {
        try {
            streamHandle().sent(result, complete);
        } catch (Throwable t) {
            poller.delivery().offended(this, t);
        }
    }

    void ended() {
        try {
            streamHandle().streamRegistrationEnded(this);
        } catch (Throwable t) {
            poller.delivery().offended(this, t);
        }
    }

    /** Whether the calling thread is the loop's. */
    public boolean isHere() {
        return poller.inLoop();
    }

    /** Whether the loop moves bytes for this handle: not if epoll watches it. */
    public boolean isBatching() {
        return isValid() && state != State.REVERTED && poller.movesBytes();
    }

    /**
     * Whether the loop is ready to send something {@linkplain #sendLater() later}: only while it delivers data, when there
     * may be many that want to send. In a task, or when a connection was made or accepted, whoever flushes may wait for an
     * answer.
     */
    public boolean maySendLater() {
        return poller.delivery().isDeliveringData() && isBatching();
    }

    /**
     * Has the loop {@linkplain StreamHandle#prepareSend ask} what to send when it has delivered the turn's data, or earlier.
     *
     * @return {@code false} if it is not {@linkplain #maySendLater() ready} for it, and the handle has to send by itself
     */
    public boolean sendLater() {
        if (!maySendLater()) {
            return false;
        }
        poller.sends().add(this);
        return true;
    }

    /**
     * The handle, which is being given data, has met the end or an error behind it: nothing that it flushes from now on
     * can be sent {@linkplain #sendLater() later}.
     */
    public void endsData() {
        poller.delivery().endsData();
    }

    /**
     * A write has met the connection's failure, which a socket tells once: if a receive has taken it already, the next
     * read finds only the end.
     */
    public void failureTold() {
        if (end != 0) {
            end = END_OF_STREAM;
        }
    }

    /** Has what was prepared sent and {@linkplain StreamHandle#sent told} now. */
    public void settleSend() {
        poller.sends().settle(this);
    }

    /** Whether the handle must not read its socket, but {@link #receive} what is there, or will be there. */
    public boolean isReceiving() {
        return reception != Reception.OFF || received > 0 || end != 0
                || !isAhead() && wantsReception();
    }

    /**
     * Takes what was received.
     *
     * @param buffer gets up to {@code length} bytes from its index {@code index} on; its own indices stay
     * @return the number of bytes; 0 if nothing is there now, -1 at the end of the stream
     * @throws IOException if the connection has failed, once all that came before is taken
     */
    public int receive(ByteBuf buffer, int index, int length) throws IOException {
        return poller.receiver().take(this, buffer, index, length);
    }

    /** How many bytes {@link #receive} could give now. */
    public int received() {
        return received;
    }

    /** Whether the handle may read its socket for what may be there behind that, and which the loop does not receive. */
    public boolean isSocketFree() {
        return reception == Reception.OFF && end == 0 && (unsettled & Abi.POLLIN) != 0 && isAhead();
    }

    /** {@link StreamHandle#isReceivable()} has another answer now. */
    public void receptionChanged() {
        poller.changed(this);
    }

    /** Ends receiving for the handle. What was received and not taken is for it to {@linkplain StreamHandle#keep}. */
    public void stopReceiving() {
        poller.withdrawal().stopReceiving(this);
    }

    /** Whether something waits that the handle has asked for. */
    @Override
    boolean isDeliverable() {
        return (desired & Abi.POLLIN) != 0 && (received > 0 || end != 0 || isKeeping()) && isValid();
    }

    /** Whether the handle's data is to be received for it from now on. */
    boolean wantsReception() {
        return (desired & Abi.POLLIN) != 0 && end == 0 && !peerDone && !starved && receiveStrikes >= 0
                && state != State.REVERTED && state != State.CLOSED && received == 0 && poller.receiver().isUsable()
                && isReceivable();
    }

    /** Whether a receive is to be armed, or cancelled. */
    boolean isReceptionDirty() {
        switch (reception) {
            case OFF:
                return wantsReception();
            case ARMED:
                // A handle that has stopped to ask may ask again soon: see Receiver.
                // Where epoll watches, for want of a poll, the handle reads by itself.
                return unasked || unheard || state == State.REVERTED || !isReceivable()
                        || received > Receiver.MAX_UNTAKEN_BYTES
                        || (desired & Abi.POLLIN) == 0 && (!isAhead() || poller.receiver().isShortOfMemory());
            default:
                return false;
        }
    }

    @Override
    void abandon() {
        super.abandon();
        unasked = reception == Reception.ARMED;
    }

    @Override
    boolean isDirty() {
        return isReceptionDirty() || super.isDirty();
    }

    /** A receive tells of data, so polls need not; but of the end, whether asked for or not: see {@link Receiver}. */
    @Override
    int polled() {
        if (end != 0) {
            return desired & ~(Abi.POLLIN | Abi.POLLRDHUP);
        }
        if (desired == 0 || reception == Reception.OFF && received == 0 && !wantsReception()) {
            return desired;
        }
        if (reception == Reception.OFF && received > 0) {
            // What was received is told if it is asked for. Of the end behind it only a poll knows.
            return desired & ~Abi.POLLIN;
        }
        return peerDone ? desired & ~(Abi.POLLIN | Abi.POLLRDHUP) : desired & ~Abi.POLLIN | Abi.POLLRDHUP;
    }

    /**
     * Of a connection whose data a receive takes, a poll has to tell the end alone. A one-shot poll is over by itself
     * when the peer closes, as the receive is, so that nothing is left to cancel when the handle closes, too.
     */
    @Override
    boolean isOnceOnly() {
        return reception != Reception.OFF && polled() == Abi.POLLRDHUP;
    }

    /** Data that nobody has looked for is still to be looked for where the poll does not ask for it. */
    @Override
    void armed(int mask) {
        int unseen = unsettled & ~mask & Abi.POLLIN;
        super.armed(mask);
        unsettled |= unseen;
    }

    /** The receive has ended for nothing. To try again turn by turn would spin as long as there is no memory, say. */
    void receiveFailed() {
        if (++receiveStrikes > MAX_STRIKES) {
            receiveStrikes = -READS_BY_ITSELF;
        }
    }

    /** A receive does what it should. */
    void receiveWorks() {
        receiveStrikes = 0;
    }

    @Override
    void leftBehind(int events) {
        if ((events & Abi.POLLIN) != 0) {
            // Not before the handle has read by itself.
            starved = false;
            if (receiveStrikes < 0 && ++receiveStrikes == 0) {
                // One more try tells whether there is memory now.
                receiveStrikes = MAX_STRIKES;
            }
        }
        // What comes next a receive tells, if there is one.
        super.leftBehind(reception != Reception.OFF || end != 0 ? events & ~Abi.POLLIN : events);
    }
}
