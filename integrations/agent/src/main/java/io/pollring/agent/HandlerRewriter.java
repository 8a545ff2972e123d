/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.agent;

import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** Has {@code EpollIoHandler.newFactory} return Pollring's factory, where there is one. */
final class HandlerRewriter extends Rewriter {
    private static final String FACTORY = "io/netty/channel/IoHandlerFactory";
    private static final String DESCRIPTOR = "(ILio/netty/channel/SelectStrategyFactory;)L" + FACTORY + ';';

    @Override
    boolean isMeant(String name, String descriptor) {
        // That without parameters calls this one, and so do all of the group's constructors.
        return name.equals("newFactory") && descriptor.equals(DESCRIPTOR);
    }

    @Override
    void begin(MethodVisitor method, String name) {
        new BridgeCall(method, "newFactory", Class.class, int.class, Object.class)
                .with(() -> method.visitLdcInsn(Type.getObjectType("io/netty/channel/epoll/EpollIoHandler")))
                .with(() -> method.visitVarInsn(Opcodes.ILOAD, 0))
                .with(() -> method.visitVarInsn(Opcodes.ALOAD, 1))
                .returning(FACTORY);
        Label goOn = new Label();
        method.visitInsn(Opcodes.DUP);
        method.visitJumpInsn(Opcodes.IFNULL, goOn);
        method.visitInsn(Opcodes.ARETURN);
        method.visitLabel(goOn);
        method.visitFrame(Opcodes.F_SAME1, 0, null, 1, new Object[] {FACTORY});
        method.visitInsn(Opcodes.POP);
    }
}
