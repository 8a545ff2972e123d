/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.ring;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * A kernel that lives in ordinary memory: rings, epoll instances, and files whose readiness the test sets. It follows
 * what was measured of the real one (close() held up by an armed poll, the 20 work items of an enter, multishot polls
 * that end in an overflow, EALREADY), and what {@link FakeFaults} adds goes wrong.
 *
 * <p>Used by one thread at a time.
 */
public final class FakeKernel implements Kernel {
    private final FakeOffer offer;
    private final int eventBytes;
    private final int dataOffset;
    private final FakeFiles files = new FakeFiles();
    private final Set<ByteBuffer> mappings = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<FakeRing> rings = new ArrayList<>();
    private final Map<String, Integer> calls = new TreeMap<>();
    private final Map<Integer, Integer> requests = new HashMap<>();
    private FakeFaults faults = new FakeFaults();
    private BooleanSupplier sleeper = () -> false;
    private int sleeps;

    public FakeKernel(FakeOffer offer) {
        this(offer, 12, 4);
    }

    /** @param eventBytes and dataOffset: the layout of {@code struct epoll_event} */
    public FakeKernel(FakeOffer offer, int eventBytes, int dataOffset) {
        this.offer = offer;
        this.eventBytes = eventBytes;
        this.dataOffset = dataOffset;
    }

    public FakeFiles files() {
        return files;
    }

    FakeFaults faults() {
        return faults;
    }

    /** From now on {@code faults} go wrong. */
    public void use(FakeFaults faults) {
        this.faults = faults;
    }

    /** @param sleeper called when a wait has nothing to end it; answers whether it has made something happen */
    public void onSleep(BooleanSupplier sleeper) {
        this.sleeper = sleeper;
    }

    /** How often a wait had nothing to end it. */
    public int sleeps() {
        return sleeps;
    }

    boolean sleep() {
        sleeps++;
        return sleeper.getAsBoolean();
    }

    void ringClosed(FakeRing ring) {
        rings.remove(ring);
    }

    private void called(String call) {
        calls.merge(call, 1, Integer::sum);
    }

    void count(int opcode) {
        requests.merge(opcode, 1, Integer::sum);
    }

    /** How often the call named as the method was made. */
    public int calls(String call) {
        return calls.getOrDefault(call, 0);
    }

    /** How many requests with {@code opcode} were submitted. */
    public int requests(int opcode) {
        return requests.getOrDefault(opcode, 0);
    }

    /** The number of mappings that were not unmapped. */
    public int mappings() {
        return mappings.size();
    }

    @Override
    public int setup(int entries, ByteBuffer params) {
        called("setup");
        int flags = params.getInt(Abi.PARAMS_FLAGS);
        int fault = faults.setup(flags);
        if (fault != 0) {
            return fault;
        }
        boolean clamp = (flags & Abi.SETUP_CLAMP) != 0;
        boolean defer = (flags & Abi.SETUP_DEFER_TASKRUN) != 0;
        if ((flags & ~offer.setupFlags()) != 0 || entries < 1 || entries > Ring.MAX_ENTRIES && !clamp
                || defer && (flags & Abi.SETUP_SINGLE_ISSUER) == 0) {
            return -Errno.EINVAL;
        }
        int sqEntries = powerOfTwo(Math.min(entries, Ring.MAX_ENTRIES));
        int cqEntries = sqEntries * 2;
        if ((flags & Abi.SETUP_CQSIZE) != 0) {
            int wished = params.getInt(Abi.PARAMS_CQ_ENTRIES);
            if (wished < 1 || wished > 2 * Ring.MAX_ENTRIES && !clamp) {
                return -Errno.EINVAL;
            }
            cqEntries = powerOfTwo(Math.min(wished, 2 * Ring.MAX_ENTRIES));
            if (cqEntries < sqEntries) {
                return -Errno.EINVAL;
            }
        }
        FakeQueues queues = new FakeQueues(this, sqEntries, cqEntries);
        queues.describe(params);
        params.putInt(Abi.PARAMS_FEATURES, offer.featureBits());
        FakeRing ring = new FakeRing(this, offer, queues, flags);
        rings.add(ring);
        return files.add(ring);
    }

    private static int powerOfTwo(int atLeast) {
        int highest = Integer.highestOneBit(atLeast);
        return highest == atLeast ? atLeast : highest << 1;
    }

    FakeRing ring(int fd) {
        FakeFile file = files.get(fd);
        return file instanceof FakeRing ? (FakeRing) file : null;
    }

    private FakeEpoll epoll(int fd) {
        FakeFile file = files.get(fd);
        if (!(file instanceof FakeEpoll)) {
            throw new AssertionError("fd " + fd + " is no epoll instance: " + file);
        }
        return (FakeEpoll) file;
    }

