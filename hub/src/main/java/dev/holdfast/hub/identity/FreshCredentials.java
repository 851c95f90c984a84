package dev.holdfast.hub.identity;

import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/** What is random in an identity that is registered; made before the transaction, which may run more than once. */
record FreshCredentials(String generation, SymmetricKeys keys) {
    static FreshCredentials of(SecureRandom random) {
        return new FreshCredentials(Long.toString(random.nextLong() >>> 1), SymmetricKeys.random(random));
    }

    /**
     * How an identity proves itself after a change.
     *
     * @param given what the caller names, or null
     * @param symmetricKeys the caller asks for symmetric keys and names none
     * @param before how it did so far; null when it is new
     */
    Authentication over(@Nullable Authentication given, boolean symmetricKeys, @Nullable Authentication before) {
        if (given != null) {
            return given;
        }
        if (before != null && (before instanceof Authentication.Sas || !symmetricKeys)) {
            // An update that says nothing of keys or certificates must not lock the identity out.
            return before;
        }
        return new Authentication.Sas(keys);
    }
}
