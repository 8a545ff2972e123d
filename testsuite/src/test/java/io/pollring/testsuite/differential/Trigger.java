/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

/** An event upon which the handler under test does something, once in a step. */
enum Trigger { READ, READ_COMPLETE, USER_EVENT, WRITABILITY, EXCEPTION, INACTIVE, UNREGISTERED }
