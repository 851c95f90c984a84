package dev.holdfast.hub.identity;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;

/**
 * A shared key: 16 to 64 bytes, written in base64. Event Hubs clients sign with the characters of that text instead of the
 * bytes it stands for, so the text is kept as it was given.
 *
 * <p>Never printed: {@link #toString} hides it.
 */
public record SymmetricKey(String base64) {
    private static final int MIN_BYTES = 16;
    private static final int MAX_BYTES = 64;
    private static final int MAX_CHARS = 4 * ((MAX_BYTES + 2) / 3);

    public SymmetricKey {
        if (!isKey(base64)) {
            throw new IllegalArgumentException("not a key: base64 of 16 to 64 bytes");
        }
    }

    /** Reads a key; empty when the text is none. */
    public static Optional<SymmetricKey> parse(String text) {
        return isKey(text) ? Optional.of(new SymmetricKey(text)) : Optional.empty();
    }

    /** A new key of 32 random bytes. */
    public static SymmetricKey random(SecureRandom random) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return new SymmetricKey(Base64.getEncoder().encodeToString(bytes));
    }

    /** The bytes that IoT clients sign with. */
    public byte[] bytes() {
        return Base64.getDecoder().decode(base64);
    }

    private static boolean isKey(String text) {
        if (text.length() > MAX_CHARS) {
            return false;
        }
        try {
            int length = Base64.getDecoder().decode(text).length;
            return length >= MIN_BYTES && length <= MAX_BYTES;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    @Override
    public String toString() {
        return "SymmetricKey[hidden]";
    }
}
