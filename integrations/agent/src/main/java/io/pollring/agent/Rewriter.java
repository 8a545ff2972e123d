/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.agent;

import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

import java.util.HashSet;
import java.util.Set;

/** Puts code before what some methods of a class do. */
abstract class Rewriter {

    /** @return the class file, or {@code null} if the class has not the methods that are meant */
    final byte[] rewrite(byte[] bytes) {
        ClassReader reader = new ClassReader(bytes);
        // Frames are written by hand: to compute them would load the application's classes.
        ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
        Visitor visitor = new Visitor(writer);
        reader.accept(visitor, 0);
        return visitor.changed ? writer.toByteArray() : null;
    }

    /** Whether a method gets code. */
    abstract boolean isMeant(String name, String descriptor);

    /** Writes the code that comes first. */
    abstract void begin(MethodVisitor method, String name);

    /**
     * Writes methods that the class has not.
     *
     * @param existing the names of those that it has
     */
    void addMethods(ClassVisitor type, Set<String> existing) { }

    private final class Visitor extends ClassVisitor {
        private final Set<String> existing = new HashSet<>();
        private boolean changed;

        Visitor(ClassVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public MethodVisitor visitMethod(int access, String name, String descriptor, String signature,
                                         String[] exceptions) {
            MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
            existing.add(name);
            if (!isMeant(name, descriptor)) {
                return next;
            }
            changed = true;
            return new MethodVisitor(Opcodes.ASM9, next) {
                @Override
                public void visitCode() {
                    super.visitCode();
                    begin(mv, name);
                }
            };
        }

        @Override
        public void visitEnd() {
            if (changed) {
                addMethods(cv, existing);
            }
            super.visitEnd();
        }
    }
}
