/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.examples;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

@Timeout(60)
class EchoTest {
    private static final int MEBIBYTE = 1 << 20;

    @ParameterizedTest
    @EnumSource
    void serverSendsBackWhatAClientSentBeforeItEndedItsOutput(Transport transport) throws Exception {
        TestSupport.assumeAvailable(transport);
        byte[] data = TestSupport.pattern(MEBIBYTE);
        // A small buffer, so that the server still has something to send when it sees the client's end.
        try (Server server = TestSupport.echoServer(transport, "--socket-buffer", "65536");
             Socket socket = TestSupport.connect(server.address())) {
            CompletableFuture<Void> sent = TestSupport.sendAndEnd(socket, data);
            assertArrayEquals(data, socket.getInputStream().readAllBytes());
            sent.get(1, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @EnumSource
    void clientGetsBackOneMebibyte(Transport transport) throws Exception {
        TestSupport.assumeAvailable(transport);
        try (Server server = TestSupport.echoServer(transport)) {
            assertTrue(EchoClient.echo(clientOptions(transport, server.address())) > 0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void serverReadsNoMoreFromAClientThatDoesNotRead(Transport transport) throws Exception {
        TestSupport.assumeAvailable(transport);
        // More than the kernel can hold on the way: only a server without back-pressure takes it all.
        int clientBuffer = 64 * 1024;
        long size = TestSupport.kernelBufferLimit() + 2 * clientBuffer + 32 * MEBIBYTE;
        AtomicLong sent = new AtomicLong();
        try (Server server = TestSupport.echoServer(transport);
             Socket socket = new Socket()) {
            socket.setReceiveBufferSize(clientBuffer);
            socket.setSendBufferSize(clientBuffer);
            socket.setSoTimeout(TestSupport.SOCKET_TIMEOUT_MILLIS);
            socket.connect(server.address());
            CompletableFuture<Void> sender = TestSupport.async(() -> {
                byte[] chunk = new byte[MEBIBYTE / 4];
                while (sent.get() < size) {
                    socket.getOutputStream().write(chunk);
                    sent.addAndGet(chunk.length);
                }
                socket.shutdownOutput();
                return null;
            });
            TestSupport.awaitStall(sent);
            assertTrue(sent.get() < size, "the server took all " + size + " bytes though nobody read the echo");

            long received = 0;
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[MEBIBYTE];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                received += n;
            }
            sender.get(1, TimeUnit.SECONDS);
            assertEquals(sent.get(), received);
        }
    }

    @Test
    void clientReportsAWrongByte() throws Exception {
        IOException e = clientAgainst(socket -> {
            byte[] data = new byte[MEBIBYTE];
            new DataInputStream(socket.getInputStream()).readFully(data);
            data[500_000] ^= 1;
            // No more than the client reads, so that its close does not become a reset.
            socket.getOutputStream().write(data, 0, 500_001);
        });
        assertTrue(e.getMessage().startsWith("byte 500000 came back as "), e.getMessage());
    }

    @Test
    void clientReportsAnEarlyEnd() throws Exception {
        IOException e = clientAgainst(socket -> {
            new DataInputStream(socket.getInputStream()).readFully(new byte[MEBIBYTE]);
            socket.getOutputStream().write(TestSupport.pattern(100));
        });
        assertEquals("the server closed the connection after 100 of 1048576 bytes", e.getMessage());
    }

    @Test
    void clientGivesUpOnASilentServer() throws Exception {
        IOException e = clientAgainst(socket -> {
            // Takes everything until the client goes away, and says nothing.
            assertEquals(MEBIBYTE, socket.getInputStream().readAllBytes().length);
        }, "--timeout", "1");
        assertEquals("not all came back within 1 s", e.getMessage());
    }

    @Test
    void clientReportsThatNobodyListens() throws Exception {
        InetSocketAddress address;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            address = (InetSocketAddress) free.getLocalSocketAddress();
        }
        IOException e = assertThrows(IOException.class, () -> EchoClient.echo(clientOptions(Transport.NIO, address)));
        assertTrue(e.getMessage().contains("Connection refused"), e.getMessage());
    }

    private interface Conversation {
        void hold(Socket socket) throws IOException;
    }

    /** Runs the client against a server that misbehaves, and returns what the client says about it. */
    private static IOException clientAgainst(Conversation conversation, String... options) throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> served = TestSupport.async(() -> {
                try (Socket socket = listener.accept()) {
                    conversation.hold(socket);
                    return null;
                }
            });
            IOException e = assertThrows(IOException.class, () -> EchoClient.echo(clientOptions(
                    Transport.POLLRING, (InetSocketAddress) listener.getLocalSocketAddress(), options)));
            served.get(10, TimeUnit.SECONDS);
            return e;
        }
    }

    private static Options clientOptions(Transport transport, InetSocketAddress address, String... more) {
        String[] args = new String[more.length + 4];
        args[0] = "--host";
        args[1] = address.getAddress().getHostAddress();
        args[2] = "--port";
        args[3] = Integer.toString(address.getPort());
        System.arraycopy(more, 0, args, 4, more.length);
        return TestSupport.parse(EchoClient.options(), transport, args);
    }
}
