/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.agent;

import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

import java.util.Set;

/**
 * {@code EpollEventLoop} takes its handler for Netty's. Its methods ask ours where it has one; and its channels are
 * closed before it ends, as {@code IoUringEventLoop} does it.
 */
final class LoopRewriter extends Rewriter {
    private static final String LOOP = "io/netty/channel/epoll/EpollEventLoop";
    private static final String SUPER = "io/netty/channel/SingleThreadIoEventLoop";

    @Override
    boolean isMeant(String name, String descriptor) {
        return name.equals("registeredChannels") && descriptor.equals("()I")
                || name.equals("registeredChannelsIterator") && descriptor.equals("()Ljava/util/Iterator;");
    }

    @Override
    void begin(MethodVisitor method, String name) {
        Label goOn = new Label();
        if (name.equals("registeredChannels")) {
            askHandler(method, "channelCount", "java/lang/Integer");
            method.visitMethodInsn(Opcodes.INVOKEVIRTUAL, "java/lang/Integer", "intValue", "()I", false);
            method.visitInsn(Opcodes.DUP);
            method.visitJumpInsn(Opcodes.IFLT, goOn);
            method.visitInsn(Opcodes.IRETURN);
            method.visitLabel(goOn);
            method.visitFrame(Opcodes.F_SAME1, 0, null, 1, new Object[] {Opcodes.INTEGER});
        } else {
            askHandler(method, "channels", "java/util/Iterator");
            method.visitInsn(Opcodes.DUP);
            method.visitJumpInsn(Opcodes.IFNULL, goOn);
            method.visitInsn(Opcodes.ARETURN);
            method.visitLabel(goOn);
            method.visitFrame(Opcodes.F_SAME1, 0, null, 1, new Object[] {"java/util/Iterator"});
        }
        method.visitInsn(Opcodes.POP);
    }

    @Override
    void addMethods(ClassVisitor type, Set<String> existing) {
        if (existing.contains("confirmShutdown")) {
            return;
        }
        MethodVisitor method = type.visitMethod(Opcodes.ACC_PROTECTED, "confirmShutdown", "()Z", null, null);
        method.visitCode();
        Label goOn = new Label();
        method.visitVarInsn(Opcodes.ALOAD, 0);
        method.visitMethodInsn(Opcodes.INVOKEVIRTUAL, LOOP, "isShuttingDown", "()Z", false);
        method.visitJumpInsn(Opcodes.IFEQ, goOn);
        askHandler(method, "isOurs", "java/lang/Boolean");
        method.visitMethodInsn(Opcodes.INVOKEVIRTUAL, "java/lang/Boolean", "booleanValue", "()Z", false);
        method.visitJumpInsn(Opcodes.IFEQ, goOn);
        loadHandler(method);
        method.visitMethodInsn(Opcodes.INVOKEINTERFACE, "io/netty/channel/IoHandler", "prepareToDestroy", "()V", true);
        method.visitLabel(goOn);
        method.visitFrame(Opcodes.F_SAME, 0, null, 0, null);
        method.visitVarInsn(Opcodes.ALOAD, 0);
        method.visitMethodInsn(Opcodes.INVOKESPECIAL, SUPER, "confirmShutdown", "()Z", false);
        method.visitInsn(Opcodes.IRETURN);
        method.visitMaxs(0, 0);
        method.visitEnd();
    }

    private static void askHandler(MethodVisitor method, String question, String resultType) {
        new BridgeCall(method, question, Class.class, Object.class)
                .with(() -> method.visitLdcInsn(Type.getObjectType(LOOP)))
                .with(() -> loadHandler(method))
                .returning(resultType);
    }

    private static void loadHandler(MethodVisitor method) {
        method.visitVarInsn(Opcodes.ALOAD, 0);
        method.visitMethodInsn(Opcodes.INVOKEVIRTUAL, LOOP, "ioHandler", "()Lio/netty/channel/IoHandler;", false);
    }
}
