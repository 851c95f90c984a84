package dev.holdfast.wire.amqp;

import dev.holdfast.wire.EndRequested;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the first eight bytes: they say whether a SASL layer comes, and an engine is made for the one or the other. Anything
 * else is answered with the header that is spoken here, as the specification asks (2.2), and closed.
 */
final class HeaderHandler extends ByteToMessageDecoder {
    private final dev.holdfast.wire.Connection connection;
    private final AmqpServer.Settings settings;
    private @Nullable ScheduledFuture<?> deadline;
    private boolean decided;

    HeaderHandler(dev.holdfast.wire.Connection connection, AmqpServer.Settings settings) {
        this.connection = connection;
        this.settings = settings;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        long millis = maxTime().toMillis();
        deadline = context.executor().schedule(() -> late(context), millis, TimeUnit.MILLISECONDS);
    }

    private Duration maxTime() {
        return settings.limits().arrival().firstPacketMaxTime();
    }

    private void late(ChannelHandlerContext context) {
        if (!decided) {
            refuse(context, new AmqpRefusal.OpenLate(maxTime()));
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event instanceof EndRequested) {
            var _ = context.close();
        }
        super.userEventTriggered(context, event);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (decided) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (in.readableBytes() < FrameReader.HEADER_BYTES) {
            return;
        }
        byte[] header = new byte[FrameReader.HEADER_BYTES];
        in.getBytes(in.readerIndex(), header);
        switch (ProtocolHeader.idOf(header)) {
            case ProtocolHeader.SASL -> start(context, true);
            case ProtocolHeader.AMQP -> start(context, false);
            default -> {
                in.skipBytes(in.readableBytes());
                refuse(context, new AmqpRefusal.NotAmqp());
            }
        }
    }

    /** The header itself is left to the handlers that come now. */
    private void start(ChannelHandlerContext context, boolean sasl) {
        decided = true;
        // What the header took is gone: one time for the header, SASL and open.
        ScheduledFuture<?> running = deadline;
        Duration left = running == null ? maxTime() : Duration.ofNanos(running.getDelay(TimeUnit.NANOSECONDS));
        stopWaiting();
        ServerConnection.start(connection, settings, sasl, left);
        context.pipeline().remove(this);
    }

    private void stopWaiting() {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    /** Who went away is not late. */
    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        decided = true;
        stopWaiting();
        super.channelInactive(context);
    }

    private void refuse(ChannelHandlerContext context, AmqpRefusal why) {
        decided = true;
        stopWaiting();
        String _ = settings.refused().apply(connection, why);
        context.writeAndFlush(Unpooled.wrappedBuffer(ProtocolHeader.of(ProtocolHeader.SASL)))
                .addListener(ChannelFutureListener.CLOSE);
    }
}
