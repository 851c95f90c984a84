package dev.holdfast.wire.websocket;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.Connection;
import dev.holdfast.wire.EndRequested;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An open WebSocket between TLS and the protocol that it carries: payload in, payload out, and the closing handshake whenever one
 * side ends the connection. Event loop only.
 */
final class WebSocketHandler extends ChannelDuplexHandler {
    private enum State {
        OPEN,
        /** Close was sent; the peer's is awaited, and what else comes is passed over. */
        CLOSING,
        /** Close was sent because the peer broke a rule: what comes can't be read. */
        BROKEN,
        /** Nothing is awaited any more. */
        OVER
    }

    private final Connection connection;
    private final Limits.WebSocket limits;
    private final BiConsumer<Connection, WebSocketRefusal> refused;
    private final FrameReader frames;
    private State state = State.OPEN;
    private boolean serverStops;
    /** The payload of the last Ping that was not answered; one answer to several is enough (RFC 6455 section 5.5.3). */
    private byte @Nullable [] ping;

    private @Nullable ScheduledFuture<?> deadline;

    WebSocketHandler(Connection connection, Limits.WebSocket limits, BiConsumer<Connection, WebSocketRefusal> refused) {
        this.connection = connection;
        this.limits = limits;
        this.refused = refused;
        this.frames = new FrameReader(limits);
    }

    // --- what comes ---

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            switch (state) {
                case OPEN -> read(context, in);
                case CLOSING -> awaitClose(context, in);
                case BROKEN, OVER -> {}
            }
        } finally {
            in.release();
        }
    }

    private void read(ChannelHandlerContext context, ByteBuf in) {
        ByteBuf data = context.alloc().buffer(in.readableBytes());
        Control.Close close = null;
        FrameRefusal fault = null;
        try {
            close = untilClose(in, data);
        } catch (FrameRefused no) {
            fault = no.why();
        }
        // First what came before the end; it may end the connection, too.
        handOn(context, data);
        if (fault != null) {
            refuse(context, fault);
        } else if (close != null) {
            answer(context, close);
        }
    }

    /** @return null when all was read and there was no Close in it */
    private Control.@Nullable Close untilClose(ByteBuf in, ByteBuf data) throws FrameRefused {
        for (Control control = frames.next(in, data); control != null; control = frames.next(in, data)) {
            switch (control) {
                case Control.Ping(var payload) -> ping = payload;
                case Control.Pong() -> {}
                case Control.Close close -> {
                    return close;
                }
            }
        }
        return null;
    }

    private static void handOn(ChannelHandlerContext context, ByteBuf data) {
        if (data.isReadable()) {
            context.fireChannelRead(data);
        } else {
            data.release();
        }
    }

    private void awaitClose(ChannelHandlerContext context, ByteBuf in) {
        ByteBuf passedOver = context.alloc().buffer();
        try {
            if (untilClose(in, passedOver) != null) {
                end(context);
            }
        } catch (FrameRefused _) {
            // The connection is being closed already, and with a better reason.
            state = State.BROKEN;
        } finally {
            passedOver.release();
        }
    }

    /** The peer closes first. */
    private void answer(ChannelHandlerContext context, Control.Close close) {
        if (state != State.OPEN) {
            end(context);
            return;
        }
        state = State.OVER;
        int code = close.code() == CloseCode.NONE ? CloseCode.NORMAL : close.code();
        sayClose(context, code, "").addListener(_ -> end(context));
    }

    private void refuse(ChannelHandlerContext context, FrameRefusal why) {
        if (state == State.OPEN) {
            refused.accept(connection, why);
            var _ = sayClose(context, why.closeCode(), why.reason());
        }
        state = State.BROKEN;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        pong(context);
        context.fireChannelReadComplete();
    }

    /** Pongs that a peer does not read would fill the memory, so that one at most waits. */
    private void pong(ChannelHandlerContext context) {
        byte[] payload = ping;
        if (payload != null && state == State.OPEN && context.channel().isWritable()) {
            ping = null;
            var _ = context.writeAndFlush(Frames.pong(payload));
        }
    }

    // --- what goes ---

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        ByteBuf payload = (ByteBuf) message;
        if (state != State.OPEN) {
            payload.release();
            promise.tryFailure(new ClosedChannelException());
        } else {
            // An empty write only asks to be told when what is before it has left.
            var _ = context.write(payload.isReadable() ? Frames.binary(payload) : payload, promise);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        pong(context);
        context.fireChannelWritabilityChanged();
    }

    // --- the end ---

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof EndRequested) {
            serverStops = true;
        }
        context.fireUserEventTriggered(event);
    }

    /** The protocol ends the connection, or the server does: the peer is told, and has a moment to answer. */
    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        if (state == State.OVER || !context.channel().isActive()) {
            var _ = context.close(promise);
            return;
        }
        var _ = context.channel().closeFuture().addListener(_ -> promise.trySuccess());
        if (state == State.OPEN) {
            state = State.CLOSING;
            var _ = sayClose(context, serverStops ? CloseCode.GOING_AWAY : CloseCode.NORMAL, "");
        }
    }

    /** The socket is closed in a moment, whatever the peer does. */
    private ChannelFuture sayClose(ChannelHandlerContext context, int code, String reason) {
        ChannelFuture said = context.writeAndFlush(Frames.close(code, reason));
        deadline = context.executor()
                .schedule(() -> end(context), limits.closeMaxTime().toMillis(), TimeUnit.MILLISECONDS);
        // The protocol behind may have stopped reading.
        context.channel().config().setAutoRead(true);
        return said;
    }

    private void end(ChannelHandlerContext context) {
        state = State.OVER;
        var _ = context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        state = State.OVER;
        if (deadline != null) {
            deadline.cancel(false);
        }
        context.fireChannelInactive();
    }
}
