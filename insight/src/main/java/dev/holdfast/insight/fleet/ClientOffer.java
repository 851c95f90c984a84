package dev.holdfast.insight.fleet;

import dev.holdfast.tls.hello.CipherSuite;
import dev.holdfast.tls.hello.ClientHello;
import dev.holdfast.tls.hello.NamedGroup;
import dev.holdfast.tls.hello.SignatureScheme;
import dev.holdfast.tls.hello.TlsVersion;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** What of the newer TLS a client offers already. */
public enum ClientOffer {
    TLS_1_3("tls1.3"),
    /** It can verify an ECDSA certificate on P-256, and has a suite and a group to use it with. */
    ECDSA("ecdsa"),
    X25519_MLKEM768("x25519mlkem768");

    private final String word;

    ClientOffer(String word) {
        this.word = word;
    }

    /** As commands and the operator API spell it. */
    public String word() {
        return word;
    }

    public static Optional<ClientOffer> of(String word) {
        return Arrays.stream(values())
                .filter(offer -> offer.word.equalsIgnoreCase(word))
                .findFirst();
    }

    boolean isIn(ClientHello hello) {
        return switch (this) {
            case TLS_1_3 -> hello.offers(TlsVersion.TLS_1_3);
            case ECDSA -> offersEcdsa(hello);
            case X25519_MLKEM768 -> groups(hello).contains(NamedGroup.X25519_MLKEM768.code());
        };
    }

    private static boolean offersEcdsa(ClientHello hello) {
        boolean verifies = hello.signatureAlgorithms() == null
                ? !hello.offers(TlsVersion.TLS_1_2)
                : hello.signatureAlgorithms().contains(SignatureScheme.ECDSA_SECP256R1_SHA256.code());
        Stream<CipherSuite> suites = hello.cipherSuites().stream().map(CipherSuite::of);
        boolean suite = suites.anyMatch(each -> each.needsEcdsa() || each.isTls13());
        return verifies && suite && (hello.groups() == null || groups(hello).contains(NamedGroup.SECP256R1.code()));
    }

    private static List<Integer> groups(ClientHello hello) {
        return Objects.requireNonNullElse(hello.groups(), List.of());
    }
}
