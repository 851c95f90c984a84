package dev.holdfast.tls.listen;

import dev.holdfast.tls.trace.Recording;
import dev.holdfast.tls.trace.Side;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/** Stands next to the socket and lets a recording read along, until the handshake is over. Used on the event loop only. */
final class RecordingTap extends ChannelDuplexHandler {
    private final Recording recording;
    private final Runnable closed;
    private boolean over;

    /** @param closed run when the connection is closed and all other handlers know it */
    RecordingTap(Recording recording, Runnable closed) {
        this.recording = recording;
        this.closed = closed;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        read(Side.CLIENT, message);
        context.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        read(Side.SERVER, message);
        var _ = context.write(message, promise);
    }

    private void read(Side from, Object message) {
        if (!over && message instanceof ByteBuf bytes) {
            recording.read(from, bytes.nioBuffer());
        }
    }

    /** Stops when the engine has said its last words of the handshake; they come after it says that it is done. */
    void stopSoon(Channel channel) {
        channel.eventLoop().execute(this::stop);
    }

    private void stop() {
        over = true;
        recording.stop();
    }

    /** The handlers behind this one may have something to report of a handshake that was not finished. */
    @Override
    public void channelInactive(ChannelHandlerContext context) {
        context.fireChannelInactive();
        stop();
        closed.run();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        stop();
    }
}
