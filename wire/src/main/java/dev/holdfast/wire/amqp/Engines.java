package dev.holdfast.wire.amqp;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.qpid.protonj2.buffer.ProtonBuffer;
import org.apache.qpid.protonj2.buffer.ProtonBufferAllocator;
import org.apache.qpid.protonj2.codec.CodecFactory;
import org.apache.qpid.protonj2.codec.Decoder;
import org.apache.qpid.protonj2.codec.Encoder;
import org.apache.qpid.protonj2.engine.Engine;
import org.apache.qpid.protonj2.engine.EngineFactory;
import org.apache.qpid.protonj2.engine.EngineHandler;
import org.apache.qpid.protonj2.engine.EngineHandlerContext;
import org.apache.qpid.protonj2.engine.IncomingAMQPEnvelope;
import org.apache.qpid.protonj2.types.Symbol;
import org.apache.qpid.protonj2.types.UnknownDescribedType;
import org.apache.qpid.protonj2.types.UnsignedLong;
import org.apache.qpid.protonj2.types.transport.Close;
import org.apache.qpid.protonj2.types.transport.Flow;
import org.apache.qpid.protonj2.types.transport.Open;

/**
 * Makes engines, and knows what has to be done once for the codec that all of them share.
 *
 * <p>The codec learns unknown descriptors and classes on first use, in plain hash maps without a lock, while other event loops
 * read them. Everything that {@link FrameCheck} lets through is therefore shown to it once, before the first engine exists; after
 * that it only reads.
 */
final class Engines {
    /** Symbols of the specification that the engine itself reads; {@link FrameCheck} keeps these and what faces add. */
    static final Set<String> SYMBOLS = specificationSymbols();

    private static final int FRAME_HEADER_BYTES = 8;

    static {
        teach();
    }

    private Engines() {}

    static Engine withSasl() {
        return strict(EngineFactory.PROTON.createEngine());
    }

    static Engine withoutSasl() {
        return strict(EngineFactory.PROTON.createNonSaslEngine());
    }

    /**
     * The frame decoder drops what handlers of a transfer throw; this fails the engine instead. And credit is unsigned on the wire
     * and signed in the engine, which would send nothing for what it takes for less than none.
     */
    private static Engine strict(Engine engine) {
        EngineHandler handler = new EngineHandler() {
            @Override
            public void handleRead(EngineHandlerContext context, IncomingAMQPEnvelope envelope) {
                if (envelope.getBody() instanceof Flow flow && flow.getLinkCredit() > Integer.MAX_VALUE) {
                    flow.setLinkCredit(Integer.MAX_VALUE);
                }
                try {
                    context.fireRead(envelope);
                } catch (RuntimeException violation) {
                    engine.engineFailed(violation);
                }
            }
        };
        // Reads run from the last handler to the first: decoder, logger, SASL, this one, performatives.
        EngineHandler performatives = engine.pipeline().first();
        engine.pipeline().removeFirst();
        engine.pipeline().addFirst("strict", handler);
        engine.pipeline().addFirst("amqp", performatives);
        return engine;
    }

    /** Frames that end a connection whose engine can't any more: an open when none was sent yet, then a close. */
    static List<byte[]> farewell(boolean withOpen, AmqpError error) {
        List<byte[]> frames = new ArrayList<>();
        if (withOpen) {
            frames.add(frame(new Open().setContainerId("holdfast")));
        }
        frames.add(frame(new Close().setError(error.toCondition())));
        return frames;
    }

    private static byte[] frame(Object performative) {
        Encoder encoder = CodecFactory.getEncoder();
        ProtonBuffer out = ProtonBufferAllocator.defaultAllocator().allocate(256);
        out.writeInt(0);
        out.writeInt(0x02000000); // data offset 2, type AMQP, channel 0
        encoder.writeObject(out, encoder.newEncoderState(), performative);
        int size = out.getReadableBytes();
        out.setInt(0, size);
        byte[] bytes = new byte[size];
        out.readBytes(bytes, 0, size);
        return size >= FRAME_HEADER_BYTES ? bytes : new byte[0];
    }

