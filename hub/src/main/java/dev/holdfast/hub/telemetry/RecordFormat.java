package dev.holdfast.hub.telemetry;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.identity.AuthenticationMethod;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.store.StoreException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How a message stands in the log: a byte that says which form it has, then texts and numbers as unsigned LEB128 lengths
 * followed by UTF-8; the body runs to the end.
 *
 * <pre>
 * 1 | device | module? | generation | scope | type | issuer | modelId? | n (code text)* | n (name value)* | body
 * 2 | source | device | module? | n (code text)* | n (name value)* | body
 * </pre>
 *
 * <p>The first is telemetry, the second what the hub itself tells. An absent text has length 0 and a present one its length plus one. An unknown code of a system
 * property is one of a newer release and is passed over.
 */
final class RecordFormat {
    private static final byte TELEMETRY = 1;
    private static final byte EVENT = 2;
    private static final Map<Integer, SystemProperty> BY_CODE =
            Arrays.stream(SystemProperty.values()).collect(Collectors.toMap(SystemProperty::code, Function.identity()));

    private RecordFormat() {}

    /** What a record holds. */
    record Content(Origin origin, TelemetryMessage message) {}

    static byte[] write(SendTelemetry request) {
        return write(new Origin.Sent(request.stamp()), request.marked());
    }

    static byte[] write(Origin origin, TelemetryMessage message) {
        Writer out = new Writer();
        switch (origin) {
            case Origin.Sent(var stamp) -> {
                out.add(TELEMETRY);
                identity(out, stamp.sender());
                out.text(stamp.generation());
                out.text(stamp.method().scope());
                out.text(stamp.method().type());
                out.text(stamp.method().issuer());
                out.text(stamp.modelId());
            }
            case Origin.Told(var source, var about) -> {
                out.add(EVENT);
                out.number(source.code());
                identity(out, about);
            }
        }
        out.number(message.system().size());
        message.system().forEach((property, value) -> {
            out.number(property.code());
            out.text(value);
        });
        out.number(message.properties().size());
        message.properties().forEach((name, value) -> {
            out.text(name);
            out.text(value);
        });
        return out.finish(message.body());
    }

    private static void identity(Writer out, Identity identity) {
        out.text(identity.device().value());
        ModuleId module = identity.module();
        out.text(module == null ? null : module.value());
    }

    static Content read(byte[] stored) {
        try {
            ByteBuffer in = ByteBuffer.wrap(stored);
            byte form = in.get();
            Origin origin = switch (form) {
                case TELEMETRY -> sent(in);
                case EVENT -> told(in);
                default ->
                    throw new StoreException("a log record has format " + form
                            + ", and this release reads formats 1 and 2 only: it was written by a newer release");
            };
            return new Content(origin, message(in));
        } catch (BufferUnderflowException | IllegalArgumentException damaged) {
            throw new StoreException("a log record is damaged inside its checksum", damaged);
        }
    }

    private static Origin sent(ByteBuffer in) {
        Identity sender = identity(in);
        String generation = text(in);
        AuthenticationMethod method = new AuthenticationMethod(text(in), text(in), text(in));
        return new Origin.Sent(new Stamp(sender, generation, method, optionalText(in)));
    }

    private static Origin told(ByteBuffer in) {
        int code = number(in);
        EventSource source = Arrays.stream(EventSource.values())
                .filter(each -> each.code() == code)
                .findFirst()
                .orElseThrow(() -> new StoreException("a log record tells of something with the code " + code
                        + ", which this release does not know: it was written by a newer release"));
        return new Origin.Told(source, identity(in));
    }

    private static Identity identity(ByteBuffer in) {
        DeviceId device = new DeviceId(text(in));
        String module = optionalText(in);
        return new Identity(device, module == null ? null : new ModuleId(module));
    }

    private static TelemetryMessage message(ByteBuffer in) {
        Map<SystemProperty, String> system = new EnumMap<>(SystemProperty.class);
        for (int n = number(in); n > 0; n--) {
            int code = number(in);
            String value = text(in);
            SystemProperty property = BY_CODE.get(code);
            if (property != null) {
                system.put(property, value);
            }
        }
        Map<String, String> properties = new LinkedHashMap<>();
        for (int n = number(in); n > 0; n--) {
            properties.put(text(in), text(in));
        }
        byte[] body = new byte[in.remaining()];
        in.get(body);
        return new TelemetryMessage(body, system, properties);
    }

    private static String text(ByteBuffer in) {
        String text = optionalText(in);
        if (text == null) {
            throw new IllegalArgumentException("a text that must be there is absent");
        }
        return text;
    }

    private static @Nullable String optionalText(ByteBuffer in) {
        int length = number(in) - 1;
        if (length < 0) {
            return null;
        }
        if (length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        String text = new String(in.array(), in.arrayOffset() + in.position(), length, StandardCharsets.UTF_8);
        in.position(in.position() + length);
        return text;
    }

    private static int number(ByteBuffer in) {
        int value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            byte b = in.get();
            value |= (b & 0x7F) << shift;
            if (b >= 0) {
                if (value < 0) {
                    break;
                }
                return value;
            }
        }
        throw new IllegalArgumentException("a length is out of range");
    }

    /** Everything but the body, which is copied once, into the finished record. */
    private static final class Writer {
        private static final int FIRST_SIZE_BYTES = 256;

        private byte[] head = new byte[FIRST_SIZE_BYTES];
        private int size;

        void text(@Nullable String text) {
            if (text == null) {
                number(0);
                return;
            }
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            number(bytes.length + 1);
            ensure(bytes.length);
            System.arraycopy(bytes, 0, head, size, bytes.length);
            size += bytes.length;
        }

        void number(int value) {
            int rest = value;
            while (rest > 0x7F) {
                add((byte) ((rest & 0x7F) | 0x80));
                rest >>>= 7;
            }
            add((byte) rest);
        }

        private void add(byte one) {
            ensure(1);
            head[size++] = one;
        }

        private void ensure(int more) {
            if (head.length - size < more) {
                head = Arrays.copyOf(head, Math.max(2 * head.length, size + more));
            }
        }

        byte[] finish(byte[] body) {
            byte[] record = Arrays.copyOf(head, size + body.length);
            System.arraycopy(body, 0, record, size, body.length);
            return record;
        }
    }
}
