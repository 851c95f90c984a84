package dev.holdfast.tls.hello;

import dev.holdfast.tls.report.HelloRefusal;
import dev.holdfast.tls.report.HelloRefusal.ClosedInHello;
import dev.holdfast.wire.EndRequested;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * First handler of an accepted channel: holds the bytes back until they are a whole ClientHello, and tells its owner what came of
 * it, once. Whatever arrives after a refusal is thrown away.
 */
public final class ClientHelloReader extends ChannelInboundHandlerAdapter {
    /** Told once; called on the channel's event loop. */
    public interface Owner {
        /**
         * @param bytes all that came so far, the hello and what may follow it, to be replayed to the engine; the owner's to release
         */
        void whole(ChannelHandlerContext context, ClientHello hello, ByteBuf bytes);

        void refused(ChannelHandlerContext context, HelloRefusal why);

        /** The client connected and went away without a byte, as port scanners and health checks do. */
        void closedUnused();
    }

    private final HelloCollector collector;
    private final Owner owner;
    private @Nullable ByteBuf held;
    private boolean told;

    /** @param maxBytes of the handshake message */
    public ClientHelloReader(int maxBytes, Owner owner) {
        this.collector = new HelloCollector(maxBytes);
        this.owner = owner;
    }

    /** What came so far. */
    public int receivedBytes() {
        return collector.receivedBytes();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            if (!told) {
                add(context, bytes);
            }
        } finally {
            bytes.release();
        }
    }

    private void add(ChannelHandlerContext context, ByteBuf bytes) {
        // A copy, because a client that sends byte by byte would otherwise hold a whole receive buffer for each of
        // them.
        ByteBuf all = held == null ? context.alloc().buffer(bytes.readableBytes()) : held;
        held = all;
        byte[] piece = new byte[bytes.readableBytes()];
        bytes.readBytes(piece);
        all.writeBytes(piece);
        ParsedHello parsed = collector.add(piece, 0, piece.length);
        switch (parsed) {
            case null -> {
                // More is needed.
            }
            case ParsedHello.Whole(var hello) -> {
                told = true;
                held = null;
                owner.whole(context, hello, all);
            }
            case ParsedHello.Refused(var why) -> {
                told = true;
                owner.refused(context, why);
            }
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof EndRequested) {
            var _ = context.close();
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (!told) {
            told = true;
            if (receivedBytes() == 0) {
                owner.closedUnused();
            } else {
                owner.refused(context, new ClosedInHello(receivedBytes()));
            }
        }
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (held != null) {
            held.release();
            held = null;
        }
    }
}
