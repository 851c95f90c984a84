package dev.holdfast.tls.trace;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a ServerHello; one for each message. */
final class ServerHelloParser {
    /** The random of a HelloRetryRequest: SHA-256 of its name (RFC 8446 4.1.3). */
    private static final String RETRY_REQUEST = "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c";

    private static final int RANDOM_BYTES = 32;
    private static final int APPLICATION_PROTOCOL = 16;
    private static final int PRE_SHARED_KEY = 41;
    private static final int SUPPORTED_VERSIONS = 43;
    private static final int KEY_SHARE = 51;

    private final List<Integer> extensions = new ArrayList<>();
    private int version;
    private @Nullable Integer group;
    private boolean resumesByKey;
    private @Nullable String applicationProtocol;

    private ServerHelloParser() {}

    /** @throws BufferUnderflowException when a field is longer than what is left */
    static ServerHello parse(ByteBuffer body) {
        return new ServerHelloParser().read(body);
    }

    private ServerHello read(ByteBuffer body) {
        version = Vectors.uint16(body);
        ByteBuffer random = Vectors.part(body, RANDOM_BYTES);
        int sessionIdBytes = Vectors.vector8(body).remaining();
        int suite = Vectors.uint16(body);
        Vectors.uint8(body); // compression, which is none since nobody offers any
        if (body.hasRemaining()) {
            ByteBuffer all = Vectors.vector16(body);
            while (all.hasRemaining()) {
                int type = Vectors.uint16(all);
                extensions.add(type);
                readExtension(type, Vectors.vector16(all));
            }
        }
        return new ServerHello(
                version,
                sessionIdBytes,
                suite,
                isRetryRequest(random),
                group,
                resumesByKey,
                applicationProtocol,
                extensions);
    }

    private void readExtension(int type, ByteBuffer data) {
        switch (type) {
            case SUPPORTED_VERSIONS -> version = Vectors.uint16(data);
            // In a HelloRetryRequest the group alone; else a key follows.
            case KEY_SHARE -> group = Vectors.uint16(data);
            case PRE_SHARED_KEY -> resumesByKey = true;
            case APPLICATION_PROTOCOL -> applicationProtocol = firstName(Vectors.vector16(data));
            default -> {
                // Its type is kept.
            }
        }
    }

    private static String firstName(ByteBuffer names) {
        return StandardCharsets.ISO_8859_1.decode(Vectors.vector8(names)).toString();
    }

    private static boolean isRetryRequest(ByteBuffer random) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.get(bytes);
        return HexFormat.of().formatHex(bytes).equals(RETRY_REQUEST);
    }
}
