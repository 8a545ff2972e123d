/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

import org.objectweb.asm.AnnotationVisitor;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * Makes copies of published test classes that differ from them in a few points, and that the build puts before the
 * published jars on the class path. Run by the build before the tests; everything else stays as it was published. There
 * is one set of copies for each {@link Family}.
 * <ul>
 * <li>Some classes make their event loops themselves instead of asking {@code EpollSocketTestPermutation}: there
 * {@code EpollIoHandler.newFactory} and {@code EpollIoHandler.class} become calls of {@link TestLoops}.</li>
 * <li>Time limits ({@code @Timeout}) are multiplied by a factor, and are a minute at least. Some tests need half of
 * their limit on a machine of their own, with leak detection at its most thorough; here several run at a time. What
 * hangs still fails.</li>
 * <li>In the copies for our own channels, {@link OwnTypes ours} take the place of Netty's epoll channels where a class
 * names them, as a user of ours would have written it.</li>
 * </ul>
 */
public final class TestClassCopier {

    /** One class of each jar whose classes are looked at. */
    private static final List<String> MARKERS = List.of(
            "io/netty/channel/epoll/EpollSocketEchoTest.class",
            "io/netty/testsuite/transport/socket/SocketEchoTest.class",
            "io/netty/channel/AbstractEventLoopTest.class");
    private static final String IO_HANDLER = "io/netty/channel/epoll/EpollIoHandler";
    private static final String TEST_LOOPS = Type.getInternalName(TestLoops.class);
    private static final String TIMEOUT = "Lorg/junit/jupiter/api/Timeout;";
    private static final long MIN_LIMIT_SECONDS = 60;

    /** Classes that must come out redirected; if Netty moves a name, the build stops here instead of testing less. */
    private static final Set<String> EXPECTED = Set.of(
            "EpollDatagramChannelTest", "EpollDatagramUnicastTest", "EpollDetectPeerCloseWithoutReadTest",
            "EpollIoHandlerTest", "EpollIoHandlerWakeupEventCountTest", "EpollServerSocketChannelConfigTest",
            "EpollSocketChannelConfigTest", "EpollSocketChannelTest", "EpollSocketMultipleConnectTest",
            "EpollSocketStringEchoBusyWaitTest", "EpollSocketTcpMd5Test", "EpollSpliceTest", "ManualEventLoopTest");

    /** Classes that use what our own channels do not have. They must be listed in {@code excluded-own.txt}. */
    private static final Set<String> NOT_FOR_OWN = Set.of();

    private final Path target;
    private final Family family;
    private final long timeLimitFactor;
    private final Set<String> redirected = new TreeSet<>();
    /** What each class would need of our channels, and they do not have. */
    private final Map<String, Set<String>> missing = new TreeMap<>();
    private int ownReferences;
    private int timeLimits;

    private TestClassCopier(Path target, Family family, long timeLimitFactor) {
        this.target = target;
        this.family = family;
        this.timeLimitFactor = timeLimitFactor;
    }

    /** Arguments: the directories for the copies, hosted and own, and the factor for time limits. */
    public static void main(String[] args) throws IOException {
        copy(Paths.get(args[0]), Family.HOSTED, Long.parseLong(args[2]));
        copy(Paths.get(args[1]), Family.OWN, Long.parseLong(args[2]));
    }

    private static void copy(Path target, Family family, long timeLimitFactor) throws IOException {
        TestClassCopier copier = new TestClassCopier(target, family, timeLimitFactor);
        for (String marker : MARKERS) {
            copier.copyJarOf(marker);
        }
        if (!copier.redirected.equals(EXPECTED)) {
            throw new IllegalStateException("classes that name EpollIoHandler: " + copier.redirected
                    + ", expected: " + new TreeSet<>(EXPECTED));
        }
        if (!copier.missing.keySet().equals(family == Family.OWN ? NOT_FOR_OWN : Set.of())) {
            throw new IllegalStateException("classes that need what our own channels do not have: " + copier.missing
                    + ", expected: " + NOT_FOR_OWN);
        }
        System.out.println(family + ": redirected " + copier.redirected.size() + " test classes to the loops under "
                + "test, multiplied " + copier.timeLimits + " time limits by " + timeLimitFactor + ", and replaced "
                + copier.ownReferences + " names of channels");
    }

