package dev.holdfast.cli.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One place of a handshake bench: connects, shakes hands, leaves, and begins again until the window is over.
 *
 * <p>On one event loop, but for what says otherwise.
 */
final class HandshakeSlot {
    /** A server that refuses everything is not asked for ever. */
    private static final int FAILURES_IN_A_ROW_MAX = 20;

    private final int number;
    private final HandshakePlan plan;
    private final Login login;
    private final LoadTls.Sessions sessions;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final boolean awaitsTicket;
    private int failuresInARow;

    /** @param sessions of this place alone, so that what they count is its own */
    HandshakeSlot(int number, HandshakePlan plan, Login login, LoadTls.Sessions sessions) {
        this.number = number;
        this.plan = plan;
        this.login = login;
        this.sessions = sessions;
        // In TLS 1.3 the session comes after the handshake; who leaves before it has nothing to resume.
        awaitsTicket = plan.resumed() && sessions.version() == LoadTls.Version.TLS_1_3;
    }

    /** Completes when it has stopped; any thread. */
    CompletableFuture<Void> done() {
        return done;
    }

    /** Begins, and goes on until the window of the tally is over; any thread. */
    void start(Clients clients, Target target, HandshakeTally tally) {
        if (tally.window().isOver(System.nanoTime()) || failuresInARow >= FAILURES_IN_A_ROW_MAX) {
            done.complete(null);
            return;
        }
        WireBytes wire = new WireBytes();
        Attempt attempt = new Attempt(target, wire, tally, () -> start(clients, target, tally));
        var _ = clients.connect(target, sessions, number, List.of(wire), attempt)
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        attempt.end(Opening.noAnswer(target, connected.cause()));
                    }
                });
    }

    /** One connection. */
    private final class Attempt extends ChannelInboundHandlerAdapter {
        private final Target target;
        private final WireBytes wire;
        private final HandshakeTally tally;
        private final Runnable next;
        private final long began = System.nanoTime();
        private final long fullBefore = sessions.fullHandshakes();
        private long handshakeBytes;
        private long shakenAt;
        private boolean shaken;
        private boolean full;
        private boolean succeeded;
        private boolean ended;

        Attempt(Target target, WireBytes wire, HandshakeTally tally, Runnable next) {
            this.target = target;
            this.wire = wire;
            this.tally = tally;
            this.next = next;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent handshake) {
                if (handshake.isSuccess()) {
                    shaken(ctx);
                } else {
                    end("the TLS handshake failed: " + handshake.cause().getMessage());
                }
            }
            ctx.fireUserEventTriggered(event);
        }

        private void shaken(ChannelHandlerContext ctx) {
            shaken = true;
            shakenAt = System.nanoTime();
            full = sessions.fullHandshakes() > fullBefore;
            handshakeBytes = wire.bytes();
            ByteBuf question = plan.exchange().question(target, login, ctx.alloc());
            if (question != null) {
                var _ = ctx.writeAndFlush(question, ctx.voidPromise());
                return;
            }
            succeeded();
            if (!awaitsTicket) {
                var _ = ctx.close();
            }
        }

        /** With an exchange a connection counts when the server lets it in: what is refused costs the server less. */
        private void succeeded() {
            if (!succeeded) {
                succeeded = true;
                tally.succeeded(began, shakenAt, full, handshakeBytes);
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object bytes) {
            ByteBuf answer = (ByteBuf) bytes;
            try {
                if (plan.exchange().isSuccess(answer)) {
                    succeeded();
                } else if (!succeeded) {
                    end("the server refused the " + plan.exchange().word() + " of client '" + login.clientId() + "'");
                }
            } finally {
                answer.release();
            }
            ByteBuf goodbye = plan.exchange().goodbye(ctx.alloc());
            if (goodbye != null) {
                var _ = ctx.writeAndFlush(goodbye, ctx.voidPromise());
            }
            var _ = ctx.close();
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            if (shaken && awaitsTicket && plan.exchange() == Exchange.NONE && wire.bytes() > handshakeBytes) {
                var _ = ctx.close();
            }
            ctx.fireChannelReadComplete();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            end(String.valueOf(cause.getMessage()));
            var _ = ctx.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            end(
                    succeeded
                            ? ""
                            : shaken
                                    ? "the server closed the connection before its answer"
                                    : "the server closed the connection during the handshake");
        }

        /** Counts what became of it, once, and lets the next one begin. */
        void end(String failure) {
            if (ended) {
                return;
            }
            ended = true;
            if (failure.isEmpty()) {
                failuresInARow = 0;
            } else {
                failuresInARow++;
                tally.failed(failure);
            }
            next.run();
        }
    }
}
