/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.loop;

import io.netty.channel.IoHandlerContext;
import io.netty.channel.SelectStrategy;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.pollring.ring.Abi;
import io.pollring.ring.Errno;
import io.pollring.ring.FakeFaults;
import io.pollring.ring.FakeOffer;
import io.pollring.ring.RingException;
import io.pollring.ring.RingFeature;
import io.pollring.ring.UserData;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Every method of all that a loop calls throws everything that it can, once or from then on. The cases are made of the
 * interfaces: a method that is added to one fails here until there is a step that makes the loop call it.
 */
class ThrowingTest {
    private static final int IN = Abi.POLLIN;
    private static final int IN_AND_END = Abi.POLLIN | Abi.POLLRDHUP;
    private static final int PATIENCE = 60;
    /** What fails for ever, and without which no loop can go on, has been seen long enough then. */
    private static final int MAX_PAUSES = 3;
    /** Less than a pause. */
    private static final long PROMPT_NANOS = 500_000_000;
    private static final List<Class<?>> INTERFACES = List.of(StreamHandle.class, HandleAdapter.class,
            SelectStrategy.class, IoHandlerContext.class, ThreadAwareExecutor.class);

    private final Faults faults = new Faults();
    private final List<FakeStreamHandle> healthy = new ArrayList<>();
    private Thrower thrower;
    private FakeLoop loop;

