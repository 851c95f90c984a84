package dev.holdfast.wire.http;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.Connection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests of one connection, one after the other. While a face answers, the socket is not read.
 *
 * <p>Event loop only, apart from {@link #answer}, which runs on a thread of its own.
 */
final class HttpConversation extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(HttpConversation.class);

    /**
     * A refused client may go on sending into the void until it falls silent, because a connection that is closed before all was
     * read is reset, and a reset takes the answer from the client.
     */
    private static final Duration LINGER_SILENCE = Duration.ofMillis(100);

    private static final Duration LINGER_MAX = Duration.ofSeconds(2);

    /** What all connections of a server share. */
    record Parts(
            List<HttpFace> faces,
            Limits.Http limits,
            Duration firstHeadMaxTime,
            Executor threads,
            InstantSource clock,
            Consumer<RefusedRequest> refused,
            BodyBudget bodies) {}

    private sealed interface State {
        /** Until the next head is complete. */
        record Idle() implements State {}

        /** Until the body is complete. */
        record Receiving(RequestHead head, ByteArrayOutputStream body, long untilNanos) implements State {}

        /** A face is at work, or its answer is on the way out. */
        record Answering() implements State {}

        /** The last answer went out; what still comes is passed over. */
        record Closing(long untilNanos) implements State {}

        /** The socket is closed; a face may still be at work. */
        record Gone() implements State {}
    }

    private final Parts parts;
    private final Connection connection;
    private final StrictRequestDecoder decoder;
    private State state = new State.Idle();
    private @Nullable ScheduledFuture<?> deadline;
    private long bodyBytes;
    private boolean answeredBefore;

    HttpConversation(Parts parts, Connection connection, StrictRequestDecoder decoder) {
        this.parts = parts;
        this.connection = connection;
        this.decoder = decoder;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        arm(context, parts.firstHeadMaxTime(), () -> tooSlow(context));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            switch (state) {
                case State.Idle() -> whileIdle(context, message);
                case State.Receiving receiving -> whileReceiving(context, receiving, message);
                case State.Answering() -> throw new IllegalStateException("decoded while a face was answering");
                case State.Closing _, State.Gone _ -> {}
            }
        } catch (RequestRefused refused) {
            refuse(context, refused.fault());
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void whileIdle(ChannelHandlerContext context, Object message) throws RequestRefused {
        if (message instanceof RequestFault fault) {
            throw new RequestRefused(fault);
        }
        if (!(message instanceof io.netty.handler.codec.http.HttpRequest decoded)) {
            throw new IllegalStateException("a body without a head was decoded");
        }
        Limits.Http limits = parts.limits();
        RequestHead head = RequestHead.of(decoded, limits);
        if (decoded.decoderResult().isFailure()) {
            // The head passed both of our own looks, so what the decoder minds can only be how the body is delimited.
            LOG.debug("the decoder refused a head", decoded.decoderResult().cause());
            throw new RequestRefused(RequestFault.AMBIGUOUS_LENGTH);
        }
        long untilNanos =
                context.executor().ticker().nanoTime() + limits.idleMaxTime().toNanos();
        state = new State.Receiving(head, new ByteArrayOutputStream(0), untilNanos);
        armForBody(context, untilNanos);
        if (head.waitsForContinue()) {
            var _ = context.writeAndFlush(
                    new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
        }
    }

    private void whileReceiving(ChannelHandlerContext context, State.Receiving receiving, Object message)
            throws RequestRefused {
        if (message instanceof RequestFault fault) {
            throw new RequestRefused(fault);
        }
        if (!(message instanceof HttpContent content)) {
            throw new IllegalStateException("a head inside a body was decoded");
        }
        if (content.decoderResult().isFailure()) {
            throw new RequestRefused(RequestFault.MALFORMED_CHUNK);
        }
        if (content.content().isReadable()) {
            armForBody(context, receiving.untilNanos());
        }
        receive(receiving.body(), content.content());
        if (message instanceof LastHttpContent) {
            dispatch(context, receiving.head(), receiving.body().toByteArray());
        }
    }

    /** A body must go on arriving as well as end in time: nobody knows yet who sends it. */
    private void armForBody(ChannelHandlerContext context, long untilNanos) {
        Duration left = Duration.ofNanos(
                Math.max(0, untilNanos - context.executor().ticker().nanoTime()));
        Duration silence = parts.firstHeadMaxTime();
        arm(context, left.compareTo(silence) < 0 ? left : silence, () -> tooSlow(context));
    }

    private void receive(ByteArrayOutputStream body, ByteBuf bytes) throws RequestRefused {
        int length = bytes.readableBytes();
        if (body.size() + (long) length > parts.limits().bodyMaxBytes()) {
            throw new RequestRefused(RequestFault.BODY_TOO_LARGE);
        }
        if (!parts.bodies().take(length)) {
            throw new RequestRefused(RequestFault.OVERLOADED);
        }
        bodyBytes += length;
        try {
            bytes.readBytes(body, length);
        } catch (IOException e) {
            throw new IllegalStateException("an array can't be written to", e);
        }
    }

    private void dispatch(ChannelHandlerContext context, RequestHead head, byte[] body) {
        state = new State.Answering();
        disarm();
        Channel channel = context.channel();
        channel.config().setAutoRead(false);
        HttpRequest request = head.request(body, connection);
        try {
            parts.threads().execute(() -> {
                FullHttpResponse response = answer(request, head);
                channel.eventLoop().execute(() -> write(context, response, head.lastOfConnection()));
            });
        } catch (RejectedExecutionException stopping) {
            write(context, render(Responses.refused(RequestFault.OVERLOADED), false, true), true);
        }
    }

    /** On the face's thread: whatever happens in there becomes a response. */
    private FullHttpResponse answer(HttpRequest request, RequestHead head) {
        try {
            return render(answerOf(request, head), head.isHead(), head.lastOfConnection());
        } catch (RuntimeException | Error cause) {
            String id = UUID.randomUUID().toString();
            LOG.error("answering {} failed; the client was told the id {}", request, id, cause);
            return render(Responses.failed(id), head.isHead(), head.lastOfConnection());
        }
    }

    private HttpResponse answerOf(HttpRequest request, RequestHead head) {
        if (head.wholeServer()) {
            return Responses.methods();
        }
        for (HttpFace face : parts.faces()) {
            if (face.claims(request)) {
                return face.answer(request);
            }
        }
        return Responses.nothingHere();
    }

    private FullHttpResponse render(HttpResponse answer, boolean withoutBody, boolean close) {
        return Responses.render(answer, withoutBody, close, parts.clock().instant());
    }

    private void write(ChannelHandlerContext context, FullHttpResponse response, boolean close) {
        releaseBody();
        if (state instanceof State.Gone) {
            response.release();
            return;
        }
        arm(context, parts.limits().idleMaxTime(), () -> close(context));
        var _ = context.writeAndFlush(response).addListener((ChannelFutureListener) written -> {
            if (!written.isSuccess() || close) {
                close(context);
            } else {
                next(context);
            }
        });
    }

    private void next(ChannelHandlerContext context) {
        state = new State.Idle();
        answeredBefore = true;
        arm(context, parts.limits().idleMaxTime(), () -> tooSlow(context));
        context.channel().config().setAutoRead(true);
        try {
            decoder.resume(context.pipeline().context(decoder));
        } catch (Exception failed) {
            exceptionCaught(context, failed);
        }
    }

    private void refuse(ChannelHandlerContext context, RequestFault fault) {
        state = new State.Closing(System.nanoTime() + LINGER_MAX.toNanos());
        decoder.stop();
        releaseBody();
        parts.refused().accept(new RefusedRequest(connection, fault));
        context.channel().config().setAutoRead(true);
        var _ = context.writeAndFlush(render(Responses.refused(fault), false, true));
        arm(context, LINGER_SILENCE, () -> close(context));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (state instanceof State.Closing(long untilNanos)) {
            Duration left = Duration.ofNanos(Math.max(0, untilNanos - System.nanoTime()));
            arm(context, left.compareTo(LINGER_SILENCE) < 0 ? left : LINGER_SILENCE, () -> close(context));
        }
        context.fireChannelReadComplete();
    }

    /** Silence is no fault between two requests; before the first one it is. */
    private void tooSlow(ChannelHandlerContext context) {
        if (answeredBefore && !decoder.isInsideRequest()) {
            close(context);
        } else {
            refuse(context, RequestFault.TOO_SLOW);
        }
    }

    private void releaseBody() {
        parts.bodies().giveBack(bodyBytes);
        bodyBytes = 0;
    }

    private static void close(ChannelHandlerContext context) {
        var _ = context.close();
    }

    private void arm(ChannelHandlerContext context, Duration after, Runnable then) {
        disarm();
        deadline = context.executor().schedule(then, after.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void disarm() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        disarm();
        if (!(state instanceof State.Answering)) {
            releaseBody();
        }
        state = new State.Gone();
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // Broken sockets and broken TLS records, which the decoder in front wraps, are the other side's doing.
        if (cause instanceof IOException || cause.getCause() instanceof IOException) {
            LOG.debug("connection {} broke", connection.id(), cause);
        } else {
            LOG.error("connection {} failed", connection.id(), cause);
        }
        close(context);
    }
}
