package dev.holdfast.hub.identity;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;

/**
 * What the owner of a certificate authority is to sign, as common name of a certificate, to show that its key is theirs.
 *
 * @param text 48 upper-case hex digits, which fit into a common name (64 characters)
 * @param until it counts
 */
public record VerificationCode(String text, Instant until) {
    private static final int BYTES = 24;

    static VerificationCode random(SecureRandom random, Instant until) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return new VerificationCode(HexFormat.of().withUpperCase().formatHex(bytes), until);
    }

    /** Without the code: logs need not have it. */
    @Override
    public String toString() {
        return "VerificationCode[until " + until + "]";
    }
}
