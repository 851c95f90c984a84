package dev.holdfast.hub.identity;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The SHA-1 or SHA-256 digest of a certificate in DER, as 40 or 64 upper-case hex digits.
 *
 * <p>Read in either case, with or without colons or spaces between the bytes, as tools print it.
 */
public record Thumbprint(String hex) {
    private static final Pattern SHAPE = Pattern.compile("[0-9A-F]{40}|[0-9A-F]{64}");
    private static final int MAX_CHARS = 128;

    public Thumbprint {
        if (!SHAPE.matcher(hex).matches()) {
            throw new IllegalArgumentException("not a thumbprint: 40 or 64 hex digits");
        }
    }

    public static Optional<Thumbprint> parse(String text) {
        if (text.length() > MAX_CHARS) {
            return Optional.empty();
        }
        String hex = text.replace(":", "").replace(" ", "").toUpperCase(Locale.ROOT);
        return SHAPE.matcher(hex).matches() ? Optional.of(new Thumbprint(hex)) : Optional.empty();
    }

    public static Thumbprint of(byte[] digest) {
        return new Thumbprint(HexFormat.of().withUpperCase().formatHex(digest));
    }

    public static Thumbprint ofSha1(X509Certificate certificate) {
        return of("SHA-1", certificate);
    }

    public static Thumbprint ofSha256(X509Certificate certificate) {
        return of("SHA-256", certificate);
    }

    private static Thumbprint of(String algorithm, X509Certificate certificate) {
        try {
            return of(MessageDigest.getInstance(algorithm).digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate that was parsed can't be digested", e);
        }
    }

    @Override
    public String toString() {
        return hex;
    }
}
