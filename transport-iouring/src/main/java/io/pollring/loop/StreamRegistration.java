/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.buffer.ByteBuf;
import io.netty.channel.unix.Errors;

import io.pollring.ring.Abi;
import io.pollring.ring.Errno;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The registration of a stream, whose bytes may come and go without a system call of its own. While the ring receives
 * for it, no poll asks for data.
 *
 * <p>All methods belong to the loop's thread.
 */
public final class StreamRegistration extends PollRegistration {
    /** The most that is received at once. */
    public static final int PIECE_BYTES = 4096;

    static final short NO_BUFFER = -1;
    /** Of a channel that takes no more than this of what has come nothing more is received until it has taken all. */
    static final int MAX_UNTAKEN_BYTES = 8 * PIECE_BYTES;
    private static final int END = Abi.POLLRDHUP | Abi.POLLHUP | Abi.POLLERR;

    /** How often the handle reads by itself when receives have ended for nothing, before one is tried again. */
    static final int READS_BY_ITSELF = 64;

    Reception reception = Reception.OFF;
    /** What the user data of the last receive was marked with. */
    int receptionGeneration;
    /** The last of the buffers with bytes for the handle, which names the first one as its successor. */
    short lastBuffer = NO_BUFFER;
    /** How many bytes are in those buffers. */
    int received;
    /** The number of the error of {@link Reception#FAILED}. */
    short receptionErrno;
    /** {@link Receiver}'s count of receives in a row that have brought their limit to a handle that took all and asked on. */
    byte steadyReceives;
    /** How often in a row a receive has ended for nothing. */
    private byte receiveFailures;
    /** How often the handle is to read by itself in {@link Reception#POLLED}. */
    private byte ownReads;
    /** {@link QuietReceives}' number of the period in which it was last given something while it was quiet; 0 for never. */
    int heardIn;

    StreamRegistration(RegistrationLoop loop, StreamHandle handle) {
        super(loop, handle);
        // Nobody has looked.
        recheck = Abi.POLLIN;
    }

    StreamHandle streamHandle() {
        return (StreamHandle) handle;
    }

    /** Whether more may be received than the handle has asked for. */
    boolean isAhead() {
        try {
            return streamHandle().isReceivableAhead();
        } catch (Throwable t) {
            return loop.offended(this, t);
        }
    }

    /** Whether the handle lets the loop receive for it. */
    boolean isReceivable() {
        try {
            return streamHandle().isReceivable();
        } catch (Throwable t) {
            return loop.offended(this, t);
        }
    }

    boolean readsPieces() {
        try {
            return streamHandle().readsPieces();
        } catch (Throwable t) {
            return loop.offended(this, t);
        }
    }

    private boolean isKeeping() {
        try {
            return streamHandle().isKeeping();
        } catch (Throwable t) {
            return loop.offended(this, t);
        }
    }

    /** @return whether the handle has kept them */
    boolean keep(ByteBuffer bytes, int more) {
        try {
            streamHandle().keep(bytes, more);
            return true;
        } catch (Throwable t) {
            return loop.offended(this, t);
        }
    }

    /** @return whether the handle has kept it */
    boolean keepFailure(int errno) {
        try {
            streamHandle().keepFailure(errno);
            return true;
        } catch (Throwable t) {
            return loop.offended(this, t);
        }
    }

    void lost() {
        try {
            streamHandle().lost();
        } catch (Throwable t) {
            loop.offended(this, t);
        }
    }

    void sent(int result, boolean complete) {
        try {
            streamHandle().sent(result, complete);
        } catch (Throwable t) {
            loop.offended(this, t);
        }
    }

    void ended() {
        try {
            streamHandle().streamRegistrationEnded(this);
        } catch (Throwable t) {
            loop.offended(this, t);
        }
    }

    /** Whether the calling thread is the loop's. */
    public boolean isHere() {
        return loop.inLoop();
    }

    /** Whether the loop moves bytes for this handle: not if epoll watches it. */
    public boolean isBatching() {
        return isValid() && state != PollState.REVERTED && loop.movesBytes();
    }

