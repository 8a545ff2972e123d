/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import io.netty.channel.unix.Socket;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.NotYetConnectedException;

/** The other end of a connection. */
final class StreamPeer implements Peer {
    private static final int BUFFER = 65536;

    private final SocketKind kind;
    private final Socket socket;
    private final Trace trace;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    /** Still to send; then the end of the output, if that is wanted. */
    private long unsent;
    private boolean endWanted;
    private PeerAction.Kind closeWanted;
    private long sent;
    private boolean sendFailed;
    /** Still to read; all that comes if negative. */
    private long wanted = -1;
    private long received;
    private long hash;
    private long reported;
    private String end;
    private boolean endReported;
    private boolean wasFull;

    StreamPeer(SocketKind kind, SocketAddress address, Trace trace) throws IOException {
        this.kind = kind;
        this.trace = trace;
        socket = kind == SocketKind.TCP ? Socket.newSocketStream() : Socket.newSocketDomain();
        if (kind == SocketKind.TCP) {
            socket.setTcpNoDelay(true);
        }
        socket.setReceiveBufferSize(Settings.SOCKET_BUFFER);
        if (!socket.connect(address)) {
            while (!socket.finishConnect()) {
                Thread.onSpinWait();
            }
        }
    }

    @Override
    public int fd() {
        return socket.intValue();
    }

    @Override
    public boolean isOpen() {
        return socket.isOpen();
    }

    @Override
    public boolean reads() {
        return isOpen() && end == null && wanted != 0;
    }

    @Override
    public boolean awaitsEnd() {
        return end == null;
    }

    @Override
    public long unsent() {
        return unsent;
    }

    @Override
    public void act(PeerAction action) throws IOException {
        switch (action.kind) {
            case SEND:
                if (isOpen() && !endWanted && !sendFailed) {
                    unsent += action.size;
                }
                break;
            case SHUT_OUTPUT:
                endWanted = true;
                break;
            case RESET:
            case CLOSE:
                closeWanted = action.kind;
                break;
            case READ_ALL:
                wanted = -1;
                break;
            case READ_NOTHING:
                wanted = 0;
                break;
            default:
                wanted = Math.max(wanted, 0) + action.size;
                break;
        }
        send();
    }

    @Override
    public boolean pump() {
        long sentBefore = sent;
        boolean endedBefore = sendFailed;
        boolean openBefore = isOpen();
        send();
        boolean moved = sent != sentBefore || sendFailed != endedBefore || isOpen() != openBefore;
        while (reads()) {
            int limit = wanted < 0 ? BUFFER : (int) Math.min(wanted, BUFFER);
            int n;
            try {
                n = socket.recv(buffer, 0, limit);
            } catch (IOException e) {
                end = "reset";
                return moved;
            }
            if (n < 0) {
                end = "end";
                return true;
            }
            if (n == 0) {
                return moved;
            }
            moved = true;
            for (int i = 0; i < n; i++) {
                hash = 31 * hash + buffer.get(i);
            }
            received += n;
            if (wanted > 0) {
                wanted -= n;
            }
        }
        return moved;
    }

    private void send() {
        try {
            while (isOpen() && unsent > 0) {
                int length = (int) Math.min(unsent, BUFFER);
                buffer.clear();
                buffer.put(Pattern.message((int) (sent % Pattern.PERIOD), length));
                int n = socket.send(buffer, 0, length);
                if (n <= 0) {
                    return;
                }
                sent += n;
                unsent -= n;
            }
            if (isOpen() && endWanted && unsent == 0 && !sendFailed) {
                endWanted = false;
                sendFailed = true;
                socket.shutdown(false, true);
            }
            // Not before all has left: what a close takes back is the kernel's choice.
            if (isOpen() && closeWanted != null && unsent == 0
                    && (kind == SocketKind.UNIX || sendFailed || SocketQueues.unsent(fd(), kind) == 0)) {
                if (closeWanted == PeerAction.Kind.RESET && kind == SocketKind.TCP) {
                    socket.setSoLinger(0);
                }
                close();
            }
        } catch (IOException | NotYetConnectedException e) {
            // The latter at the end of the output, when the channel has reset the connection.
            sendFailed = true;
            unsent = 0;
        }
    }

    @Override
    public void report(boolean full) {
        wasFull = full || trace.isCut() || wasFull && end != null;
        if (received != reported && !wasFull) {
            reported = received;
            trace.add(Trace.Kind.PEER_BYTES, received + " in all, hash " + Long.toHexString(hash));
        }
        if (end != null && !endReported) {
            endReported = true;
            trace.add(Trace.Kind.PEER_END, end);
        }
    }

    @Override
    public void close() throws IOException {
        if (isOpen()) {
            socket.close();
        }
    }
}
