/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

/** Stands for a class at the bottom that knows one at the top, without an import: see {@link LoopLayersTest}. */
final class PlantedUpwardReference {

    private PlantedUpwardReference() { }

    static boolean hasRing(Object loop) {
        return ((PollLoop) loop).hasRing();
    }
}