    private static void teach() {
        Decoder decoder = CodecFactory.getDecoder();
        Decoder saslDecoder = CodecFactory.getSaslDecoder();
        for (Decoder each : List.of(decoder, saslDecoder)) {
            for (int code = 0; code <= 0xFF; code++) {
                learn(each, new byte[] {0x00, 0x53, (byte) code, 0x40});
                learn(each, number(code));
            }
            learn(each, number(FrameCheck.UNREAD_DESCRIPTOR));
            learn(each, number(FrameCheck.SELECTOR_DESCRIPTOR));
            for (int length = 0; length <= FrameCheck.SYMBOL_MAX_CHARS; length++) {
                learn(each, symbol("?".repeat(length)));
            }
            for (String known : SYMBOLS) {
                learn(each, symbol(known));
            }
        }
        Encoder encoder = CodecFactory.getEncoder();
        Object filter = new UnknownDescribedType(UnsignedLong.valueOf(FrameCheck.SELECTOR_DESCRIPTOR), "");
        Map<Symbol, Object> map = new LinkedHashMap<>();
        map.put(Symbol.valueOf("filter"), filter);
        for (Object value : List.of(map, Map.of(), new LinkedHashMap<>(map), "", 0L, 0, true)) {
            encoder.writeObject(
                    ProtonBufferAllocator.defaultAllocator().allocate(64), encoder.newEncoderState(), value);
        }
    }

    private static void learn(Decoder decoder, byte[] described) {
        ProtonBuffer in = ProtonBufferAllocator.defaultAllocator().copy(described);
        try {
            decoder.readNextTypeDecoder(in, decoder.newDecoderState());
        } catch (RuntimeException none) {
            // A descriptor that this decoder can't take at all is refused in every frame as well.
        }
    }

    private static byte[] number(long descriptor) {
        byte[] bytes = new byte[11];
        bytes[1] = (byte) 0x80;
        for (int i = 0; i < 8; i++) {
            bytes[2 + i] = (byte) (descriptor >>> (56 - 8 * i));
        }
        bytes[10] = 0x40;
        return bytes;
    }

    private static byte[] symbol(String text) {
        byte[] bytes = new byte[4 + text.length()];
        bytes[1] = (byte) 0xA3;
        bytes[2] = (byte) text.length();
        for (int i = 0; i < text.length(); i++) {
            bytes[3 + i] = (byte) text.charAt(i);
        }
        bytes[3 + text.length()] = 0x40;
        return bytes;
    }

    private static Set<String> specificationSymbols() {
        Set<String> symbols = new TreeSet<>();
        Performatives.symbols().forEach(symbols::add);
        Collection<String> others = List.of(
                "amqp:source:list",
                "amqp:target:list",
                "amqp:error:list",
                "amqp:coordinator:list",
                "amqp:received:list",
                "amqp:accepted:list",
                "amqp:rejected:list",
                "amqp:released:list",
                "amqp:modified:list",
                "amqp:declared:list",
                "amqp:transactional-state:list",
                "amqp:delete-on-close:list",
                "amqp:delete-on-no-links:list",
                "amqp:delete-on-no-messages:list",
                "amqp:delete-on-no-links-or-messages:list",
                "link-detach",
                "session-end",
                "connection-close",
                "never",
                "move",
                "copy",
                AmqpClient.SELECTOR,
                "ANONYMOUS",
                "PLAIN",
                "EXTERNAL",
                "MSSBCBS",
                "en-US",
                AmqpError.INTERNAL_ERROR,
                AmqpError.NOT_FOUND,
                AmqpError.UNAUTHORIZED_ACCESS,
                AmqpError.DECODE_ERROR,
                AmqpError.RESOURCE_LIMIT_EXCEEDED,
                AmqpError.NOT_ALLOWED,
                AmqpError.INVALID_FIELD,
                AmqpError.NOT_IMPLEMENTED,
                AmqpError.RESOURCE_DELETED,
                AmqpError.PRECONDITION_FAILED,
                AmqpError.CONNECTION_FORCED,
                AmqpError.FRAMING_ERROR,
                AmqpError.LINK_REDIRECT,
                AmqpError.LINK_STOLEN,
                AmqpError.LINK_DETACH_FORCED,
                AmqpError.LINK_MESSAGE_SIZE_EXCEEDED,
                AmqpError.LINK_TRANSFER_LIMIT_EXCEEDED,
                AmqpError.ARGUMENT_OUT_OF_RANGE,
                AmqpError.DEVICE_CONTAINER_THROTTLED,
                "amqp:resource-locked",
                "amqp:illegal-state",
                "amqp:frame-size-too-small",
                "amqp:connection:redirect",
                "amqp:session:window-violation",
                "amqp:session:errant-link",
                "amqp:session:handle-in-use",
                "amqp:session:unattached-handle");
        symbols.addAll(others);
        return Set.copyOf(symbols);
    }
}
