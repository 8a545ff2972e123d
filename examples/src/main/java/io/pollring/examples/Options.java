/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.examples;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/** The command line of one example: which options it has, their defaults, and the values that were given. */
final class Options {
    private static final int MAX_PORT = 65535;
    private static final int MAX_THREADS = 1024;
    private static final int MAX_SOCKET_BUFFER = 1 << 30;

    private final String program;
    private final String summary;
    private final Map<String, Option> options = new LinkedHashMap<>();
    private boolean helpWanted;

    /** Starts with the options that every example has. */
    Options(String program, String summary, int defaultPort, String portHelp) {
        this.program = program;
        this.summary = summary;
        text("transport", Transport.POLLRING.toString(), "pollring, hosted, epoll, io_uring or nio");
        text("host", "127.0.0.1", "address to listen on, or to connect to");
        number("port", defaultPort, 0, MAX_PORT, portHelp);
        number("threads", 0, 0, MAX_THREADS, "event loops; 0 takes two for each core");
        number("socket-buffer", 0, 0, MAX_SOCKET_BUFFER,
                "bytes for SO_RCVBUF and SO_SNDBUF; 0 leaves them to the kernel");
    }

    Options text(String name, String value, String help) {
        options.put(name, new Option(value, help, null, null));
        return this;
    }

    Options number(String name, long value, long min, long max, String help) {
        options.put(name, new Option(Long.toString(value), help, min, max));
        return this;
    }

    /** Takes {@code --name value} and {@code --name=value}; the last one counts where a name is given twice. */
    Options parse(String... args) {
        for (int i = 0; i < args.length; i++) {
            String arg = args[i];
            if ("--help".equals(arg) || "-h".equals(arg)) {
                helpWanted = true;
                continue;
            }
            if (!arg.startsWith("--")) {
                throw new BadArgumentException("unexpected argument '" + arg + '\'');
            }
            int equals = arg.indexOf('=');
            String name = equals < 0 ? arg.substring(2) : arg.substring(2, equals);
            Option option = options.get(name);
            if (option == null) {
                throw new BadArgumentException("unknown option --" + name);
            }
            if (equals < 0 && i + 1 == args.length) {
                throw new BadArgumentException("--" + name + " needs a value");
            }
            option.set(name, equals < 0 ? args[++i] : arg.substring(equals + 1));
        }
        // An unknown transport is an error of the command line, not one of the moment it is first used.
        transport();
        return this;
    }

    String program() {
        return program;
    }

    boolean helpWanted() {
        return helpWanted;
    }

    Transport transport() {
        return Transport.parse(text("transport"));
    }

    String text(String name) {
        return options.get(name).value;
    }

    int number(String name) {
        return Math.toIntExact(longNumber(name));
    }

    long longNumber(String name) {
        return Long.parseLong(options.get(name).value);
    }

    /** The address that two options name, resolved. */
    InetSocketAddress address(String host, String port) {
        InetSocketAddress address = new InetSocketAddress(text(host), number(port));
        if (address.isUnresolved()) {
            throw new BadArgumentException("--" + host + ": no address is known for '" + text(host) + '\'');
        }
        return address;
    }

    InetSocketAddress address() {
        return address("host", "port");
    }

    String usage() {
        StringBuilder usage = new StringBuilder(512);
        usage.append("usage: ").append(program).append(" [options]\n").append(summary).append('\n');
        options.forEach((name, option) -> usage.append(
                String.format("  --%-15s %s (%s)%n", name, option.help, option.standard)));
        return usage.toString();
    }

    private static final class Option {
        private final String standard;
        private final String help;
        private final Long min;
        private final Long max;
        private String value;

        Option(String value, String help, Long min, Long max) {
            standard = value;
            this.value = value;
            this.help = help;
            this.min = min;
            this.max = max;
        }

        void set(String name, String text) {
            if (text.isEmpty()) {
                throw new BadArgumentException("--" + name + " needs a value");
            }
            if (min != null && !inRange(text)) {
                throw new BadArgumentException(
                        "--" + name + " must be a number from " + min + " to " + max + ", not '" + text + '\'');
            }
            value = text;
        }

        private boolean inRange(String text) {
            try {
                long number = Long.parseLong(text);
                return number >= min && number <= max;
            } catch (NumberFormatException e) {
                return false;
            }
        }
    }
}
