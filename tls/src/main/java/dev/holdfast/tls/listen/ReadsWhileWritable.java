package dev.holdfast.tls.listen;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;

/**
 * Stops reading a socket while too much waits to be written to it, whatever the protocol above does. A client that sends without
 * reading, be it requests or TLS key updates (each of which the engine answers), can't fill the memory.
 */
final class ReadsWhileWritable extends ChannelDuplexHandler {
    private boolean readHeldBack;

    @Override
    public void read(ChannelHandlerContext context) {
        if (context.channel().isWritable()) {
            context.read();
        } else {
            readHeldBack = true;
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (readHeldBack && context.channel().isWritable()) {
            readHeldBack = false;
            context.read();
        }
        context.fireChannelWritabilityChanged();
    }
}
