package dev.holdfast.hub.identity;

import dev.holdfast.pki.Names;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;

/** That by which an operator names certificates that are to open nothing. */
public sealed interface CertificateMark {
    boolean matches(X509Certificate certificate);

    /** What two spellings of the same mark have in common. */
    String comparable();

    /** For sentences: what it goes by and the value. */
    String printed();

    /** A short name for commands and paths, the same for the same mark: 16 hex digits. */
    default String id() {
        return HexFormat.of()
                .formatHex(sha256(comparable().getBytes(StandardCharsets.UTF_8)))
                .substring(0, 16);
    }

    /** Every mark that names this certificate. */
    static Stream<CertificateMark> allOf(X509Certificate certificate) {
        return Stream.of(
                new ByThumbprint(Thumbprint.ofSha1(certificate)),
                new ByThumbprint(Thumbprint.ofSha256(certificate)),
                new ByPublicKey(digest(certificate.getPublicKey())),
                new BySerial(certificate.getSerialNumber(), certificate.getIssuerX500Principal()));
    }

    /** One certificate, by its SHA-1 or SHA-256 digest. */
    record ByThumbprint(Thumbprint thumbprint) implements CertificateMark {
        static Optional<CertificateMark> parse(String text) {
            return Thumbprint.parse(text).map(ByThumbprint::new);
        }

        @Override
        public boolean matches(X509Certificate certificate) {
            return thumbprint.equals(Thumbprint.ofSha1(certificate))
                    || thumbprint.equals(Thumbprint.ofSha256(certificate));
        }

        @Override
        public String comparable() {
            return "thumbprint " + thumbprint.hex();
        }

        @Override
        public String printed() {
            return "its thumbprint " + thumbprint.hex();
        }
    }

    /** Every certificate of a key, also those that are issued later: SHA-256 of the SubjectPublicKeyInfo. */
    record ByPublicKey(Thumbprint sha256) implements CertificateMark {
        static final int HEX_DIGITS = 64;

        static Optional<CertificateMark> parse(String text) {
            return Thumbprint.parse(text)
                    .filter(digest -> digest.hex().length() == HEX_DIGITS)
                    .map(ByPublicKey::new);
        }

        static ByPublicKey of(X509Certificate certificate) {
            return new ByPublicKey(digest(certificate.getPublicKey()));
        }

        @Override
        public boolean matches(X509Certificate certificate) {
            return sha256.equals(digest(certificate.getPublicKey()));
        }

        @Override
        public String comparable() {
            return "publicKey " + sha256.hex();
        }

        @Override
        public String printed() {
            return "its public key " + sha256.hex();
        }
    }

    /** One certificate, as its issuer counts them. */
    record BySerial(BigInteger serial, X500Principal issuer) implements CertificateMark {
        private static final Pattern SERIAL = Pattern.compile("-?[0-9A-F]{1,128}");
        private static final int TEXT_MAX_CHARS = 1024;

        static Optional<BigInteger> parseSerial(String text) {
            if (text.length() > TEXT_MAX_CHARS) {
                return Optional.empty();
            }
            String hex = text.replace(":", "")
                    .replace(" ", "")
                    .toUpperCase(Locale.ROOT)
                    .replaceFirst("^(-?)0X", "$1");
            return SERIAL.matcher(hex).matches() ? Optional.of(new BigInteger(hex, 16)) : Optional.empty();
        }

        /** Reads a name of RFC 2253: what is said last in the certificate comes first. */
        static Optional<X500Principal> parseIssuer(String text) {
            try {
                return text.isBlank() || text.length() > TEXT_MAX_CHARS
                        ? Optional.empty()
                        : Optional.of(new X500Principal(text));
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }

        /** Upper-case hex digits, with a minus sign when it is negative, as openssl prints it. */
        public String hex() {
            return serial.toString(16).toUpperCase(Locale.ROOT);
        }

        @Override
        public boolean matches(X509Certificate certificate) {
            return serial.equals(certificate.getSerialNumber())
                    && Names.comparable(issuer).equals(Names.comparable(certificate.getIssuerX500Principal()));
        }

        @Override
        public String comparable() {
            return "serial " + hex() + " " + Names.comparable(issuer);
        }

        @Override
        public String printed() {
            return "its serial number " + hex() + " of '" + Names.printed(issuer) + "'";
        }
    }

    private static Thumbprint digest(PublicKey key) {
        return Thumbprint.of(sha256(key.getEncoded()));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