    /**
     * Whether the loop is ready to send something {@linkplain #sendLater() later}: only while it delivers data, when there
     * may be many that want to send. In a task, or when a connection was made or accepted, whoever flushes may wait for an
     * answer.
     */
    public boolean maySendLater() {
        return loop.isDeliveringData() && isBatching();
    }

    /** Whether the handle sends by itself what it could leave to the loop. Once in a turn, if few have data in it. */
    public boolean takesFirstFlush() {
        return loop.takesFirstFlush();
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
        loop.sendLater(this);
        return true;
    }

    /**
     * The handle, which is being given data, has met the end or an error behind it: nothing that it flushes from now on
     * can be sent {@linkplain #sendLater() later}.
     */
    public void endsData() {
        loop.endsData();
    }

    /**
     * A write has met the connection's failure, which a socket tells once: if a receive has taken it already, the next
     * read finds only the end.
     */
    public void failureTold() {
        reception = reception.told();
    }

    /** Has what was prepared sent and {@linkplain StreamHandle#sent told} now. */
    public void settleSend() {
        loop.settleSend(this);
    }

    /** Whether the handle must not read its socket, but {@link #receive} what is there, or will be there. */
    public boolean mustReceive() {
        return reception.isInKernel() || received > 0 || reception.isOver() || !isAhead() && wantsReception();
    }

    /**
     * Takes what was received.
     *
     * @param buffer gets up to {@code length} bytes from its index {@code index} on; its own indices stay
     * @return the number of bytes; 0 if nothing is there now, -1 at the end of the stream
     * @throws IOException if the connection has failed, once all that came before is taken
     */
    public int receive(ByteBuf buffer, int index, int length) throws IOException {
        return loop.receive(this, buffer, index, length);
    }

    /** @throws IOException what a receive of {@code fd} has failed with */
    public static void fail(int fd, int errno) throws IOException {
        if (errno == Errno.EBADR) {
            throw new IOException("recv of fd " + fd + ": what was received is lost: the kernel had no memory to tell of it"
                    + " (EBADR)");
        }
        Errors.ioResult("recv", -errno);
    }

    /** How many bytes {@link #receive} could give now. */
    public int received() {
        return received;
    }

    /** Whether the handle may read its socket for what may be there behind that, and which the loop does not receive. */
    public boolean isSocketFree() {
        return !reception.isInKernel() && !reception.isOver() && (recheck & Abi.POLLIN) != 0 && isAhead();
    }

    /** {@link StreamHandle#isReceivable()} has another answer now. */
    public void receptionChanged() {
        loop.changed(this);
    }

    /** Ends receiving for the handle. What was received and not taken is for it to {@linkplain StreamHandle#keep}. */
    public void stopReceiving() {
        loop.stopReceiving(this);
    }

    /** Whether something waits that the handle has asked for. */
    @Override
    boolean isDeliverable() {
        return (desired & Abi.POLLIN) != 0 && (received > 0 || reception.isOver() || isKeeping()) && isValid();
    }

    /** Whether the handle's data is to be received for it from now on. */
    boolean wantsReception() {
        return reception == Reception.OFF && (desired & Abi.POLLIN) != 0 && state != PollState.REVERTED
                && state != PollState.CLOSED && received == 0 && loop.canReceive() && isReceivable();
    }

    /** Whether a receive is to be armed, or cancelled. */
    boolean isReceptionDirty() {
        if (!reception.isArmed()) {
            return wantsReception();
        }
        // A handle that has stopped to ask may ask again soon: see Receiver.
        // Where epoll watches, for want of a poll, the handle reads by itself.
        return reception.isUnwanted() || state == PollState.REVERTED || !isReceivable()
                || received > MAX_UNTAKEN_BYTES
                || (desired & Abi.POLLIN) == 0 && (steadyReceives > 0 || !isAhead() || loop.isShortOfMemory());
    }

    @Override
    void abandon() {
        super.abandon();
        reception = reception.unwanted();
    }

