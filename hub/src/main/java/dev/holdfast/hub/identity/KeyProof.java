package dev.holdfast.hub.identity;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The key whose token let a device in. It tells that key from others and is not the key.
 *
 * @param policy the hub policy that the key is of; null for the device's or module's own
 * @param sha256 of the key's bytes, hex digits
 */
public record KeyProof(@Nullable String policy, String sha256) implements Proof {
    static KeyProof of(@Nullable String policy, SymmetricKey key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.bytes());
            return new KeyProof(policy, HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /** Whether it is the key of a device or module whose keys are these now. */
    public boolean isOfIdentity(SymmetricKeys now) {
        return policy == null && isOneOf(now);
    }

    /** Whether it is the key of this policy as it is now. */
    public boolean isOf(SharedAccessPolicy now) {
        return now.name().equals(policy) && isOneOf(now.keys());
    }

    private boolean isOneOf(SymmetricKeys now) {
        return equals(of(policy, now.primary())) || equals(of(policy, now.secondary()));
    }

    /** Cut, since a whole digest is nobody's to read. */
    @Override
    public String toString() {
        return "KeyProof[" + (policy == null ? "device" : policy) + "]";
    }
}
