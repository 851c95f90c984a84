package dev.holdfast.hub.identity;

import java.nio.ByteBuffer;
import java.util.Base64;

/** The text that names a row's version to clients: base64 of its eight bytes, without quotes. */
public final class Etag {
    private Etag() {}

    public static String of(long version) {
        return Base64.getEncoder()
                .encodeToString(ByteBuffer.allocate(Long.BYTES).putLong(version).array());
    }
}
