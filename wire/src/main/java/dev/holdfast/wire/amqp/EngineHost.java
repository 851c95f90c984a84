package dev.holdfast.wire.amqp;

import dev.holdfast.wire.EndRequested;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.buffer.ProtonBuffer;
import org.apache.qpid.protonj2.buffer.ProtonBufferAllocator;
import org.apache.qpid.protonj2.engine.Connection;
import org.apache.qpid.protonj2.engine.Engine;
import org.apache.qpid.protonj2.engine.exceptions.IdleTimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An engine on a channel: frames in, bytes out, and the one place where a connection ends, whoever is at fault. Everything here
 * and everything the engine calls runs on the channel's event loop.
 */
final class EngineHost extends ChannelDuplexHandler {
    /** Told once, when the connection is over for whatever reason. */
    interface Ended {
        /**
         * @param why null when the peer or this side closed it as the protocol says, or the socket ended
         * @return the id of the report of that; null when there is none
         */
        @Nullable
        String ended(@Nullable AmqpRefusal why);
    }

    /** How long a peer has to read the reason before its socket is closed. */
    private static final Duration LINGER = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(EngineHost.class);

    private final Channel channel;
    private final Engine engine;
    private final Duration idleMaxTime;
    private final int receivingMaxBytes;
    private final SendTurns turns = new SendTurns(this);
    private final Ended ended;
    private final Set<AmqpLink> links = new LinkedHashSet<>();
    private @Nullable FrameReader frames;
    private @Nullable AmqpError lastWord;
    private boolean over;
    /** This side closes in order. */
    private boolean closing;

    private boolean flushScheduled;
    private int receivingBytes;
    /** Who asked that nothing be read, and did not take it back. */
    private int pauses;

    EngineHost(Channel channel, Engine engine, Duration idleMaxTime, int receivingMaxBytes, Ended ended) {
        this.channel = channel;
        this.engine = engine;
        this.idleMaxTime = idleMaxTime;
        this.receivingMaxBytes = receivingMaxBytes;
        this.ended = ended;
        engine.outputHandler((buffer, written) -> output(buffer, written));
        engine.errorHandler(failed -> fail(refusalOf(failed.failureCause())));
        engine.connection().localCloseHandler(_ -> channel.eventLoop().execute(this::closedByEngine));
    }

    /** Puts the handlers on the channel and starts the engine. */
    void start(FrameReader reader) {
        frames = reader;
        channel.pipeline().addLast(reader).addLast(this);
        engine.start();
    }

    Connection connection() {
        return engine.connection();
    }

    Engine engine() {
        return engine;
    }

    SendTurns turns() {
        return turns;
    }

    /** Keeps a link, to tell it when the connection ends. */
    <L extends AmqpLink> L keep(L link) {
        links.add(link);
        return link;
    }

    void forget(AmqpLink link) {
        links.remove(link);
    }

    /** Whether another link of the same session holds messages that it can't send. */
    boolean hasHeldUp(OutgoingLink than) {
        for (AmqpLink link : links) {
            if (!link.equals(than)
                    && link instanceof OutgoingLink other
                    && other.isHeldUp()
                    && other.session().equals(than.session())) {
                return true;
            }
        }
        return false;
    }

    EventExecutor executor() {
        return channel.eventLoop();
    }

    Channel channel() {
        return channel;
    }

    boolean isOver() {
        return over;
    }

    /** Counts bytes of messages that are not complete; too many end the connection. */
    void receiving(int moreBytes) {
        receivingBytes += moreBytes;
        if (receivingBytes > receivingMaxBytes) {
            fail(new AmqpRefusal.ReceivingTooMuch(receivingMaxBytes));
        }
    }

    /** See {@link AmqpConnection#pause}. */
    void pause() {
        ChannelHandlerContext own = channel.pipeline().context(this);
        if (pauses++ == 0 && frames != null && own != null) {
            frames.hold(own);
        }
    }

