package dev.holdfast.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes a ClientHello byte by byte, as no TLS library would let one: any code, any order, and fields that break the rules.
 * Codes are the IANA numbers.
 */
public final class RawHello {
    private static final int RECORD_HANDSHAKE = 22;

    private record Extension(int type, byte[] data) {}

    private int legacyVersion = 0x0303;
    private byte[] sessionId = {};
    private int[] suites = {0xC02F};
    private byte[] compression = {0};
    private final List<Extension> extensions = new ArrayList<>();
    private boolean withoutExtensions;

    private RawHello() {}

    /** What a TLS 1.2 client of today sends: two RSA suites, the usual groups and signatures. */
    public static RawHello tls12() {
        return new RawHello()
                .suites(0xC02F, 0xC030)
                .groups(29, 23, 24)
                .signatureAlgorithms(0x0804, 0x0401, 0x0403, 0x0501, 0x0503);
    }

    /** The same with TLS 1.3 offered first. */
    public static RawHello tls13() {
        byte[] x25519Key = new byte[32];
        x25519Key[0] = 9;
        return tls12().suites(0x1301, 0x1302, 0xC02F, 0xC030)
                .versions(0x0304, 0x0303)
                .keyShare(29, x25519Key);
    }

    /** Nothing but the fixed fields and no extension block at all. */
    public static RawHello bare() {
        RawHello hello = new RawHello();
        hello.withoutExtensions = true;
        return hello;
    }

    public RawHello legacyVersion(int version) {
        legacyVersion = version;
        return this;
    }

    public RawHello sessionId(byte[] id) {
        sessionId = id.clone();
        return this;
    }

    public RawHello compression(int... methods) {
        compression = new byte[methods.length];
        for (int i = 0; i < methods.length; i++) {
            compression[i] = (byte) methods[i];
        }
        return this;
    }

    public RawHello suites(int... codes) {
        suites = codes.clone();
        return this;
    }

    public RawHello versions(int... codes) {
        return replace(43, vector8(uint16s(codes)));
    }

    public RawHello groups(int... codes) {
        return replace(10, vector16(uint16s(codes)));
    }

    public RawHello signatureAlgorithms(int... codes) {
        return replace(13, vector16(uint16s(codes)));
    }

    public RawHello serverName(String name) {
        byte[] ascii = name.getBytes(StandardCharsets.ISO_8859_1);
        return replace(0, vector16(concat(new byte[] {0}, vector16(ascii))));
    }

    public RawHello applicationProtocols(String... names) {
        byte[] list = {};
        for (String name : names) {
            list = concat(list, vector8(name.getBytes(StandardCharsets.US_ASCII)));
        }
        return replace(16, vector16(list));
    }

    public RawHello maxFragment(int code) {
        return replace(1, new byte[] {(byte) code});
    }

    public RawHello keyShare(int group, byte[] key) {
        return replace(51, vector16(concat(uint16s(group), vector16(key))));
    }

    /** Adds an extension, also one that is there already. */
    public RawHello extension(int type, byte[] data) {
        extensions.add(new Extension(type, data.clone()));
        return this;
    }

    public RawHello without(int type) {
        extensions.removeIf(extension -> extension.type == type);
        return this;
    }

    private RawHello replace(int type, byte[] data) {
        for (int i = 0; i < extensions.size(); i++) {
            if (extensions.get(i).type == type) {
                extensions.set(i, new Extension(type, data));
                return this;
            }
        }
        return extension(type, data);
    }

    /** The handshake message without its type and length. */
    public byte[] body() {
        byte[] body = concat(
                uint16s(legacyVersion),
                new byte[32],
                vector8(sessionId),
                vector16(uint16s(suites)),
                vector8(compression));
        if (withoutExtensions) {
            return body;
        }
        byte[] all = {};
        for (Extension extension : extensions) {
            all = concat(all, uint16s(extension.type), vector16(extension.data));
        }
        return concat(body, vector16(all));
    }

    /** The handshake message. */
    public byte[] message() {
        byte[] body = body();
        return concat(
                new byte[] {1, (byte) (body.length >>> 16), (byte) (body.length >>> 8), (byte) body.length}, body);
    }

    /** In one record. */
    public byte[] record() {
        return records(message().length);
    }

    /** In as many records as it takes when each holds so many bytes of the message. */
    public byte[] records(int bytesEach) {
        byte[] message = message();
        byte[] records = {};
        for (int from = 0; from < message.length; from += bytesEach) {
            byte[] part = Arrays.copyOfRange(message, from, Math.min(from + bytesEach, message.length));
            records = concat(records, record(RECORD_HANDSHAKE, part));
        }
        return records;
    }

    /** Any record, with the version that first records carry. */
    public static byte[] record(int type, byte[] content) {
        return concat(new byte[] {(byte) type, 3, 1}, vector16(content));
    }

    private static byte[] uint16s(int... values) {
        byte[] bytes = new byte[2 * values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[2 * i] = (byte) (values[i] >>> 8);
            bytes[2 * i + 1] = (byte) values[i];
        }
        return bytes;
    }

    private static byte[] vector8(byte[] content) {
        return concat(new byte[] {(byte) content.length}, content);
    }

    private static byte[] vector16(byte[] content) {
        return concat(uint16s(content.length), content);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
