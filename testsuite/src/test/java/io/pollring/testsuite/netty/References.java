/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.netty;

import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Class files, what they declare, and what their code refers to. Looks for members of Netty's and of our own classes only:
 * an ancestor of another library, or the JDK's, may have what is not found below it.
 */
final class References {
    private static final String NETTY = "io/netty/";
    private static final String OURS = "io/pollring/";

    private final Map<String, ClassFile> classes = new HashMap<>();

    /** @param directory of jars */
    void addLibraries(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path jar : files.filter(file -> file.toString().endsWith(".jar")).collect(Collectors.toList())) {
                addLibrary(jar);
            }
        }
    }

    /** @param library a jar, or a directory of class files */
    void addLibrary(Path library) throws IOException {
        if (Files.isDirectory(library)) {
            addTree(library);
        } else {
            try (FileSystem jar = FileSystems.newFileSystem(library, (ClassLoader) null)) {
                addTree(jar.getPath("/"));
            }
        }
    }

    private void addTree(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".class")
                    && !root.relativize(path).toString().startsWith("META-INF")).collect(Collectors.toList())) {
                add(new ClassReader(Files.readAllBytes(file)));
            }
        }
    }

    void addClass(Class<?> type) throws IOException {
        try (InputStream bytes = type.getResourceAsStream('/' + type.getName().replace('.', '/') + ".class")) {
            add(new ClassReader(bytes));
        }
    }

    private void add(ClassReader reader) {
        classes.put(reader.getClassName(), new ClassFile(reader));
    }

    /** What classes whose names begin with {@code prefix} refer to, and nobody declares. */
    Set<String> missing(String prefix) {
        Set<String> missing = new TreeSet<>();
        classes.forEach((name, file) -> {
            if (name.startsWith(prefix)) {
                file.references.stream().filter(reference -> !isThere(reference))
                        .forEach(reference -> missing.add(reference + ", which " + name + " refers to"));
            }
        });
        return missing;
    }

    private boolean isThere(Reference reference) {
        if (!isKnown(reference.owner)) {
            return true;
        }
        ClassFile file = classes.get(reference.owner);
        return file != null && (reference.member == null || declares(file, reference.member));
    }

    private boolean declares(ClassFile file, String member) {
        if (file.members.contains(member)) {
            return true;
        }
        for (String ancestor : file.ancestors) {
            ClassFile declaring = classes.get(ancestor);
            if (declaring == null ? !isKnown(ancestor) && isInherited(ancestor, member) : declares(declaring, member)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a class of the JDK has, or inherits, a member of that name. */
    private static boolean isInherited(String ancestor, String member) {
        try {
            for (Class<?> type = Class.forName(ancestor.replace('/', '.')); type != null; type = type.getSuperclass()) {
                if (Stream.concat(Stream.of(type.getDeclaredMethods()), Stream.of(type.getMethods()))
                        .anyMatch(method -> member.equals(method.getName() + Type.getMethodDescriptor(method)))) {
                    return true;
                }
            }
            return member.startsWith("<init>");
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(ancestor + " is in no library", e);
        }
    }

    private static boolean isKnown(String type) {
        return type.startsWith(NETTY) || type.startsWith(OURS);
    }

    /** A class, or a member of it. */
    private static final class Reference {
        private final String owner;
        /** {@code null} for the class itself. */
        private final String member;
        private final String name;

        Reference(String owner, String name, String member) {
            this.owner = owner;
            this.name = name;
            this.member = member;
        }

        @Override
        public String toString() {
            return name == null ? owner : owner + '.' + name;
        }
    }

    /** What is declared in a class, and what its code refers to. */
    private static final class ClassFile extends ClassVisitor {
        private final List<String> ancestors = new ArrayList<>();
        private final Set<String> members = new HashSet<>();
        private final List<Reference> references = new ArrayList<>();

        ClassFile(ClassReader reader) {
            super(Opcodes.ASM9);
            if (reader.getSuperName() != null) {
                ancestors.add(reader.getSuperName());
            }
            ancestors.addAll(List.of(reader.getInterfaces()));
            ancestors.forEach(ancestor -> references.add(new Reference(ancestor, null, null)));
            reader.accept(this, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
        }

        @Override
        public FieldVisitor visitField(int access, String name, String descriptor, String signature, Object value) {
            members.add(name + ':' + descriptor);
            return null;
        }

        @Override
        public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] thrown) {
            members.add(name + descriptor);
            return new Code();
        }

        private final class Code extends MethodVisitor {
            Code() {
                super(Opcodes.ASM9);
            }

            @Override
            public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
                references.add(new Reference(owner, name, name + descriptor));
            }

            @Override
            public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
                references.add(new Reference(owner, name, name + ':' + descriptor));
            }

            @Override
            public void visitTypeInsn(int opcode, String type) {
                references.add(new Reference(type, null, null));
            }

            @Override
            public void visitLdcInsn(Object value) {
                if (value instanceof Type && ((Type) value).getSort() == Type.OBJECT) {
                    references.add(new Reference(((Type) value).getInternalName(), null, null));
                }
            }

            @Override
            public void visitTryCatchBlock(Label start, Label end,
                                           Label handler, String type) {
                if (type != null) {
                    references.add(new Reference(type, null, null));
                }
            }

            @Override
            public void visitInvokeDynamicInsn(String name, String descriptor, Handle bootstrap, Object... arguments) {
                for (Object argument : arguments) {
                    if (argument instanceof Handle) {
                        Handle handle = (Handle) argument;
                        references.add(new Reference(handle.getOwner(), handle.getName(),
                                handle.getName() + (handle.getTag() <= Opcodes.H_PUTSTATIC ? ":" : "")
                                        + handle.getDesc()));
                    }
                }
            }
        }
    }
}
