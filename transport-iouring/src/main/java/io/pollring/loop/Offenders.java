/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Whose handles have thrown lately, and how often in a row. Once does no harm, and epoll would call them again; but what
 * a handle that always throws leaves behind is ready for ever, and keeps the loop busy for ever.
 */
final class Offenders {
    /** So many times in a row are borne. */
    static final int MAX_OFFENCES = 4;

    private final Map<PollRegistration, Offence> offences = new IdentityHashMap<>(4);

    /** @return whether that is too often */
    boolean add(PollRegistration registration, Throwable cause) {
        Offence offence = offences.get(registration);
        if (offence == null) {
            offence = new Offence();
            offences.put(registration, offence);
        }
        offence.last = cause;
        offence.count++;
        return isTooMuch(offence);
    }

    boolean isTooMuch(PollRegistration registration) {
        return !offences.isEmpty() && isTooMuch(offences.get(registration));
    }

    private static boolean isTooMuch(Offence offence) {
        return offence != null && offence.count > MAX_OFFENCES;
    }

    /** What the handle has thrown last, if it has thrown too often; it is told so now. Otherwise {@code null}. */
    Throwable take(PollRegistration registration) {
        return isTooMuch(registration) ? offences.remove(registration).last : null;
    }

    /** The handle has done what it should, or is gone. */
    void forget(PollRegistration registration) {
        if (!offences.isEmpty()) {
            offences.remove(registration);
        }
    }

    private static final class Offence {
        private Throwable last;
        private int count;
    }
}
