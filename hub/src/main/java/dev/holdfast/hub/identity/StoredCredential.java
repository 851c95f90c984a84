package dev.holdfast.hub.identity;

import org.jspecify.annotations.Nullable;

/**
 * How an {@link Authentication} stands in a row: its wire name, and the keys in Base64 or the thumbprints in hex that it has.
 */
record StoredCredential(
        String authentication,
        @Nullable String primary,
        @Nullable String secondary) {
    static StoredCredential of(Authentication authentication) {
        String primary = null;
        String secondary = null;
        switch (authentication) {
            case Authentication.Sas(var keys) -> {
                primary = keys.primary().base64();
                secondary = keys.secondary().base64();
            }
            case Authentication.SelfSigned(var first, var second) -> {
                primary = first == null ? null : first.hex();
                secondary = second == null ? null : second.hex();
            }
            case Authentication.CertificateAuthority() -> {}
            case Authentication.None() -> {}
        }
        return new StoredCredential(authentication.wireName(), primary, secondary);
    }

    /** @throws IllegalArgumentException when it is damaged */
    Authentication read() {
        return switch (authentication) {
            case "sas" ->
                new Authentication.Sas(
                        new SymmetricKeys(new SymmetricKey(present(primary)), new SymmetricKey(present(secondary))));
            case "selfSigned" -> new Authentication.SelfSigned(thumbprint(primary), thumbprint(secondary));
            case "certificateAuthority" -> new Authentication.CertificateAuthority();
            case "none" -> new Authentication.None();
            default -> throw new IllegalArgumentException("unknown authentication " + authentication);
        };
    }

    /** Holds keys. */
    @Override
    public String toString() {
        return "StoredCredential[" + authentication + "]";
    }

    private static String present(@Nullable String text) {
        if (text == null) {
            throw new IllegalArgumentException("a key is missing");
        }
        return text;
    }

    private static @Nullable Thumbprint thumbprint(@Nullable String hex) {
        return hex == null ? null : new Thumbprint(hex);
    }
}
