package dev.holdfast.tls.policy;

import dev.holdfast.tls.hello.ClientHello;
import dev.holdfast.tls.hello.NamedGroup;
import dev.holdfast.tls.hello.TlsVersion;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Which of two groups of the same strength this server takes where a client likes either: the one that costs it less. Nothing else
 * of the client's order is touched, and nobody gets a group that he or the policy does not have.
 */
public enum GroupPreference {
    /** With an accelerated P-256. */
    SECP256R1(NamedGroup.SECP256R1, NamedGroup.X25519),
    /** With the Java runtime's own arithmetic. */
    X25519(NamedGroup.X25519, NamedGroup.SECP256R1);

    private final NamedGroup preferred;
    private final NamedGroup other;

    GroupPreference(NamedGroup preferred, NamedGroup other) {
        this.preferred = preferred;
        this.other = other;
    }

    /**
     * The engine walks the client's order, so the choice is made by leaving the others out. In TLS 1.3 only among groups that the
     * client sent a key for: another round trip costs a device more than either group costs the server.
     *
     * @return the same verdict with fewer groups, or as it is
     */
    public Verdict.Accept narrow(Verdict.Accept accept, ClientHello hello) {
        List<Integer> offered = accept.version() == TlsVersion.TLS_1_3 ? hello.keyShareGroups() : hello.groups();
        if (offered == null || !accept.groups().contains(preferred) || !offered.contains(preferred.code())) {
            return accept;
        }
        if (firstCommon(accept, offered).orElseThrow() != other.code() || needsOther(accept)) {
            return accept;
        }
        List<NamedGroup> left = accept.groups().stream()
                .filter(group -> group == preferred || NamedGroup.isFiniteField(group.code()))
                .toList();
        return new Verdict.Accept(
                accept.policy(), accept.version(), accept.protocols(), accept.suites(), left, accept.keyType());
    }

    /**
     * The group that the engine will use, as far as the hello decides it: in TLS 1.3 the first that came with a key, else the
     * first offered.
     */
    public static Optional<NamedGroup> expected(Verdict.Accept accept, ClientHello hello) {
        List<Integer> offered = Objects.requireNonNullElse(hello.groups(), List.of());
        return (accept.version() == TlsVersion.TLS_1_3
                        ? firstCommon(accept, hello.keyShareGroups()).or(() -> firstCommon(accept, offered))
                        : firstCommon(accept, offered))
                .flatMap(NamedGroup::of);
    }

    private static Optional<Integer> firstCommon(Verdict.Accept accept, List<Integer> offered) {
        return offered.stream()
                .filter(code -> !NamedGroup.isFiniteField(code)
                        && accept.groups().stream().anyMatch(group -> group.code() == code))
                .findFirst();
    }

    /** Before TLS 1.3 the engine shows a certificate only on a curve that is among its groups (RFC 8422 5.1). */
    private boolean needsOther(Verdict.Accept accept) {
        return other == Verdict.ECDSA_CURVE
                && accept.keyType() == ServerKeyType.ECDSA
                && accept.version() != TlsVersion.TLS_1_3;
    }
}
