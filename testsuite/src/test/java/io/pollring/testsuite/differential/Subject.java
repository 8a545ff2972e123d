/*
 * Copyright 2026 The Pollring Authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.pollring.testsuite.differential;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.pollring.testsuite.differential.Trace.Kind;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** The channel under test and its handler, which does what the program says and notes what it is told. */
abstract class Subject extends ChannelInboundHandlerAdapter {
    private static final int MOVE_HOPS = 4;

    final Channel channel;
    final CountDownLatch active = new CountDownLatch(1);
    private final List<EventLoop> loops;
    final Trace trace;
    final Ledger ledger;
    private final Map<Trigger, List<Op>> reactions = new EnumMap<>(Trigger.class);
    private volatile boolean moving;

    Subject(Channel channel, List<EventLoop> loops, Trace trace, Ledger ledger) {
        this.channel = channel;
        this.loops = loops;
        this.trace = trace;
        this.ledger = ledger;
    }

    /** For the coming step, in place of those of the last one. */
    void react(Map<Trigger, List<Op>> stepReactions) {
        synchronized (reactions) {
            reactions.clear();
            reactions.putAll(stepReactions);
        }
    }

    final void trigger(Trigger trigger) {
        List<Op> ops;
        synchronized (reactions) {
            ops = reactions.remove(trigger);
        }
        if (ops != null) {
            run(ops);
        }
    }

    void run(List<Op> ops) {
        for (Op op : ops) {
            try {
                run(op);
            } catch (Exception e) {
                trace.failure(Kind.THREW, op.id + ":" + op.kind, e);
            }
        }
    }

    private void run(Op op) {
        switch (op.kind) {
            case READ:
                channel.read();
                break;
            case AUTO_READ_ON:
            case AUTO_READ_OFF:
                channel.config().setAutoRead(op.kind == Op.Kind.AUTO_READ_ON);
                break;
            case WRITE:
                channel.write(message(op), promise(op));
                break;
            case FLUSH:
                channel.flush();
                break;
            case WRITE_AND_FLUSH:
                channel.writeAndFlush(message(op), promise(op));
                break;
            case CLOSE:
                channel.close(promise(op));
                break;
            case MOVE:
            case REREGISTER:
                move(op);
                break;
            case NARROW_MARKS:
            case WIDE_MARKS:
                WriteBufferWaterMark marks = op.kind == Op.Kind.NARROW_MARKS ? Settings.NARROW : Settings.WIDE;
                channel.config().setWriteBufferWaterMark(marks);
                break;
            case USER_EVENT:
                channel.pipeline().fireUserEventTriggered("user event");
                break;
            default:
                perform(op);
                break;
        }
    }

    /** What only this kind of channel does. */
    abstract void perform(Op op);

    abstract Object message(Op op);

    /** Its promise has failed. */
    void failed(Op op) { }

    abstract boolean isInputShut();

    abstract boolean isOutputShut();

    /** What only this kind of channel can be. */
    abstract String state();

    /** One at a time: with two registrations of one socket Netty's own loop ends. */
    private void move(Op op) {
        if (moving) {
            return;
        }
        moving = true;
        EventLoop from = channel.eventLoop();
        EventLoop to = op.kind == Op.Kind.REREGISTER ? from : loops.get(1 - loops.indexOf(from));
        channel.deregister().addListener(left -> {
            note(op.id + ":deregistered", left.cause());
            // Behind whatever the channel has left to its old loop, which must not meet it on the new one.
            afterTasks(from, MOVE_HOPS, () -> to.execute(() -> register(op, to)));
        });
    }

    private void register(Op op, EventLoop loop) {
        boolean wasOpen = channel.isOpen();
        ChannelPromise promise = promise(op);
        promise.addListener(arrived -> {
            moving = false;
            if (wasOpen && !arrived.isSuccess()) {
                trace.noteEpollFailure();
            }
        });
        loop.register(promise);
    }

    private static void afterTasks(EventLoop loop, int count, Runnable action) {
        if (count == 0) {
            action.run();
        } else {
            loop.execute(() -> afterTasks(loop, count - 1, action));
        }
    }

    final Object content(Op op) {
        return op.shape.make(channel.alloc(), op.id, op.size, ledger);
    }

    /** One that is told on the loop that the channel is on by then, so the order is that of the loop. */
    final ChannelPromise promise(Op op) {
        ChannelPromise promise = new DefaultChannelPromise(channel);
        promise.addListener(done -> {
            note(op.id + ":" + op.kind, done.cause());
            if (!done.isSuccess()) {
                failed(op);
            }
            run(op.then);
        });
        return promise;
    }

    private void note(String what, Throwable cause) {
        if (cause == null) {
            trace.add(Kind.PROMISE, what + " done");
        } else {
            trace.failure(Kind.PROMISE, what, cause);
        }
    }

    /** After a step, when all is quiet. */
    void noteState() {
        trace.add(Kind.STATE, (channel.isOpen() ? "open" : "closed") + (channel.isActive() ? " active" : "")
                + (channel.isRegistered() ? " registered" : "") + state() + (channel.isWritable() ? " writable" : ""));
    }

    @Override
    public void channelRegistered(ChannelHandlerContext ctx) {
        trace.add(Kind.LIFE, "registered");
    }

    @Override
    public void channelUnregistered(ChannelHandlerContext ctx) {
        trace.add(Kind.LIFE, "unregistered");
        trigger(Trigger.UNREGISTERED);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        trace.add(Kind.LIFE, "active");
        active.countDown();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        trace.add(Kind.LIFE, "inactive");
        trigger(Trigger.INACTIVE);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        trigger(Trigger.READ_COMPLETE);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        trace.add(Kind.USER_EVENT, event instanceof String ? (String) event : event.getClass().getSimpleName());
        trigger(Trigger.USER_EVENT);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        trace.add(Kind.WRITABILITY, channel.isWritable() ? "writable" : "unwritable");
        trigger(Trigger.WRITABILITY);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        trace.failure(Kind.EXCEPTION, "caught", cause);
        trigger(Trigger.EXCEPTION);
    }
}
