package dev.holdfast.wire.http;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.Connection;
import dev.holdfast.wire.EndRequested;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests of one connection, one after the other. While a face judges a head or answers, the socket is not read.
 *
 * <p>Event loop only, apart from {@link #judge} and {@link #serve}, which run on a thread of their own.
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
            Function<RefusedRequest, String> refused,
            BodyBudget bodies,
            HttpUpgrade upgrade) {}

    private sealed interface State {
        /** Until the next head is complete. */
        record Idle() implements State {}

        /** Another protocol takes over when the request, which has no body, is complete. */
        record Switching(HttpUpgrade.Verdict.Accepted accepted) implements State {}

        /** A face says whether the body is wanted. */
        record Judging() implements State {}

        /** Until the body is complete. */
        record Receiving(RequestHead head, ArrivingBody body) implements State {}

        /** A face is at work, or its answer is on the way out. */
        record Answering() implements State {}

        /** The last answer went out; what still comes is passed over. */
        record Closing(long untilNanos) implements State {}

        /** The socket is closed or another protocol's; a face may still be at work. */
        record Gone() implements State {}
    }

    private final Parts parts;
    private final Connection connection;
    private final StrictRequestDecoder decoder;
    private State state = new State.Idle();
    private @Nullable ScheduledFuture<?> deadline;
    private @Nullable ArrivingBody body;
    private boolean answeredBefore;
    private boolean ending;

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
                case State.Switching(var accepted) -> switchOver(context, accepted);
                case State.Receiving receiving -> whileReceiving(context, receiving, message);
                case State.Judging(), State.Answering() ->
                    throw new IllegalStateException("decoded while a face was at work");
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
        RequestHead head = RequestHead.of(decoded);
        if (decoded.decoderResult().isFailure()) {
            // The head passed both of our own looks, so what the decoder minds can only be how the body is delimited.
            LOG.debug("the decoder refused a head", decoded.decoderResult().cause());
            throw new RequestRefused(RequestFault.AMBIGUOUS_LENGTH);
        }
        switch (parts.upgrade().judge(head.asSent(connection))) {
            case HttpUpgrade.Verdict.Refused(var answer) -> end(context, render(answer, head.isHead(), true));
            case HttpUpgrade.Verdict.Accepted accepted -> {
                if (head.announcesBody()) {
                    throw new IllegalStateException("a request with a body was accepted to switch protocols");
                }
                state = new State.Switching(accepted);
            }
            case HttpUpgrade.Verdict.NotAsked() -> {
                if (head.announcesBody()) {
                    consider(context, head);
                } else {
                    receive(context, head, parts.limits());
                }
            }
        }
    }

    /** Leaves the connection to another protocol; what came behind the request reaches it when the decoder goes. */
    private void switchOver(ChannelHandlerContext context, HttpUpgrade.Verdict.Accepted accepted) {
        disarm();
        state = new State.Gone();
        var _ = context.writeAndFlush(
                Responses.switching(accepted, parts.clock().instant()));
        ChannelPipeline pipeline = context.pipeline();
        pipeline.remove(HttpResponseEncoder.class);
        accepted.mount().mount(connection);
        pipeline.remove(this);
        pipeline.remove(decoder);
    }

    /**
     * What a face says of a head.
     *
     * @param refusal null to have the body read
     * @param bodyMaxBytes how long the body may be then
     */
    private record Judged(@Nullable FullHttpResponse refusal, int bodyMaxBytes) {}

    /** Asks a face whether the body is wanted. */
    private void consider(ChannelHandlerContext context, RequestHead head) {
        state = new State.Judging();
        HttpRequest bodyless = head.request(new byte[0], connection);
        onThread(context, () -> {
            Judged judged = judge(bodyless, head);
            onLoop(context, () -> judged(context, head, judged));
        });
    }

    /** On the face's thread. */
    private Judged judge(HttpRequest bodyless, RequestHead head) {
        int usual = parts.limits().bodyMaxBytes();
        try {
            if (head.wholeServer()) {
                return new Judged(null, usual);
            }
            HttpFace face = faceOf(bodyless);
            if (face == null) {
                return new Judged(render(Responses.nothingHere(), head.isHead(), true), usual);
            }
            HttpResponse refusal = face.refusalOf(bodyless);
            return refusal == null
                    ? new Judged(null, face.bodyMaxBytes(bodyless, usual))
                    : new Judged(render(refusal, head.isHead(), true), usual);
        } catch (RuntimeException | Error cause) {
            return new Judged(failed(bodyless, head, true, cause), usual);
        }
    }

    private void judged(ChannelHandlerContext context, RequestHead head, Judged judged) {
        FullHttpResponse refusal = judged.refusal();
        if (state instanceof State.Gone) {
            if (refusal != null) {
                refusal.release();
            }
        } else if (refusal != null) {
            end(context, refusal);
        } else {
            try {
                receive(context, head, parts.limits().withBodyMaxBytes(judged.bodyMaxBytes()));
                resume(context);
            } catch (RequestRefused refused) {
                refuse(context, refused.fault());
            }
        }
    }

    private void receive(ChannelHandlerContext context, RequestHead head, Limits.Http limits) throws RequestRefused {
        if (head.bodyBytes() > limits.bodyMaxBytes()) {
            throw new RequestRefused(RequestFault.BODY_TOO_LARGE);
        }
        BodyBudget.Share share = parts.bodies().of(connection.remoteAddress().getAddress());
        ArrivingBody arriving = new ArrivingBody(
                head, limits, share, context.executor().ticker().nanoTime());
        body = arriving;
        state = new State.Receiving(head, arriving);
        armForBody(context, arriving);
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
        receiving.body().add(content.content());
        if (message instanceof LastHttpContent) {
            dispatch(context, receiving.head(), receiving.body().whole());
        } else {
            armForBody(context, receiving.body());
        }
    }

    /** A body must go on arriving as well as end in time. */
    private void armForBody(ChannelHandlerContext context, ArrivingBody arriving) {
        Duration left = arriving.left(context.executor().ticker().nanoTime());
        Duration silence = parts.firstHeadMaxTime();
        arm(context, left.compareTo(silence) < 0 ? left : silence, () -> tooSlow(context));
    }

    private void dispatch(ChannelHandlerContext context, RequestHead head, byte[] whole) {
        state = new State.Answering();
        HttpRequest request = head.request(whole, connection);
        onThread(context, () -> serve(context, request, head));
    }

    /** Has a face do something; the socket is not read meanwhile. */
    private void onThread(ChannelHandlerContext context, Runnable work) {
        disarm();
        context.channel().config().setAutoRead(false);
        try {
            parts.threads().execute(work);
        } catch (RejectedExecutionException stopping) {
            write(context, render(Responses.refused(RequestFault.OVERLOADED, null), false, true), true);
        }
    }

    /** Goes on where the connection is. A loop that has stopped has taken it along, and nobody waits for the answer any more. */
    private void onLoop(ChannelHandlerContext context, Runnable work) {
        try {
            context.channel().eventLoop().execute(work);
        } catch (RejectedExecutionException stopped) {
            LOG.debug("connection {} ended before it was answered", connection.id());
        }
    }

    /** On the face's thread: whatever happens in there becomes a response. */
    private void serve(ChannelHandlerContext context, HttpRequest request, RequestHead head) {
        boolean close = head.lastOfConnection();
        FullHttpResponse response;
        try {
            HttpResponse answer = answerOf(request, head);
            HttpResponse.Stream written = answer.stream();
            if (written != null && !head.isHead()) {
                stream(context, request, answer, written, close);
                return;
            }
            response = render(answer, head.isHead(), close);
        } catch (RuntimeException | Error cause) {
            response = failed(request, head, close, cause);
        }
        FullHttpResponse rendered = response;
        onLoop(context, () -> write(context, rendered, close));
    }

    private FullHttpResponse failed(HttpRequest request, RequestHead head, boolean close, Throwable cause) {
        String id = UUID.randomUUID().toString();
        LOG.error("answering {} failed; the client was told the id {}", request, id, cause);
        return render(Responses.failed(id), head.isHead(), close);
    }

    /** On the face's thread. */
    private void stream(
            ChannelHandlerContext context,
            HttpRequest request,
            HttpResponse answer,
            HttpResponse.Stream written,
            boolean close) {
        Channel channel = context.channel();
        StreamedBody out = new StreamedBody(channel, parts.limits().idleMaxTime());
        try {
            out.head(Responses.streamHead(answer, close, parts.clock().instant()));
            written.writeTo(out);
            out.close();
            onLoop(context, () -> streamed(context, close));
        } catch (IOException | RuntimeException cause) {
            if (out.isBroken()) {
                LOG.info("the answer to {} broke off: {}", request, cause.getMessage());
            } else {
                LOG.error("the answer to {} broke off", request, cause);
            }
            onLoop(context, () -> {
                releaseBody();
                close(context);
            });
        }
    }

    private void streamed(ChannelHandlerContext context, boolean close) {
        releaseBody();
        if (state instanceof State.Gone) {
            return;
        }
        if (close || ending) {
            close(context);
        } else {
            next(context);
        }
    }

    /** A request that has begun is answered; there is no next one. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof EndRequested) {
            ending = true;
            if (state instanceof State.Idle && !decoder.isInsideRequest()) {
                close(context);
            }
        }
        context.fireUserEventTriggered(event);
    }

    private HttpResponse answerOf(HttpRequest request, RequestHead head) {
        if (head.wholeServer()) {
            return Responses.methods();
        }
        HttpFace face = faceOf(request);
        return face == null ? Responses.nothingHere() : face.answer(request);
    }

    private @Nullable HttpFace faceOf(HttpRequest request) {
        for (HttpFace face : parts.faces()) {
            if (face.claims(request)) {
                return face;
            }
        }
        return null;
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
            if (!written.isSuccess() || close || ending) {
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
        resume(context);
    }

    private void resume(ChannelHandlerContext context) {
        context.channel().config().setAutoRead(true);
        try {
            decoder.resume(context.pipeline().context(decoder));
        } catch (Exception failed) {
            exceptionCaught(context, failed);
        }
    }

    private void refuse(ChannelHandlerContext context, RequestFault fault) {
        String report = parts.refused().apply(new RefusedRequest(connection, fault));
        end(context, render(Responses.refused(fault, report), false, true));
    }

    /** Sends the last answer of the connection, and passes over what was not read of the request. */
    private void end(ChannelHandlerContext context, FullHttpResponse response) {
        state = new State.Closing(System.nanoTime() + LINGER_MAX.toNanos());
        decoder.stop();
        releaseBody();
        context.channel().config().setAutoRead(true);
        var _ = context.writeAndFlush(response);
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
        if (body != null) {
            body.release();
            body = null;
        }
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