    @Override
    public ByteBuffer map(int ringFd, long offset, long length) throws RingException {
        called("map");
        int fault = faults.map(offset);
        if (fault != 0) {
            throw new RingException("mmap of " + length + " bytes of ring fd " + ringFd, fault);
        }
        ByteBuffer memory = ring(ringFd).queues().map(offset, length);
        mappings.add(memory);
        return memory;
    }

    @Override
    public void unmap(ByteBuffer memory) {
        called("unmap");
        if (!mappings.remove(memory)) {
            throw new AssertionError("munmap of memory that is not mapped");
        }
        // Whoever reads it after this would crash the JVM. Here he finds indices that cannot be.
        for (int i = 0; i < memory.capacity(); i++) {
            memory.put(i, (byte) (~i | 1));
        }
    }

    @Override
    public int enter(int ringFd, int toSubmit, int minComplete, int flags) {
        return enter(ringFd, toSubmit, minComplete, flags, false);
    }

    @Override
    public int enter(int ringFd, int toSubmit, int minComplete, int flags, long timeoutNanos) {
        if (timeoutNanos <= 0) {
            throw new AssertionError("a wait of " + timeoutNanos + " ns really sleeps for 28 us");
        }
        return enter(ringFd, toSubmit, minComplete, flags, true);
    }

    private int enter(int ringFd, int toSubmit, int minComplete, int flags, boolean timed) {
        called("enter");
        FakeRing ring = ring(ringFd);
        return ring == null ? -Errno.EBADF : ring.enter(toSubmit, minComplete, flags, timed);
    }

    @Override
    public int register(int ringFd, int opcode, ByteBuffer argument, int count) {
        called("register");
        int fault = faults.register(opcode);
        if (fault != 0) {
            return fault;
        }
        FakeRing ring = ring(ringFd);
        return ring == null ? -Errno.EBADF : ring.register(opcode, argument, count);
    }

    @Override
    public int epollCreate() {
        called("epollCreate");
        return files.add(new FakeEpoll());
    }

    @Override
    public int epollAdd(int epollFd, int fd, int mask) {
        called("epollAdd");
        int fault = faults.epollControl(fd);
        return fault != 0 ? fault : epoll(epollFd).add(fd, files.get(fd), mask);
    }

    @Override
    public int epollModify(int epollFd, int fd, int mask) {
        called("epollModify");
        int fault = faults.epollControl(fd);
        return fault != 0 ? fault : epoll(epollFd).modify(fd, files.get(fd), mask);
    }

    @Override
    public int epollRemove(int epollFd, int fd) {
        called("epollRemove");
        return epoll(epollFd).remove(fd, files.get(fd));
    }

    @Override
    public int epollWait(int epollFd, ByteBuffer events, int maxEvents, int timeoutMillis) {
        called("epollWait");
        int fault = faults.epollWait();
        if (fault != 0) {
            return fault;
        }
        FakeEpoll epoll = epoll(epollFd);
        int count = epoll.collect(events, maxEvents, eventBytes, dataOffset);
        if (count == 0 && timeoutMillis != 0) {
            if (!sleep()) {
                return timeoutMillis < 0 ? -Errno.EINTR : 0;
            }
            count = epoll.collect(events, maxEvents, eventBytes, dataOffset);
        }
        return count;
    }

    @Override
    public int pageBytes() {
        return offer.pageBytes();
    }

    @Override
    public void close(int fd) {
        called("close");
        files.close(fd);
    }

    /** Whether the epoll instance {@code epollFd} watches the file that is {@code fd} now. */
    public boolean isWatched(int epollFd, int fd) {
        return epoll(epollFd).watches(fd, files.get(fd));
    }

    /** The number of files that the epoll instance {@code epollFd} watches. */
    public int watched(int epollFd) {
        return epoll(epollFd).size();
    }

    /** How many last completions of the request {@code userData} are still to be collected, on all rings. */
    public int outstanding(long userData) {
        int count = 0;
        for (FakeRing ring : rings) {
            count += ring.requests().outstanding(userData);
        }
        return count;
    }

    /** The user data of every poll and receive that a ring holds, or will hold once its queue is submitted. */
    public List<Long> armed() {
        List<Long> armed = new ArrayList<>();
        for (FakeRing ring : rings) {
            armed.addAll(ring.requests().armed());
        }
        return armed;
    }

    /** Tells of every request that was shown to a ring and not consumed by it, of those that do anything. */
    public void queued(Queued visitor) {
        for (FakeRing ring : rings) {
            ring.requests().queued(visitor);
        }
    }

    /** Hears of requests that were not consumed yet. */
    public interface Queued {
        /** @param fd the file's, or -1 if the request names another request */
        void request(long userData, int fd);
    }

    /** How many buffers were received into and not given back, on all rings. */
    public int buffersTaken() {
        int count = 0;
        for (FakeRing ring : rings) {
            count += ring.buffersTaken();
        }
        return count;
    }

    @Override
    public String toString() {
        return "FakeKernel(" + offer + ", calls " + calls + ", requests by opcode " + requests + ", " + files.count()
                + " fds, " + mappings.size() + " mappings)";
    }
}
