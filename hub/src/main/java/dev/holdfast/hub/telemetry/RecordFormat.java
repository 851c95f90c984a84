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
 * How a message stands in the log. Version 1: a version byte, then texts and numbers as unsigned LEB128 lengths
 * followed by UTF-8; the body runs to the end.
 *
 * <pre>
 * 1 | device | module? | generation | scope | type | issuer | modelId? | n (code text)* | n (name value)* | body
 * </pre>
 *
 * <p>An absent text has length 0 and a present one its length plus one. An unknown code of a system
 * property is one of a newer release and is passed over.
 */
final class RecordFormat {
    private static final byte VERSION = 1;
    private static final Map<Integer, SystemProperty> BY_CODE =
            Arrays.stream(SystemProperty.values()).collect(Collectors.toMap(SystemProperty::code, Function.identity()));

    private RecordFormat() {}

    static byte[] write(SendTelemetry request) {
        Stamp stamp = request.stamp();
        TelemetryMessage message = request.marked();
        Writer out = new Writer();
        out.text(stamp.sender().device().value());
        ModuleId module = stamp.sender().module();
        out.text(module == null ? null : module.value());
        out.text(stamp.generation());
        out.text(stamp.method().scope());
        out.text(stamp.method().type());
        out.text(stamp.method().issuer());
        out.text(stamp.modelId());
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

    static SendTelemetry read(byte[] stored) {
        try {
            ByteBuffer in = ByteBuffer.wrap(stored);
            byte version = in.get();
            if (version != VERSION) {
                throw new StoreException("a log record has format " + version
                        + ", and this release reads format 1 only: it was written by a newer release");
            }
            return read(in);
        } catch (BufferUnderflowException | IllegalArgumentException damaged) {
            throw new StoreException("a log record is damaged inside its checksum", damaged);
        }
    }

    private static SendTelemetry read(ByteBuffer in) {
        DeviceId device = new DeviceId(text(in));
        String module = optionalText(in);
        Identity sender = new Identity(device, module == null ? null : new ModuleId(module));
        String generation = text(in);
        AuthenticationMethod method = new AuthenticationMethod(text(in), text(in), text(in));
        Stamp stamp = new Stamp(sender, generation, method, optionalText(in));
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
        return new SendTelemetry(stamp, new TelemetryMessage(body, system, properties));
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

        Writer() {
            add(VERSION);
        }

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
