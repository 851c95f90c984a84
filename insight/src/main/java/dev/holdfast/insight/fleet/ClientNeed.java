package dev.holdfast.insight.fleet;

import dev.holdfast.tls.hello.CipherSuite;
import dev.holdfast.tls.hello.ClientHello;
import dev.holdfast.tls.hello.SignatureScheme;
import dev.holdfast.tls.hello.TlsVersion;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What of the older TLS a client can't do without. */
public enum ClientNeed {
    /** Every suite that it offers checks records with SHA-1, or it verifies no signature but with SHA-1 or MD5. */
    SHA1("sha1"),
    /** It offers no suite that encrypts otherwise than in CBC mode; those with RC4 and without encryption don't count. */
    CBC("cbc"),
    /** The highest that it offers. */
    TLS_1_0("tls1.0"),
    TLS_1_1("tls1.1");

    private static final Set<Integer> OLD_SIGNATURES = Set.of(
            SignatureScheme.RSA_PKCS1_MD5.code(),
            SignatureScheme.RSA_PKCS1_SHA1.code(),
            SignatureScheme.ECDSA_SHA1.code(),
            // DSA, which no server certificate is signed with any more.
            0x0202);

    private final String word;

    ClientNeed(String word) {
        this.word = word;
    }

    /** As commands and the operator API spell it. */
    public String word() {
        return word;
    }

    public static Optional<ClientNeed> of(String word) {
        return Arrays.stream(values())
                .filter(need -> need.word.equalsIgnoreCase(word))
                .findFirst();
    }

    boolean isOf(ClientHello hello) {
        return switch (this) {
            case SHA1 -> suites(hello).allMatch(suite -> suite.name().endsWith("_SHA")) || hasOldSignaturesOnly(hello);
            case CBC -> suites(hello).noneMatch(ClientNeed::isModern);
            case TLS_1_0 -> highest(hello).equals(Optional.of(TlsVersion.TLS_1_0));
            case TLS_1_1 -> highest(hello).equals(Optional.of(TlsVersion.TLS_1_1));
        };
    }

    /** Before TLS 1.2 a handshake is signed with SHA-1, and a client of 1.2 that names no algorithm means it (RFC 5246 7.4.1.4.1). */
    private static boolean hasOldSignaturesOnly(ClientHello hello) {
        List<Integer> offered = hello.signatureAlgorithms();
        boolean isNew = hello.offers(TlsVersion.TLS_1_2) || hello.offers(TlsVersion.TLS_1_3);
        return !isNew || offered == null || OLD_SIGNATURES.containsAll(offered);
    }

    private static Stream<CipherSuite> suites(ClientHello hello) {
        return hello.cipherSuites().stream()
                .map(CipherSuite::of)
                .filter(suite -> suite.name().contains("_WITH_") || suite.isTls13());
    }

    private static boolean isModern(CipherSuite suite) {
        return suite.isTls13()
                || suite.name().contains("_GCM_")
                || suite.name().contains("_CCM")
                || suite.name().contains("_CHACHA20_");
    }

    private static Optional<TlsVersion> highest(ClientHello hello) {
        return Stream.of(TlsVersion.values()).filter(hello::offers).reduce((_, higher) -> higher);
    }
}
