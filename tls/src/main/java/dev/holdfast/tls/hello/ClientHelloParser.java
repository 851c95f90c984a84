package dev.holdfast.tls.hello;

import dev.holdfast.tls.report.HelloRefusal.HelloMalformed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of a ClientHello (RFC 8446 4.1.2, RFC 5246 7.4.1.2) into a {@link ClientHello}: pure, strict about lengths,
 * and what it allocates is bounded by a small multiple of the body's length, which the caller bounds. Lists that no client has so
 * long are refused, since what a client offered is kept for a while.
 */
public final class ClientHelloParser {
    private static final int RANDOM_BYTES = 32;
    private static final int SESSION_ID_MAX_BYTES = 32;
    private static final int HOST_NAME = 0;
    private static final int HOST_NAME_MAX_CHARS = 255;
    /** Codes in one list. OpenSSL with all that it has offers 200 suites; a hello that lists every suite ever assigned has 400. */
    private static final int CODES_MAX = 512;

    private static final int APPLICATION_PROTOCOLS_MAX = 64;

    private static final int SERVER_NAME = 0;
    private static final int MAX_FRAGMENT_LENGTH = 1;
    private static final int SUPPORTED_GROUPS = 10;
    private static final int SIGNATURE_ALGORITHMS = 13;
    private static final int APPLICATION_PROTOCOLS = 16;
    private static final int SUPPORTED_VERSIONS = 43;
    private static final int SIGNATURE_ALGORITHMS_CERT = 50;
    private static final int KEY_SHARE = 51;

    private final Bytes body;
    private final List<Integer> extensions = new ArrayList<>();
    private @Nullable List<Integer> supportedVersions;
    private @Nullable List<Integer> groups;
    private List<Integer> keyShareGroups = List.of();
    private @Nullable List<Integer> signatureAlgorithms;
    private @Nullable List<Integer> certificateSignatureAlgorithms;
    private @Nullable String serverName;
    private List<String> applicationProtocols = List.of();
    private @Nullable Integer maxFragmentBytes;

    private ClientHelloParser(byte[] body) {
        this.body = new Bytes(body, 0, body.length);
    }

    /** @param body the handshake message without its type and length; not changed */
    public static ParsedHello parse(byte[] body) {
        try {
            return new ParsedHello.Whole(new ClientHelloParser(body).read());
        } catch (Malformed e) {
            return new ParsedHello.Refused(new HelloMalformed(e.what));
        }
    }

    private ClientHello read() throws Malformed {
        int legacyVersion = body.uint16("version");
        long randomTime = (long) body.uint16("random") << 16 | body.uint16("random");
        body.skip(RANDOM_BYTES - Integer.BYTES, "random");
        Bytes sessionId = body.vector8("session id");
        if (sessionId.remaining() > SESSION_ID_MAX_BYTES) {
            throw new Malformed("the session id is longer than 32 bytes");
        }
        List<Integer> cipherSuites = body.vector16("cipher suites").uint16s("cipher suites");
        if (body.vector8("compression methods").remaining() == 0) {
            throw new Malformed("there is no compression method, not even none");
        }
        if (body.remaining() > 0) {
            readExtensions(body.vector16("extensions"));
        }
        body.end("ClientHello");
        return new ClientHello(
                legacyVersion,
                randomTime,
                sessionId.remaining(),
                cipherSuites,
                List.copyOf(extensions),
                supportedVersions,
                groups,
                keyShareGroups,
                signatureAlgorithms,
                certificateSignatureAlgorithms,
                serverName,
                applicationProtocols,
                maxFragmentBytes);
    }

    private void readExtensions(Bytes all) throws Malformed {
        Set<Integer> seen = new HashSet<>();
        while (all.remaining() > 0) {
            int type = all.uint16("extension type");
            Bytes data = all.vector16("extension");
            if (!seen.add(type)) {
                throw new Malformed("extension " + type + " is there twice");
            }
            extensions.add(type);
            checkCount(extensions.size(), CODES_MAX, "extensions");
            readExtension(type, data);
        }
    }

    private void readExtension(int type, Bytes data) throws Malformed {
        switch (type) {
            case SERVER_NAME -> serverName = readServerName(data);
            case MAX_FRAGMENT_LENGTH -> maxFragmentBytes = readMaxFragment(data);
            case SUPPORTED_GROUPS -> groups = only(data.vector16("supported_groups"), data, "supported_groups");
            case SIGNATURE_ALGORITHMS ->
                signatureAlgorithms = only(data.vector16("signature_algorithms"), data, "signature_algorithms");
            case SIGNATURE_ALGORITHMS_CERT ->
                certificateSignatureAlgorithms =
                        only(data.vector16("signature_algorithms_cert"), data, "signature_algorithms_cert");
            case SUPPORTED_VERSIONS ->
                supportedVersions = only(data.vector8("supported_versions"), data, "supported_versions");
            case APPLICATION_PROTOCOLS -> applicationProtocols = readApplicationProtocols(data);
            case KEY_SHARE -> keyShareGroups = readKeyShares(data);
            default -> {
                // Its type is kept; the engine reads what it knows.
            }
        }
    }

