package dev.holdfast.hub.identity;

/** How an operator names what is to be denied; texts as they were given. */
public sealed interface DenialRequest {
    /** @param text SHA-1 or SHA-256 in hex digits */
    record Thumbprint(String text) implements DenialRequest {}

    /** @param text SHA-256 of the SubjectPublicKeyInfo in hex digits */
    record PublicKey(String text) implements DenialRequest {}

    /** @param serial in hex digits; {@code issuer} as a name of RFC 2253 */
    record Serial(String serial, String issuer) implements DenialRequest {}

    /** @param text a certificate, PEM or Base64, and what of it counts */
    record Certificate(String text, By by) implements DenialRequest {}

    /** What of a certificate is denied. */
    enum By {
        THUMBPRINT,
        PUBLIC_KEY,
        SERIAL
    }
}
