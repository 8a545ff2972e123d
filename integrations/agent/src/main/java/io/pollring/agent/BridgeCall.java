/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.agent;

import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Writes a call of one of {@link Bridge}'s methods by reflection, from which nothing but {@code java.base} has to be
 * seen by the class that calls:
 * {@code ClassLoader.getSystemClassLoader().loadClass(…).getMethod(…).invoke(null, …)}.
 */
final class BridgeCall {
    private static final Type OBJECT = Type.getType(Object.class);

    private final MethodVisitor method;
    private final Type[] parameters;
    private int next;

    /** Writes what comes before the arguments. */
    BridgeCall(MethodVisitor method, String name, Class<?>... parameterTypes) {
        this.method = method;
        parameters = new Type[parameterTypes.length];
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = Type.getType(parameterTypes[i]);
        }
        invoke(Opcodes.INVOKESTATIC, "java/lang/ClassLoader", "getSystemClassLoader", "()Ljava/lang/ClassLoader;");
        method.visitLdcInsn("io.pollring.agent.Bridge");
        invoke(Opcodes.INVOKEVIRTUAL, "java/lang/ClassLoader", "loadClass", "(Ljava/lang/String;)Ljava/lang/Class;");
        method.visitLdcInsn(name);
        array("java/lang/Class");
        for (int i = 0; i < parameters.length; i++) {
            method.visitInsn(Opcodes.DUP);
            method.visitIntInsn(Opcodes.BIPUSH, i);
            if (parameters[i] == Type.INT_TYPE) {
                method.visitFieldInsn(Opcodes.GETSTATIC, "java/lang/Integer", "TYPE", "Ljava/lang/Class;");
            } else {
                method.visitLdcInsn(parameters[i]);
            }
            method.visitInsn(Opcodes.AASTORE);
        }
        invoke(Opcodes.INVOKEVIRTUAL, "java/lang/Class", "getMethod",
                "(Ljava/lang/String;[Ljava/lang/Class;)Ljava/lang/reflect/Method;");
        method.visitInsn(Opcodes.ACONST_NULL);
        array(OBJECT.getInternalName());
    }

    /** @param load pushes the next argument */
    BridgeCall with(Runnable load) {
        method.visitInsn(Opcodes.DUP);
        method.visitIntInsn(Opcodes.BIPUSH, next);
        load.run();
        if (parameters[next++] == Type.INT_TYPE) {
            invoke(Opcodes.INVOKESTATIC, "java/lang/Integer", "valueOf", "(I)Ljava/lang/Integer;");
        }
        method.visitInsn(Opcodes.AASTORE);
        return this;
    }

    /** Leaves the result on the stack, as a {@code type}. */
    void returning(String type) {
        invoke(Opcodes.INVOKEVIRTUAL, "java/lang/reflect/Method", "invoke",
                "(Ljava/lang/Object;[Ljava/lang/Object;)Ljava/lang/Object;");
        method.visitTypeInsn(Opcodes.CHECKCAST, type);
    }

    private void array(String elementType) {
        method.visitIntInsn(Opcodes.BIPUSH, parameters.length);
        method.visitTypeInsn(Opcodes.ANEWARRAY, elementType);
    }

    private void invoke(int opcode, String owner, String name, String descriptor) {
        method.visitMethodInsn(opcode, owner, name, descriptor, false);
    }
}
