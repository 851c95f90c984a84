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

    RecordingTap(Recording recording) {
        this.recording = recording;
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
        if (message instanceof ByteBuf bytes) {
            recording.read(from, bytes.nioBuffer());
        }
    }

    /** Goes when the engine has said its last words of the handshake; they come after it says that it is done. */
    void leaveSoon(Channel channel) {
        channel.eventLoop().execute(() -> {
            ChannelHandlerContext context = channel.pipeline().context(this);
            if (context != null) {
                channel.pipeline().remove(this);
            }
        });
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        recording.stop();
    }
}
