/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.benchmarks;

/**
 * How many messages a second an open loop sends: so many, or a share of what one contender can do.
 *
 * @param isShare whether it takes the capacity of the yardstick to know how much it is
 */
record Rate(int number, boolean isShare) {
    /** Whose throughput a share is of. */
    static final String YARDSTICK = "epoll";

    /** With fewer, a round of a second has no percentiles. */
    private static final int MIN = 100;
    /** More than one thread can send. */
    private static final int MAX = 1_000_000;
    /**
     * Capacity is what a closed loop gets, and is no limit of an open one, where a server that is behind reads several
     * messages at once; and the others may have more. So more than 100 is allowed, to see what happens there.
     */
    private static final int MAX_PERCENT = 200;

    /** @param text such as {@code 20000} or {@code 20%} */
    static Rate parse(String text) {
        boolean percent = text.endsWith("%");
        int min = percent ? 1 : MIN;
        int max = percent ? MAX_PERCENT : MAX;
        String digits = percent ? text.substring(0, text.length() - 1) : text;
        int number = digits.matches("[0-9]{1,7}") ? Integer.parseInt(digits) : -1;
        if (number < min || number > max) {
            throw new IllegalArgumentException("rate '" + text + "': must be " + MIN + ".." + MAX
                    + " messages a second, or 1%.." + MAX_PERCENT + "% of what " + YARDSTICK + " echoes");
        }
        return new Rate(number, percent);
    }

    /** @param capacity messages a second that the yardstick can do */
    double perSecond(double capacity) {
        return isShare ? capacity * number / 100 : number;
    }

    @Override
    public String toString() {
        return number + (isShare ? "%" : "");
    }
}
