package dev.holdfast.pki;

import java.time.Instant;
import java.util.Map;

/**
 * That an issuer took a certificate back.
 *
 * @param reason the word of RFC 5280 5.3.1: {@code keyCompromise}; {@code unspecified} when the issuer gives none
 */
public record Revoked(Instant date, String reason) {
    private static final Map<Integer, String> REASONS = Map.of(
            1, "keyCompromise",
            2, "cACompromise",
            3, "affiliationChanged",
            4, "superseded",
            5, "cessationOfOperation",
            6, "certificateHold",
            8, "removeFromCRL",
            9, "privilegeWithdrawn",
            10, "aACompromise");

    static final String UNSPECIFIED = "unspecified";

    static String reason(int code) {
        return REASONS.getOrDefault(code, UNSPECIFIED);
    }
}
