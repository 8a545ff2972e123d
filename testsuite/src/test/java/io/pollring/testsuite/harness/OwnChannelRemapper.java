/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.MethodRemapper;
import org.objectweb.asm.commons.Remapper;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes a test class use our channels where it names Netty's epoll channels, and notes what ours do not have: such a
 * test cannot be run over them.
 */
final class OwnChannelRemapper extends ClassRemapper {

    private static final class Types extends Remapper {
        int references;

        Types() {
            super(Opcodes.ASM9);
        }

        @Override
        public String map(String internalName) {
            String own = OwnTypes.inPlaceOf(internalName);
            if (own == null) {
                return internalName;
            }
            references++;
            return own;
        }
    }

    private final Types types;
    private final Set<String> missing = new TreeSet<>();

    OwnChannelRemapper(ClassVisitor next) {
        this(next, new Types());
    }

    private OwnChannelRemapper(ClassVisitor next, Types types) {
        super(Opcodes.ASM9, next, types);
        this.types = types;
    }

    /** How often the class names one that ours take the place of. */
    int references() {
        return types.references;
    }

    /** Members of Netty's classes that the test uses and ours lack. */
    Set<String> missing() {
        return missing;
    }

    @Override
    protected MethodVisitor createMethodRemapper(MethodVisitor next) {
        return new Body(next);
    }

    private final class Body extends MethodRemapper {

        Body(MethodVisitor next) {
            super(Opcodes.ASM9, next, types);
        }

        @Override
        public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
            String own = OwnTypes.inPlaceOf(owner);
            if (own == null) {
                super.visitFieldInsn(opcode, owner, name, descriptor);
            } else if (opcode == Opcodes.GETFIELD && name.equals("active") && descriptor.equals("Z")) {
                // Not visible outside Netty's package; the method says the same.
                super.visitMethodInsn(Opcodes.INVOKEVIRTUAL, owner, "isActive", "()Z", false);
            } else {
                missing.add(owner + '.' + name);
                super.visitFieldInsn(opcode, owner, name, descriptor);
            }
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            String own = OwnTypes.inPlaceOf(owner);
            if (own == null) {
                super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
                return;
            }
            String mapped = types.mapMethodDesc(descriptor);
            String actual = find(own, name, mapped);
            if (actual == null) {
                missing.add(owner + '.' + name + descriptor);
                actual = mapped;
            }
            // Past the parent, which would look at the types once more; ours are not among those it changes.
            mv.visitMethodInsn(opcode, types.map(owner), name, actual, isInterface);
        }
    }

    /**
     * Our method with that name and those parameters: its result may be another type than the test was compiled with,
     * and the JVM's verifier sees to it that the test can do with it.
     */
    private static String find(String own, String name, String descriptor) {
        Class<?> type;
        try {
            type = Class.forName(own.replace('/', '.'), false, OwnChannelRemapper.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("no such class: " + own, e);
        }
        String parameters = parameters(descriptor);
        if (name.equals("<init>")) {
            return Arrays.stream(type.getConstructors()).map(Type::getConstructorDescriptor)
                    .filter(descriptor::equals).findFirst().orElse(null);
        }
        return Arrays.stream(type.getMethods()).filter(method -> method.getName().equals(name) && !method.isBridge())
                .map(Type::getMethodDescriptor).filter(candidate -> parameters(candidate).equals(parameters))
                .findFirst().orElse(null);
    }

    private static String parameters(String descriptor) {
        return descriptor.substring(0, descriptor.indexOf(')') + 1);
    }
}