    @Override
    boolean isReceiving() {
        return reception.isInKernel();
    }

    /** First the data, which a receive may still have in its hands. */
    @Override
    int told(int events) {
        if (!reception.isInKernel()) {
            return events;
        }
        if ((events & END) != 0) {
            // A TCP socket counts the end of the peer's output as something to read, so that the receive tells it, too;
            // a UNIX socket does not.
            reception = reception.atEnd((events & (Abi.POLLHUP | Abi.POLLERR)) == 0 && isAhead());
            loop.changed(this);
        }
        if ((events & armed & Abi.POLLIN) != 0) {
            // It was armed before the receive, and would tell of all that this brings.
            unwanted |= Abi.POLLIN;
            loop.changed(this);
        }
        return events & ~(Abi.POLLIN | END);
    }

    @Override
    boolean isDirty() {
        if (reception == Reception.QUIET && state == PollState.IDLE && ready != 0) {
            // Its handle is to be given what the poll has told, or another would tell the same.
            return false;
        }
        return isReceptionDirty() || super.isDirty();
    }

    /** A receive tells of data, so polls need not; but of the end, whether asked for or not: see {@link Receiver}. */
    @Override
    int polled() {
        if (reception.isOver() || reception.isInKernel() && reception.isAtEnd()) {
            return desired & ~(Abi.POLLIN | Abi.POLLRDHUP);
        }
        if (desired != 0 && (reception.isInKernel() || wantsReception())) {
            return desired & ~Abi.POLLIN | Abi.POLLRDHUP;
        }
        // What was received is told if it is asked for. Of the end behind it only a poll knows.
        return received > 0 ? desired & ~Abi.POLLIN : desired;
    }

    /**
     * Of a connection whose data a receive takes, a poll has to tell the end alone. A one-shot poll is over by itself
     * when the peer closes, as the receive is, so that nothing is left to cancel when the handle closes, too. Of a quiet
     * one a poll has to tell the first data, and then a receive takes its place.
     */
    @Override
    boolean isOnceOnly() {
        int polled = polled();
        return reception.isInKernel() ? polled == Abi.POLLRDHUP
                : reception == Reception.QUIET && polled == (Abi.POLLIN | Abi.POLLRDHUP);
    }

    /** Data that nobody has looked for is still to be looked for where the poll does not ask for it. */
    @Override
    void armed(int mask) {
        int unseen = recheck & ~mask & Abi.POLLIN;
        super.armed(mask);
        recheck |= unseen;
    }

    @Override
    public String toString() {
        return super.toString() + ", reception: " + reception + ", received: " + received;
    }

    /** The receive has ended for nothing. To try again turn by turn would spin as long as there is no memory, say. */
    void receiveFailed() {
        if (failsTooOften()) {
            readByItself(READS_BY_ITSELF);
        } else {
            reception = reception.off();
        }
    }

    /**
     * There was no buffer for what came, if any. When a great many have something, arming them again turn by turn until
     * there are buffers for all would take the square of their number.
     */
    void receiveStarved() {
        readByItself(!isAhead() && failsTooOften() ? READS_BY_ITSELF : 1);
    }

    private boolean failsTooOften() {
        if (receiveFailures == MAX_RETRIES) {
            // It stays so: when the handle has read by itself, one more try tells whether there is memory now.
            return true;
        }
        receiveFailures++;
        return false;
    }

    private void readByItself(int times) {
        ownReads = (byte) times;
        reception = reception.polled();
    }

    /** A receive does what it should. */
    void receiveWorks() {
        receiveFailures = 0;
    }

    @Override
    void delivered(int events, boolean drained) {
        if ((events & Abi.POLLIN) != 0) {
            if (reception == Reception.QUIET && loop.comesOften(this)) {
                reception = reception.heard();
            } else if (reception == Reception.POLLED && !drained && --ownReads == 0) {
                reception = reception.retried();
            }
        }
        // What comes next a receive tells, if there is one.
        super.delivered(events, drained || reception.isInKernel() || reception.isOver());
    }
}
