/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.agent.app;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.VirtualMachine;

/** Attaches the agent to itself, and prints what comes of it. */
public final class AttachApp {
    private AttachApp() { }

    /** @param args the agent's jar */
    public static void main(String[] args) throws Exception {
        VirtualMachine machine = VirtualMachine.attach(Long.toString(ProcessHandle.current().pid()));
        try {
            machine.loadAgent(args[0]);
            System.out.println("attached=true");
        } catch (AgentInitializationException e) {
            System.out.println("attached=false");
        } finally {
            machine.detach();
        }
    }
}