    private void copyJarOf(String marker) throws IOException {
        URL url = TestClassCopier.class.getClassLoader().getResource(marker);
        if (url == null) {
            throw new IllegalStateException("not on the class path: " + marker);
        }
        JarURLConnection connection = (JarURLConnection) url.openConnection();
        connection.setUseCaches(false);
        try (JarFile jar = connection.getJarFile()) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                if (isTestClass(entry.getName())) {
                    try (InputStream in = jar.getInputStream(entry)) {
                        copy(new ClassReader(in));
                    }
                }
            }
        }
    }

    private static boolean isTestClass(String name) {
        // The permutation is replaced as a whole, and the loop test extends Netty's own handler.
        return name.endsWith(".class") && !name.contains("EpollSocketTestPermutation")
                && !name.contains("EpollEventLoopTest") && !name.endsWith("-info.class");
    }

    private void copy(ClassReader reader) throws IOException {
        ClassWriter writer = new ClassWriter(0);
        OwnChannelRemapper ownChannels = family == Family.OWN ? new OwnChannelRemapper(writer) : null;
        ClassCopier copier = new ClassCopier(ownChannels == null ? writer : ownChannels);
        reader.accept(copier, 0);
        String simpleName = reader.getClassName().substring(reader.getClassName().lastIndexOf('/') + 1)
                .replaceFirst("\\$.*", "");
        if (copier.calls > 0) {
            redirected.add(simpleName);
        }
        int changes = copier.calls + copier.limits;
        timeLimits += copier.limits;
        if (ownChannels != null) {
            ownReferences += ownChannels.references();
            changes += ownChannels.references();
            if (!ownChannels.missing().isEmpty()) {
                missing.computeIfAbsent(simpleName, name -> new TreeSet<>()).addAll(ownChannels.missing());
            }
        }
        if (changes > 0) {
            Path file = target.resolve(reader.getClassName() + ".class");
            Files.createDirectories(file.getParent());
            Files.write(file, writer.toByteArray());
        }
    }

    private final class ClassCopier extends ClassVisitor {
        int calls;
        int limits;

        ClassCopier(ClassVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public AnnotationVisitor visitAnnotation(String type, boolean visible) {
            return timeLimit(type, super.visitAnnotation(type, visible));
        }

        @Override
        public MethodVisitor visitMethod(int access, String name, String type, String signature, String[] thrown) {
            return new MethodCopier(this, super.visitMethod(access, name, type, signature, thrown));
        }

        AnnotationVisitor timeLimit(String annotation, AnnotationVisitor next) {
            if (!annotation.equals(TIMEOUT)) {
                return next;
            }
            limits++;
            return new AnnotationVisitor(Opcodes.ASM9, next) {
                private long limit;
                private TimeUnit unit = TimeUnit.SECONDS;

                @Override
                public void visit(String name, Object value) {
                    limit = (Long) value;
                }

                @Override
                public void visitEnum(String name, String type, String value) {
                    unit = TimeUnit.valueOf(value);
                }

                @Override
                public void visitEnd() {
                    long scaled = Math.max(MIN_LIMIT_SECONDS, unit.toSeconds(limit * timeLimitFactor));
                    super.visit("value", scaled);
                    super.visitEnum("unit", Type.getDescriptor(TimeUnit.class), TimeUnit.SECONDS.name());
                    super.visitEnd();
                }
            };
        }
    }

    private static final class MethodCopier extends MethodVisitor {
        private final ClassCopier owner;

        MethodCopier(ClassCopier owner, MethodVisitor next) {
            super(Opcodes.ASM9, next);
            this.owner = owner;
        }

        @Override
        public AnnotationVisitor visitAnnotation(String type, boolean visible) {
            return owner.timeLimit(type, super.visitAnnotation(type, visible));
        }

        @Override
        public void visitMethodInsn(int opcode, String type, String name, String descriptor, boolean isInterface) {
            if (opcode == Opcodes.INVOKESTATIC && type.equals(IO_HANDLER) && name.equals("newFactory")) {
                owner.calls++;
                super.visitMethodInsn(opcode, TEST_LOOPS, name, descriptor, false);
            } else {
                super.visitMethodInsn(opcode, type, name, descriptor, isInterface);
            }
        }

        @Override
        public void visitLdcInsn(Object value) {
            if (value instanceof Type && ((Type) value).getInternalName().equals(IO_HANDLER)) {
                owner.calls++;
                super.visitMethodInsn(Opcodes.INVOKESTATIC, TEST_LOOPS, "handlerType", "()Ljava/lang/Class;", false);
            } else {
                super.visitLdcInsn(value);
            }
        }
    }
}