    static List<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        for (Class<?> type : INTERFACES) {
            for (Method method : type.getMethods()) {
                if (!Modifier.isStatic(method.getModifiers())) {
                    for (Throwable thrown : thrownBy(method)) {
                        cases.add(Arguments.of(type, method, thrown, true));
                        cases.add(Arguments.of(type, method, thrown, false));
                    }
                }
            }
        }
        return cases;
    }

    private static List<Throwable> thrownBy(Method method) {
        List<Throwable> thrown = new ArrayList<>(List.of(new IllegalStateException("on purpose"),
                new OutOfMemoryError("on purpose"), new AssertionError("on purpose")));
        if (method.getExceptionTypes().length > 0) {
            // A proxy throws no other checked ones.
            thrown.add(new IOException("on purpose"));
        }
        return thrown;
    }

    @ParameterizedTest(name = "{1} {2} {3}")
    @MethodSource("cases")
    void othersAreServedInTheSameTurn(Class<?> type, Method method, Throwable thrown, boolean once) throws Exception {
        thrower = new Thrower(type, method, thrown);
        loop = new FakeLoop(FakeOffer.everything(), new LoopSettings(8, 64, 0, Long.MAX_VALUE, 1, 0, 0, true, false,
                EnumSet.allOf(RingFeature.class)), new LoopMemory(), thrower);
        loop.kernel.use(faults);
        openHealthy();
        FakeStreamHandle stream = openGuilty(true);
        FakeStreamHandle pieces = openGuilty(false);
        openHealthy();
        loop.turns(PATIENCE);
        thrower.once = once;
        thrower.armed = true;
        moveBytes(stream);
        moveBytes(pieces);
        callFromElsewhere(stream);
        endWithSomethingLeft();
        fail();
        loop.drained = false;
        thrower.armed = false;
        serve();
        thrower.armed = true;
        attempt(loop::close);
        thrower.armed = false;
        assertEquals(0, loop.kernel.mappings());
        assertTrue(thrower.calls > 0, "the loop calls it");
    }

    private void moveBytes(FakeStreamHandle guilty) {
        guilty.reaction = events -> {
            guilty.readAll();
            guilty.stream.sendLater();
        };
        for (int i = 0; i < 8; i++) {
            guilty.peer.arrive(1);
            serve();
        }
        attempt(() -> guilty.submit(0));
        guilty.peer.arrive(1);
        serve();
        attempt(() -> guilty.submit(IN_AND_END));
        serve();
    }

    /** A task is due, and other threads call. */
    private void callFromElsewhere(FakeStreamHandle guilty) {
        loop.deadlineNanos = System.nanoTime() + 3_600_000_000_000L;
        serve();
        attempt(loop.loop::wakeup);
        loop.inLoop = false;
        attempt(() -> guilty.submit(IN));
        loop.inLoop = true;
        serve();
    }

    /** Of handles that are told of what they have not read. */
    private void endWithSomethingLeft() {
        FakeStreamHandle left = openGuilty(true);
        serve();
        attempt(() -> left.submit(0));
        left.peer.arrive(1);
        serve();
        left.peer.reset();
        serve();
        thrower.also = "keep";
        if (left.stream != null) {
            attempt(left.stream::stopReceiving);
        }
        attempt(() -> left.registration.cancel());
        thrower.also = null;
        serve();
        endWithErrorLeft();
    }

    /** The receive has met the error, and another handle closes this one before it is told. */
    private void endWithErrorLeft() {
        FakeStreamHandle reset = openGuilty(true);
        FakeLoop.Handle closing = loop.open().submit(IN);
        closing.reaction = events -> attempt(() -> reset.registration.cancel());
        serve();
        closing.file.fire(IN);
        reset.peer.reset();
        serve();
        closing.registration.cancel();
        closing.closeFd();
        serve();
    }

    /** Of handles that epoll watches, or that cannot be watched. */
    private void fail() {
        FakeStreamHandle reverted = openGuilty(true);
        attempt(() -> loop.loop.revert(reverted.registration.handle, "test"));
        serve();
        attempt(loop.loop::useEpoll);
        serve();
        attempt(this::useRing);
        serve();
        FakeStreamHandle failing = openGuilty(true);
        faults.failing = failing.registration == null ? -1 : failing.registration.slot;
        attempt(() -> failing.submit(Abi.POLLOUT));
        serve();
        faults.failing = -1;
        attempt(() -> failing.registration.cancel());
        serve();
    }

    private void useRing() {
        try {
            loop.loop.useRing();
        } catch (RingException e) {
            throw new AssertionError("the simulated kernel has rings", e);
        }
        assertTrue(loop.loop.hasRing());
    }

    private FakeStreamHandle openGuilty(boolean ahead) {
        FakeStreamHandle handle = new FakeStreamHandle(loop, loop.kernel.files().openStream(1, 1000), ahead);
        attempt(() -> {
            handle.registration = (PollRegistration) loop.loop.register(thrower.handle(handle));
        });
        if (handle.registration == null) {
            // The loop has none of it, and it is as if it had not tried. The second time it goes well.
            boolean armed = thrower.armed;
            thrower.armed = false;
            handle.registration = (PollRegistration) loop.loop.register(thrower.handle(handle));
            thrower.armed = armed;
        }
        attempt(() -> handle.submit(IN_AND_END));
        return handle;
    }

    private void openHealthy() {
        FakeStreamHandle handle = loop.openStream(100_000);
        handle.reaction = events -> handle.readAll();
        handle.submit(IN_AND_END);
        healthy.add(handle);
    }

    /** One turn, in which the healthy ones have something, and get it. */
    private void serve() {
        int before = healthy.get(0).received;
        healthy.forEach(handle -> handle.peer.arrive(1));
        long start = System.nanoTime();
        attempt(loop::turn);
        boolean pauses = !thrower.once && thrower.isLoopLevel();
        assertTrue(pauses || System.nanoTime() - start < PROMPT_NANOS, "the loop does not pause");
        if (pauses && thrower.calls > MAX_PAUSES) {
            thrower.armed = false;
        }
        for (FakeStreamHandle handle : healthy) {
            assertEquals(before + 1, handle.received);
        }
    }

    /** What is thrown on purpose goes to whoever has called the loop, if at all. */
    private void attempt(Runnable action) {
        try {
            action.run();
        } catch (Throwable t) {
            if (t != thrower.thrown) {
                throw t;
            }
        }
    }

    private static final class Faults extends FakeFaults {
        int failing = -1;

        @Override
        public int result(int opcode, long userData) {
            return UserData.kind(userData) == RequestKind.POLL && UserData.slot(userData) == failing
                    ? -Errno.EBADF : 0;
        }
    }

    private static final class Thrower extends FakeLoop.Wrapper {
        private final Class<?> type;
        private final Method method;
        private final Throwable thrown;
        boolean armed;
        boolean once;
        String also;
        int calls;

        Thrower(Class<?> type, Method method, Throwable thrown) {
            this.type = type;
            this.method = method;
            this.thrown = thrown;
        }

        /** Whether the loop cannot go on without an answer. */
        boolean isLoopLevel() {
            return type == IoHandlerContext.class || type == ThreadAwareExecutor.class;
        }

        EpollIoHandle handle(FakeStreamHandle handle) {
            return proxy(StreamHandle.class, handle);
        }

        @Override
        <T> T wrap(Class<T> wrapped, T object) {
            return wrapped == type ? proxy(wrapped, object) : object;
        }

        private <T> T proxy(Class<T> wrapped, T object) {
            return wrapped.cast(Proxy.newProxyInstance(wrapped.getClassLoader(), new Class<?>[] {wrapped},
                    (proxy, called, arguments) -> call(wrapped, object, called, arguments)));
        }

        /** An adapter throws for some handles only. */
        private boolean isGuilty(Object[] arguments) {
            return type != HandleAdapter.class || Proxy.isProxyClass(arguments[0].getClass());
        }

        private Object call(Class<?> wrapped, Object object, Method called, Object[] arguments) throws Throwable {
            if (armed && wrapped == type && isGuilty(arguments) && called.getName().equals(method.getName())
                    && Arrays.equals(called.getParameterTypes(), method.getParameterTypes())) {
                calls++;
                if (!once || calls == 1) {
                    throw thrown;
                }
            }
            if (armed && wrapped == StreamHandle.class && called.getName().equals(also) && calls == 0) {
                throw new IllegalStateException("on purpose");
            }
            try {
                return called.invoke(object, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }
}
