package dev.holdfast.tls.hello;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A cipher suite by its code and IANA name. What kind it is, the name says: IANA builds it as
 * {@code TLS_{key exchange}_{authentication}_WITH_…} up to TLS 1.2.
 *
 * @param isInEngine whether a policy may hold it
 */
public record CipherSuite(int code, String name, boolean isInEngine) {
    /** Not a suite: "I fell back to this version" (RFC 7507). */
    public static final int FALLBACK_SCSV = 0x5600;

    private static final Map<Integer, CipherSuite> BY_CODE = read();
    private static final Map<String, CipherSuite> BY_NAME =
            BY_CODE.values().stream().collect(Collectors.toUnmodifiableMap(CipherSuite::name, Function.identity()));

    /** The suite of a code; one that is not in our list is named by its code. */
    public static CipherSuite of(int code) {
        CipherSuite known = BY_CODE.get(code);
        return known != null ? known : new CipherSuite(code, hex(code), false);
    }

    public static Optional<CipherSuite> named(String ianaName) {
        return Optional.ofNullable(BY_NAME.get(ianaName));
    }

    /** TLS 1.3 has suites of its own, which name neither key exchange nor authentication. */
    public boolean isTls13() {
        return code >>> 8 == 0x13;
    }

    public boolean worksWith(TlsVersion version) {
        return switch (version) {
            case TLS_1_3 -> isTls13();
            case TLS_1_2 -> !isTls13();
            // Other hashes than these, and the authenticated ciphers, came with TLS 1.2.
            case TLS_1_0, TLS_1_1 -> name.endsWith("_SHA") || name.endsWith("_MD5");
        };
    }

    /** A new elliptic curve key for each handshake. */
    public boolean isEcdhe() {
        return name.startsWith("TLS_ECDHE_");
    }

    /** The server proves itself with an RSA key, by signing or, in the oldest suites, by decrypting. */
    public boolean needsRsa() {
        return name.startsWith("TLS_ECDHE_RSA_") || name.startsWith("TLS_DHE_RSA_") || name.startsWith("TLS_RSA_WITH_");
    }

    /** The server signs the handshake; without, the client encrypts to the certificate's key. */
    public boolean isSigned() {
        return !name.startsWith("TLS_RSA_WITH_");
    }

    /** Finite-field key exchange with a new key for each handshake. */
    public boolean isDhe() {
        return name.startsWith("TLS_DHE_");
    }

    /** What the Java runtime itself has switched off: 3DES, and key exchange by encrypting to the certificate's key. */
    public boolean isLegacy() {
        return !isSigned() || name.contains("_3DES_");
    }

    public boolean needsEcdsa() {
        return name.startsWith("TLS_ECDHE_ECDSA_");
    }

    private static String hex(int code) {
        return "0x" + HexFormat.of().withUpperCase().toHexDigits((short) code);
    }

    private static Map<Integer, CipherSuite> read() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(CipherSuite.class.getResourceAsStream("cipher-suites.txt")),
                StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" "))
                    .map(row -> new CipherSuite(HexFormat.fromHexDigits(row[0]), row[1], row.length > 2))
                    .collect(Collectors.toUnmodifiableMap(CipherSuite::code, Function.identity()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