    private static List<Integer> only(Bytes list, Bytes data, String what) throws Malformed {
        data.end(what);
        return list.uint16s(what);
    }

    private static @Nullable String readServerName(Bytes data) throws Malformed {
        String name = null;
        Bytes list = data.vector16("server_name");
        data.end("server_name");
        while (list.remaining() > 0) {
            int type = list.uint8("server_name");
            Bytes value = list.vector16("server_name");
            if (type != HOST_NAME) {
                continue;
            }
            if (name != null) {
                throw new Malformed("server_name names two hosts");
            }
            name = value.visibleAscii(HOST_NAME_MAX_CHARS, "server_name");
        }
        return name;
    }

    private static Integer readMaxFragment(Bytes data) throws Malformed {
        int code = data.uint8("max_fragment_length");
        data.end("max_fragment_length");
        if (code < 1 || code > 4) {
            throw new Malformed("max_fragment_length is " + code + ", and 1 to 4 are known");
        }
        return 256 << code;
    }

    private static List<String> readApplicationProtocols(Bytes data) throws Malformed {
        List<String> names = new ArrayList<>();
        Bytes list = data.vector16("application_layer_protocol_negotiation");
        data.end("application_layer_protocol_negotiation");
        while (list.remaining() > 0) {
            names.add(list.vector8("application_layer_protocol_negotiation").latin1());
            checkCount(names.size(), APPLICATION_PROTOCOLS_MAX, "application_layer_protocol_negotiation");
        }
        return List.copyOf(names);
    }

    private static List<Integer> readKeyShares(Bytes data) throws Malformed {
        List<Integer> shareGroups = new ArrayList<>();
        Bytes list = data.vector16("key_share");
        data.end("key_share");
        while (list.remaining() > 0) {
            shareGroups.add(list.uint16("key_share"));
            list.vector16("key_share");
            checkCount(shareGroups.size(), CODES_MAX, "key_share");
        }
        return List.copyOf(shareGroups);
    }

    private static void checkCount(int count, int max, String what) throws Malformed {
        if (count > max) {
            throw new Malformed(
                    "there are more than " + max + " entries in the list of " + what + ", and no client has so many");
        }
    }

    /** Never leaves this class: it ends the reading, and its stack would say nothing. */
    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;
        private final String what;

        Malformed(String what) {
            super(what, null, false, false);
            this.what = what;
        }
    }

    /** A part of the message that is read from its front. */
    private static final class Bytes {
        private final byte[] bytes;
        private final int end;
        private int next;

        Bytes(byte[] bytes, int start, int end) {
            this.bytes = bytes;
            this.next = start;
            this.end = end;
        }

        int remaining() {
            return end - next;
        }

        void skip(int count, String what) throws Malformed {
            if (count > remaining()) {
                throw new Malformed("the " + what + " is longer than what is left of the message around it");
            }
            next += count;
        }

        int uint8(String what) throws Malformed {
            skip(1, what);
            return bytes[next - 1] & 0xFF;
        }

        int uint16(String what) throws Malformed {
            skip(2, what);
            return (bytes[next - 2] & 0xFF) << 8 | (bytes[next - 1] & 0xFF);
        }

        Bytes vector8(String what) throws Malformed {
            return part(uint8(what), what);
        }

        Bytes vector16(String what) throws Malformed {
            return part(uint16(what), what);
        }

        private Bytes part(int length, String what) throws Malformed {
            skip(length, what);
            return new Bytes(bytes, next - length, next);
        }

        /** All that is left, as a list that has to hold something. */
        List<Integer> uint16s(String what) throws Malformed {
            if (remaining() == 0 || remaining() % 2 != 0) {
                throw new Malformed("the length of " + what + " is " + remaining() + ", and two bytes each are wanted");
            }
            checkCount(remaining() / 2, CODES_MAX, what);
            List<Integer> values = new ArrayList<>(remaining() / 2);
            while (remaining() > 0) {
                values.add(uint16(what));
            }
            return List.copyOf(values);
        }

        String visibleAscii(int maxChars, String what) throws Malformed {
            if (remaining() == 0 || remaining() > maxChars) {
                throw new Malformed(what + " is " + remaining() + " bytes long, and 1 to " + maxChars + " are allowed");
            }
            for (int i = next; i < end; i++) {
                if (bytes[i] <= ' ' || bytes[i] == 0x7F) {
                    throw new Malformed(what + " holds bytes that no host name has");
                }
            }
            return latin1();
        }

        String latin1() {
            String text = new String(bytes, next, remaining(), StandardCharsets.ISO_8859_1);
            next = end;
            return text;
        }

        void end(String what) throws Malformed {
            if (remaining() > 0) {
                throw new Malformed(remaining() + " bytes too many follow the end of " + what);
            }
        }
    }
}
