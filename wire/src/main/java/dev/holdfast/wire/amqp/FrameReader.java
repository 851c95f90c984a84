package dev.holdfast.wire.amqp;

import dev.holdfast.base.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the stream into protocol headers and whole frames, and lets through only what may come in this state: sizes within the
 * bounds, the right kind of frame, {@code open} first, nothing after {@code close}. What goes on is a byte array of its own,
 * looked through by {@link FrameCheck}. Runs on the event loop.
 */
final class FrameReader extends ByteToMessageDecoder {
    /** What may come next. */
    enum Phase {
        /** The header of the SASL layer. */
        SASL_HEADER,
        SASL,
        /** The header of AMQP itself. */
        HEADER,
        OPEN,
        RUNNING,
        /** Nothing any more: what comes is dropped. */
        OVER
    }

    static final int HEADER_BYTES = 8;
    private static final int PREAMBLE_BYTES = 8;
    private static final int TYPE_AMQP = 0;
    private static final int TYPE_SASL = 1;

    private final Limits.Amqp limits;
    private final FrameCheck check;
    private final Consumer<AmqpRefusal> refused;
    /** Channels on which the peer ended its session and did not begin another. */
    private final BitSet ended = new BitSet();

    private Phase phase;
    private boolean held;
    private boolean pastHeader;

    /** @param symbols what someone reads, beside the symbols of the specification */
    FrameReader(Phase first, Limits.Amqp limits, Set<String> symbols, Consumer<AmqpRefusal> refused) {
        this.phase = first;
        this.limits = limits;
        this.check = new FrameCheck(Engines.SYMBOLS, symbols);
        this.refused = refused;
    }

    Phase phase() {
        return phase;
    }

    /** Whether both sides are past the header of AMQP itself, so that frames of it may be sent. */
    boolean isPastHeader() {
        return pastHeader;
    }

    /** The outcome of SASL is known and good: the header of AMQP comes next. */
    void saslDone() {
        phase = Phase.HEADER;
    }

    void over() {
        phase = Phase.OVER;
    }

    /** Reads no further until {@link #release}: what the last frame asked for takes a while. */
    void hold(ChannelHandlerContext context) {
        held = true;
        context.channel().config().setAutoRead(false);
    }

    void release(ChannelHandlerContext context) {
        held = false;
        context.channel().config().setAutoRead(true);
        ChannelHandlerContext own = context.pipeline().context(this);
        if (own == null) {
            return;
        }
        try {
            channelRead(own, Unpooled.EMPTY_BUFFER);
        } catch (Exception failed) {
            own.fireExceptionCaught(failed);
        }
    }

    /** While it holds, the usual one would ask for more bytes, since none of those that came made a frame. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        if (held) {
            discardSomeReadBytes();
            context.fireChannelReadComplete();
        } else {
            super.channelReadComplete(context);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (phase == Phase.OVER) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (held) {
            return;
        }
        try {
            byte[] next = phase == Phase.SASL_HEADER || phase == Phase.HEADER ? header(in) : frame(in);
            if (next != null) {
                out.add(next);
            }
        } catch (Refused no) {
            phase = Phase.OVER;
            refused.accept(no.why);
        }
    }

    private byte @Nullable [] header(ByteBuf in) throws Refused {
        if (in.readableBytes() < HEADER_BYTES) {
            return null;
        }
        byte[] header = new byte[HEADER_BYTES];
        in.readBytes(header);
        int wanted = phase == Phase.SASL_HEADER ? 3 : 0;
        if (ProtocolHeader.idOf(header) != wanted) {
            throw new Refused(new AmqpRefusal.FrameOutOfOrder("another protocol header than the one that is next"));
        }
        pastHeader = phase == Phase.HEADER;
        phase = pastHeader ? Phase.OPEN : Phase.SASL;
        return header;
    }

    private byte @Nullable [] frame(ByteBuf in) throws Refused {
        if (in.readableBytes() < 4) {
            return null;
        }
        long size = in.getUnsignedInt(in.readerIndex());
        int max = phase == Phase.SASL ? limits.saslFrameMaxBytes() : limits.frameMaxBytes();
        if (size > max) {
            throw new Refused(new AmqpRefusal.FrameTooLarge(size, max));
        }
        if (size < PREAMBLE_BYTES) {
            throw new Refused(new AmqpRefusal.FrameMalformed("its size is less than the 8 bytes of its head"));
        }
        if (in.readableBytes() < size) {
            return null;
        }
        byte[] frame = new byte[(int) size];
        in.readBytes(frame);
        return judge(frame) ? frame : null;
    }

    /** Whether the frame, which is allowed, is one to hand on. */
    private boolean judge(byte[] frame) throws Refused {
        int body = (frame[4] & 0xFF) * 4;
        if (body < PREAMBLE_BYTES || body > frame.length) {
            throw new Refused(new AmqpRefusal.FrameMalformed("its data offset points outside of it"));
        }
        int type = frame[5] & 0xFF;
        if (type != (phase == Phase.SASL ? TYPE_SASL : TYPE_AMQP)) {
            throw new Refused(new AmqpRefusal.FrameOutOfOrder("a frame of type " + type));
        }
        if (body == frame.length) {
            if (phase != Phase.RUNNING) {
                throw new Refused(new AmqpRefusal.FrameOutOfOrder("an empty frame before open"));
            }
            return true;
        }
        int channel = ((frame[6] & 0xFF) << 8) | (frame[7] & 0xFF);
        if (phase != Phase.SASL && channel >= limits.sessionsMax()) {
            throw new Refused(new AmqpRefusal.ChannelOutOfRange(channel, limits.sessionsMax() - 1));
        }
        int code;
        try {
            code = check.check(frame, body);
        } catch (FrameCheck.Malformed malformed) {
            throw new Refused(new AmqpRefusal.FrameMalformed(malformed.what()));
        }
        advance(code);
        return !isStraggler(code, channel);
    }

    /**
     * Whether the peer says something of links whose session it has ended itself. The Event Hubs client for JavaScript does:
     * it settles what it received a moment after it ended the session. Nothing is left that this could change, and the engine
     * would end the whole connection for it.
     */
    private boolean isStraggler(int code, int channel) {
        switch (code) {
            case Performatives.BEGIN -> ended.clear(channel);
            case Performatives.END -> ended.set(channel);
            case Performatives.FLOW, Performatives.DISPOSITION, Performatives.DETACH -> {
                return ended.get(channel);
            }
            default -> {}
        }
        return false;
    }

    private void advance(int code) throws Refused {
        boolean allowed = switch (phase) {
            case SASL -> Performatives.isSasl(code);
            case OPEN -> code == Performatives.OPEN;
            case RUNNING -> Performatives.isAmqp(code) && code != Performatives.OPEN;
            case SASL_HEADER, HEADER, OVER -> false;
        };
        if (!allowed) {
            throw new Refused(new AmqpRefusal.FrameOutOfOrder("a performative with the descriptor " + code + " while "
                    + (phase == Phase.OPEN ? "open" : phase.name().toLowerCase(Locale.ROOT)) + " is next"));
        }
        if (phase == Phase.OPEN) {
            phase = Phase.RUNNING;
        } else if (code == Performatives.CLOSE) {
            phase = Phase.OVER;
        }
    }

    /** Carries the reason to the one place that reacts. */
    private static final class Refused extends Exception {
        private final transient AmqpRefusal why;

        Refused(AmqpRefusal why) {
            super(why.reason(), null, false, false);
            this.why = why;
        }
    }
}
