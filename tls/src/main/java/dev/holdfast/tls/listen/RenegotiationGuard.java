package dev.holdfast.tls.listen;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Keeps a client of TLS 1.2 from a second handshake. Only the type of a record is looked at, which is not encrypted there: after
 * ChangeCipherSpec one handshake record follows, Finished; any other is the begin of a renegotiation.
 *
 * <p>Here and not in the engine, because the engine has only a switch for the whole JVM, which is read once, whenever that is.
 */
final class RenegotiationGuard extends ChannelInboundHandlerAdapter {
    private static final int HEADER_BYTES = 5;
    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int HANDSHAKE = 22;

    private final Runnable renegotiation;
    private int headerBytes;
    private int type;
    private int length;
    private int bodyLeft;
    private boolean cipherChanged;
    private boolean finishedSeen;
    private boolean refused;

    /** @param renegotiation called once; nothing that comes later is let through */
    RenegotiationGuard(Runnable renegotiation) {
        this.renegotiation = renegotiation;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (!refused && isAllowed(bytes)) {
            context.fireChannelRead(bytes);
            return;
        }
        bytes.release();
        if (!refused) {
            refused = true;
            renegotiation.run();
        }
    }

    private boolean isAllowed(ByteBuf bytes) {
        int next = bytes.readerIndex();
        int end = bytes.writerIndex();
        while (next < end) {
            if (bodyLeft > 0) {
                int skipped = Math.min(bodyLeft, end - next);
                bodyLeft -= skipped;
                next += skipped;
                continue;
            }
            int value = bytes.getUnsignedByte(next++);
            switch (headerBytes++) {
                case 0 -> type = value;
                case 3 -> length = value << 8;
                case HEADER_BYTES - 1 -> {
                    bodyLeft = length | value;
                    headerBytes = 0;
                    if (!isAllowedNext()) {
                        return false;
                    }
                }
                default -> {
                    // The version.
                }
            }
        }
        return true;
    }

    private boolean isAllowedNext() {
        if (type == CHANGE_CIPHER_SPEC) {
            cipherChanged = true;
        } else if (type == HANDSHAKE && cipherChanged) {
            if (finishedSeen) {
                return false;
            }
            finishedSeen = true;
        }
        return true;
    }
}
