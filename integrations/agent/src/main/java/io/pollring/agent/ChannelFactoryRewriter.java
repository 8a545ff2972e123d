/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.agent;

import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Has {@code ReflectiveChannelFactory}, which bootstraps use, too, make our channels where it was given Netty's. */
final class ChannelFactoryRewriter extends Rewriter {

    @Override
    boolean isMeant(String name, String descriptor) {
        return name.equals("<init>") && descriptor.equals("(Ljava/lang/Class;)V");
    }

    @Override
    void begin(MethodVisitor method, String name) {
        new BridgeCall(method, "channelClass", Class.class)
                .with(() -> method.visitVarInsn(Opcodes.ALOAD, 1))
                .returning("java/lang/Class");
        method.visitVarInsn(Opcodes.ASTORE, 1);
    }
}
