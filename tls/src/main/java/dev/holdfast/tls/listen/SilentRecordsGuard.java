package dev.holdfast.tls.listen;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Ends a connection that sends TLS records with nothing in them for the protocol: key updates, each of which the engine answers,
 * so that a client that sends them without reading would fill the memory; or empty records, which only cost. Bytes are counted
 * before the engine, and forgotten whenever it lets something through.
 */
final class SilentRecordsGuard {
    private final int maxBytes;
    private final Runnable exceeded;
    private int silentBytes;
    private boolean armed;
    private boolean refused;

    /** @param exceeded called once; nothing that comes later is let through */
    SilentRecordsGuard(int maxBytes, Runnable exceeded) {
        this.maxBytes = maxBytes;
        this.exceeded = exceeded;
    }

    /** The handshake is done; until then its deadline and the engine's own bounds hold. */
    void arm() {
        armed = true;
        silentBytes = 0;
    }

    ChannelInboundHandlerAdapter beforeEngine() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                ByteBuf bytes = (ByteBuf) message;
                silentBytes += bytes.readableBytes();
                if (!armed || (silentBytes <= maxBytes && !refused)) {
                    context.fireChannelRead(bytes);
                    return;
                }
                bytes.release();
                if (!refused) {
                    refused = true;
                    exceeded.run();
                }
            }
        };
    }

    ChannelInboundHandlerAdapter behindEngine() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                if (!(message instanceof ByteBuf bytes) || bytes.isReadable()) {
                    silentBytes = 0;
                }
                context.fireChannelRead(message);
            }
        };
    }
}