    /** See {@link AmqpConnection#readOn}. */
    void readOn() {
        ChannelHandlerContext own = channel.pipeline().context(this);
        if (--pauses == 0 && frames != null && own != null) {
            frames.release(own);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (over) {
            return;
        }
        try {
            engine.ingest(ProtonBufferAllocator.defaultAllocator().copy((byte[]) message));
        } catch (RuntimeException | StackOverflowError cause) {
            fail(refusalOf(cause));
        }
    }

    /** Runs something of a face; what it throws ends the connection, not the event loop. */
    void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException bug) {
            LOG.error("A face failed on an AMQP connection from {}", channel.remoteAddress(), bug);
            fail(new AmqpRefusal.InternalFailure());
        }
    }

    private AmqpRefusal refusalOf(@Nullable Throwable cause) {
        Throwable root = cause;
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        if (root instanceof IdleTimeoutException) {
            return new AmqpRefusal.Idle(idleMaxTime);
        }
        LOG.debug("The AMQP engine failed for {}", channel.remoteAddress(), cause);
        String what = root == null ? "the engine failed" : String.valueOf(root.getMessage());
        return new AmqpRefusal.ProtocolViolated(what.length() > 200 ? what.substring(0, 200) : what);
    }

    /** Ends the connection with a reason: the peer is told where the state allows, then the socket is closed. */
    void fail(AmqpRefusal why) {
        if (over) {
            return;
        }
        // Asked before end(): the engine forgets what it said.
        boolean canTell =
                frames != null && frames.isPastHeader() && !connection().isLocallyClosed();
        boolean openDue = !connection().isLocallyOpen();
        String report = end(why);
        if (canTell) {
            for (byte[] frame : Engines.farewell(openDue, why.toError(report))) {
                var _ = channel.write(Unpooled.wrappedBuffer(frame));
            }
        }
        channel.flush();
        closeLater();
    }

    /** Ends the connection in order: close goes out, the peer's answer or a moment ends the socket. */
    void close(@Nullable AmqpError error) {
        if (over || connection().isLocallyClosed()) {
            return;
        }
        if (error != null) {
            connection().setCondition(error.toCondition());
        }
        if (!connection().isLocallyOpen()) {
            connection().open();
        }
        closing = true;
        connection().close();
        flush();
        closeLater();
    }

    /** The peer closed: answer, and end the socket when the answer is out. */
    void closedByPeer() {
        if (over) {
            return;
        }
        closing = true;
        if (connection().isLocallyOpen()) {
            connection().close();
        }
        String _ = end(null);
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    /** The engine closes by itself on some violations; it has told the peer. A failure of it has been handled by now. */
    private void closedByEngine() {
        if (over || closing) {
            return;
        }
        AmqpError error = AmqpError.of(connection().getCondition());
        String _ = end(new AmqpRefusal.ProtocolViolated(error == null ? "the engine closed" : error.description()));
        channel.flush();
        closeLater();
    }

    /** What the peer is told when somebody else closes the socket. */
    void sayBeforeClose(AmqpError error) {
        lastWord = error;
    }

    /**
     * Somebody closes the socket: the peer is told, and has the usual moment to answer. This class itself asks for a close when
     * everything was said.
     */
    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        boolean canTell = !over
                && lastWord != null
                && frames != null
                && frames.isPastHeader()
                && !connection().isLocallyClosed();
        if (canTell) {
            var _ = channel.closeFuture().addListener(_ -> promise.trySuccess());
            close(lastWord);
        } else {
            var _ = context.close(promise);
        }
    }

    private void closeLater() {
        var _ = executor().schedule(this::closeNow, LINGER.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void closeNow() {
        var _ = channel.close();
    }

    private @Nullable String end(@Nullable AmqpRefusal why) {
        over = true;
        if (frames != null) {
            frames.over();
        }
        engine.shutdown();
        turns.clear();
        List.copyOf(links).forEach(AmqpLink::release);
        return ended.ended(why);
    }

    private void output(ProtonBuffer buffer, @Nullable Runnable written) {
        if (over || engine.isFailed()) {
            return;
        }
        byte[] bytes = new byte[buffer.getReadableBytes()];
        buffer.readBytes(bytes, 0, bytes.length);
        ByteBuf out = Unpooled.wrappedBuffer(bytes);
        if (written == null) {
            var _ = channel.write(out, channel.voidPromise());
        } else {
            channel.write(out).addListener(_ -> written.run());
        }
        flush();
    }

    /** Flushes once for everything that is written in this turn of the event loop. */
    private void flush() {
        if (!flushScheduled) {
            flushScheduled = true;
            executor().execute(() -> {
                flushScheduled = false;
                channel.flush();
            });
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (channel.isWritable()) {
            turns.resume();
        }
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof EndRequested) {
            closeNow();
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (!over) {
            String _ = end(null);
        }
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof java.io.IOException) {
            LOG.debug("An AMQP socket from {} failed", channel.remoteAddress(), cause);
        } else {
            LOG.warn("An AMQP connection from {} failed", channel.remoteAddress(), cause);
        }
        if (!over) {
            String _ = end(null);
        }
        closeNow();
    }
}
