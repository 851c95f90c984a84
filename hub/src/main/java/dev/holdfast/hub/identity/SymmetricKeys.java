package dev.holdfast.hub.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;

/** Two keys of equal worth, so that one can be replaced while the other is in use. */
public record SymmetricKeys(SymmetricKey primary, SymmetricKey secondary) {
    public static SymmetricKeys random(SecureRandom random) {
        return new SymmetricKeys(SymmetricKey.random(random), SymmetricKey.random(random));
    }

    /** These keys with some of them replaced by their counterparts in {@code fresh}. */
    SymmetricKeys renewed(KeyRenewal which, SymmetricKeys fresh) {
        return switch (which) {
            case PRIMARY -> new SymmetricKeys(fresh.primary(), secondary);
            case SECONDARY -> new SymmetricKeys(primary, fresh.secondary());
            case BOTH -> fresh;
            case SWAP -> new SymmetricKeys(secondary, primary);
        };
    }

    /** Whether both of the other pair are in this one, in either order. */
    boolean containAll(SymmetricKeys other) {
        return contain(other.primary().base64()) && contain(other.secondary().base64());
    }

    /** Whether a text is one of the two. Takes as long for a wrong text as for a right one of its length. */
    public boolean contain(String base64) {
        byte[] text = base64.getBytes(StandardCharsets.UTF_8);
        boolean first = MessageDigest.isEqual(primary.base64().getBytes(StandardCharsets.UTF_8), text);
        boolean second = MessageDigest.isEqual(secondary.base64().getBytes(StandardCharsets.UTF_8), text);
        return first || second;
    }
}
