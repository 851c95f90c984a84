package dev.holdfast.hub.identity;

import java.security.SecureRandom;

/** Two keys of equal worth, so that one can be replaced while the other is in use. */
public record SymmetricKeys(SymmetricKey primary, SymmetricKey secondary) {
    public static SymmetricKeys random(SecureRandom random) {
        return new SymmetricKeys(SymmetricKey.random(random), SymmetricKey.random(random));
    }
}
