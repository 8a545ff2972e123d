/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.harness;

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
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * Points those published test classes at our loops that make their own instead of asking
 * {@code EpollSocketTestPermutation}: in a copy of their class files, which the build puts before the published jar
 * on the class path, every mention of {@code EpollIoHandler.newFactory} and {@code EpollIoHandler.class} becomes a call
 * of {@link TestLoops}. Everything else in them stays as it was published. Run by the build before the tests.
 */
public final class TestClassRedirector {

    private static final String MARKER = "io/netty/channel/epoll/EpollSocketEchoTest.class";
    private static final String IO_HANDLER = "io/netty/channel/epoll/EpollIoHandler";
    private static final String TEST_LOOPS = Type.getInternalName(TestLoops.class);

    /** Classes that must come out changed; if Netty moves a name, the build stops here and not with a silent pass. */
    private static final Set<String> EXPECTED = Set.of(
            "EpollDatagramChannelTest", "EpollDatagramUnicastTest", "EpollDetectPeerCloseWithoutReadTest",
            "EpollIoHandlerTest", "EpollIoHandlerWakeupEventCountTest", "EpollServerSocketChannelConfigTest",
            "EpollSocketChannelConfigTest", "EpollSocketChannelTest", "EpollSocketMultipleConnectTest",
            "EpollSocketStringEchoBusyWaitTest", "EpollSocketTcpMd5Test", "EpollSpliceTest", "ManualEventLoopTest");

    private TestClassRedirector() { }

    public static void main(String[] args) throws IOException {
        Path target = Paths.get(args[0]);
        Set<String> changed = new TreeSet<>();
        URL marker = TestClassRedirector.class.getClassLoader().getResource(MARKER);
        if (marker == null) {
            throw new IllegalStateException("Netty's epoll tests are not on the class path");
        }
        JarURLConnection connection = (JarURLConnection) marker.openConnection();
        connection.setUseCaches(false);
        try (JarFile jar = connection.getJarFile()) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                if (isTestClass(entry.getName())) {
                    redirect(jar, entry, target, changed);
                }
            }
        }
        if (!changed.equals(new TreeSet<>(EXPECTED))) {
            throw new IllegalStateException("classes that name EpollIoHandler: " + changed + ", expected " + EXPECTED);
        }
        System.out.println("Redirected to TestLoops: " + changed);
    }

    private static boolean isTestClass(String name) {
        // The permutation is replaced as a whole, and the loop test extends Netty's own handler.
        return name.endsWith(".class") && !name.contains("EpollSocketTestPermutation")
                && !name.contains("EpollEventLoopTest");
    }

    private static void redirect(JarFile jar, JarEntry entry, Path target, Set<String> changed) throws IOException {
        ClassReader reader;
        try (InputStream in = jar.getInputStream(entry)) {
            reader = new ClassReader(in);
        }
        ClassWriter writer = new ClassWriter(0);
        Redirection redirection = new Redirection(writer);
        reader.accept(redirection, 0);
        if (redirection.count > 0) {
            Path file = target.resolve(entry.getName());
            Files.createDirectories(file.getParent());
            Files.write(file, writer.toByteArray());
            String simpleName = reader.getClassName().substring(reader.getClassName().lastIndexOf('/') + 1);
            changed.add(simpleName.replaceFirst("\\$.*", ""));
        }
    }

    private static final class Redirection extends ClassVisitor {
        int count;

        Redirection(ClassVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public MethodVisitor visitMethod(int access, String name, String type, String signature, String[] thrown) {
            return new MethodVisitor(Opcodes.ASM9, super.visitMethod(access, name, type, signature, thrown)) {
                @Override
                public void visitMethodInsn(int opcode, String owner, String called, String type, boolean isInterface) {
                    if (opcode == Opcodes.INVOKESTATIC && owner.equals(IO_HANDLER) && called.equals("newFactory")) {
                        count++;
                        super.visitMethodInsn(opcode, TEST_LOOPS, called, type, false);
                    } else {
                        super.visitMethodInsn(opcode, owner, called, type, isInterface);
                    }
                }

                @Override
                public void visitLdcInsn(Object value) {
                    if (value instanceof Type && ((Type) value).getInternalName().equals(IO_HANDLER)) {
                        count++;
                        super.visitMethodInsn(Opcodes.INVOKESTATIC, TEST_LOOPS, "handlerType", "()Ljava/lang/Class;",
                                false);
                    } else {
                        super.visitLdcInsn(value);
                    }
                }
            };
        }
    }
}
