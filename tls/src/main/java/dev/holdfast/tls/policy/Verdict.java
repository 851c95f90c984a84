package dev.holdfast.tls.policy;

import dev.holdfast.tls.hello.CipherSuite;
import dev.holdfast.tls.hello.ClientHello;
import dev.holdfast.tls.hello.NamedGroup;
import dev.holdfast.tls.hello.SignatureScheme;
import dev.holdfast.tls.hello.TlsVersion;
import dev.holdfast.tls.report.VerdictRefusal;
import dev.holdfast.tls.report.VerdictRefusal.CertificateCurveNotOffered;
import dev.holdfast.tls.report.VerdictRefusal.FallbackNotNeeded;
import dev.holdfast.tls.report.VerdictRefusal.NoCommonGroup;
import dev.holdfast.tls.report.VerdictRefusal.NoCommonSignature;
import dev.holdfast.tls.report.VerdictRefusal.NoCommonSuite;
import dev.holdfast.tls.report.VerdictRefusal.NoCommonVersion;
import dev.holdfast.tls.report.VerdictRefusal.Retired;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a policy says to a ClientHello. The engine is then told exactly this, so that nothing it would choose by itself, and no
 * setting of the Java runtime, can widen it.
 *
 * <p>A client that can verify RSA gets the RSA chain, also when it could do ECDSA as well; the ECC chain is for those that can't do
 * RSA. That is how Azure IoT Hub chooses, and devices with only the RSA root installed depend on it.
 */
public sealed interface Verdict {
    /** The curve of the ECC server certificate. */
    NamedGroup ECDSA_CURVE = NamedGroup.SECP256R1;

    /**
     * @param policy as it is now, without what has retired
     * @param version what will be negotiated
     * @param protocols the versions the engine is to have on, highest first; more than {@code version}, because an engine that
     *     knows of a higher one marks the answer to a client that didn't offer it (RFC 8446 4.1.3, against downgrade attacks)
     * @param suites what the engine may choose from, in the order of preference: those for {@code version} are offered by the
     *     client and fit {@code keyType}; any others are of versions that it didn't offer
     * @param groups what the engine may exchange keys with; which one of several, the client's order decides
     * @param keyType the certificate to show
     */
    record Accept(
            TlsPolicy policy,
            TlsVersion version,
            List<TlsVersion> protocols,
            List<CipherSuite> suites,
            List<NamedGroup> groups,
            ServerKeyType keyType)
            implements Verdict {
        public Accept {
            protocols = List.copyOf(protocols);
            suites = List.copyOf(suites);
            groups = List.copyOf(groups);
        }

        /**
         * With what the engine is told to sign and to let clients sign: one list rules both. Empty for everything that it can do.
         */
        public List<SignatureScheme> signatures() {
            return policy.clientSignatures().isEmpty()
                    ? List.of()
                    : Stream.concat(keyType.signatures(version).stream(), policy.clientSignatures().stream())
                            .distinct()
                            .toList();
        }
    }

    record Refuse(VerdictRefusal why) implements Verdict {}

    /** @param now decides what of the policy has retired */
    static Verdict judge(ClientHello hello, TlsPolicy policy, Instant now) {
        TlsPolicy effective = policy.at(now);
        Verdict verdict = judge(hello, effective);
        if (verdict instanceof Refuse && !effective.equals(policy) && judge(hello, policy) instanceof Accept before) {
            Optional<Retirement> why = before.suites().stream()
                    .filter(suite -> suite.worksWith(before.version()))
                    .flatMap(suite -> policy.retired(before.version(), suite, now).stream())
                    .findFirst();
            if (why.isPresent()) {
                return new Refuse(new Retired(
                        policy.name(),
                        why.get().what(),
                        why.get() instanceof Retirement.OfVersion,
                        why.get().at()));
            }
        }
        return verdict;
    }

    private static Verdict judge(ClientHello hello, TlsPolicy policy) {
        List<TlsVersion> common =
                policy.versions().stream().filter(hello::offers).toList();
        if (common.isEmpty()) {
            return new Refuse(new NoCommonVersion(
                    policy.name(),
                    hello.offeredVersions(),
                    policy.versions().stream().map(TlsVersion::toString).toList()));
        }
        if (common.getFirst() != policy.highest() && hello.cipherSuites().contains(CipherSuite.FALLBACK_SCSV)) {
            return new Refuse(new FallbackNotNeeded(
                    common.getFirst().toString(), policy.highest().toString()));
        }
        // The next version only when the higher one can't work: its suites, groups and signatures are looked at as a
        // whole.
        Verdict first = judge(hello, policy, common.getFirst());
        for (TlsVersion lower : common.subList(1, common.size())) {
            if (first instanceof Refuse && judge(hello, policy, lower) instanceof Accept accept) {
                return accept;
            }
        }
        return first;
    }

    private static Verdict judge(ClientHello hello, TlsPolicy policy, TlsVersion version) {
        List<CipherSuite> suites = commonSuites(hello, policy).stream()
                .filter(suite -> suite.worksWith(version))
                .toList();
        for (ServerKeyType keyType : ServerKeyType.values()) {
            if (!policy.keyTypes().contains(keyType)) {
                continue;
            }
            List<CipherSuite> usable = suites.stream()
                    .filter(suite -> keyType.fits(suite))
                    .filter(suite -> hasGroupFor(suite, hello, policy))
                    .filter(suite -> !suite.isSigned() || canVerify(hello, version, keyType))
                    .toList();
            if (!usable.isEmpty() && curveIsOffered(hello, version, keyType)) {
                return accept(hello, policy, version, usable, keyType);
            }
        }
        return new Refuse(whyNot(hello, policy, version, suites));
    }

    private static Accept accept(
            ClientHello hello, TlsPolicy policy, TlsVersion version, List<CipherSuite> usable, ServerKeyType keyType) {
        boolean skipsHigher = Stream.of(TlsVersion.values())
                .anyMatch(higher -> higher.compareTo(version) > 0
                        && higher.compareTo(policy.highest()) <= 0
                        && hello.offers(higher));
        List<TlsVersion> protocols = policy.versions().stream()
                .filter(protocol -> !skipsHigher || protocol.compareTo(version) <= 0)
                .toList();
        NamedGroup curve = policy.curves().get(usable.getFirst());
        // The engine takes groups for a handshake, not for a suite: one with a curve of its own goes alone, or not at
        // all.
        List<CipherSuite> suites = new ArrayList<>(
                curve != null
                        ? usable.subList(0, 1)
                        : usable.stream()
                                .filter(suite -> !policy.curves().containsKey(suite))
                                .toList());
        if (!skipsHigher && version != TlsVersion.TLS_1_3) {
            policy.suites().stream().filter(CipherSuite::isTls13).forEach(suites::add);
        }
        return new Accept(
                policy, version, protocols, suites, curve != null ? List.of(curve) : policy.groups(), keyType);
    }

    private static List<CipherSuite> commonSuites(ClientHello hello, TlsPolicy policy) {
        return switch (policy.order()) {
            case SERVER ->
                policy.suites().stream()
                        .filter(suite -> hello.cipherSuites().contains(suite.code()))
                        .toList();
            case CLIENT ->
                hello.cipherSuites().stream()
                        .distinct()
                        .map(CipherSuite::of)
                        .filter(policy.suites()::contains)
                        .toList();
        };
    }

    private static boolean needsGroup(CipherSuite suite) {
        return suite.isTls13() || suite.isEcdhe() || suite.isDhe();
    }

    /**
     * Each kind of exchange has groups of its kind. Without the extension a client of TLS 1.2 leaves the choice to the server (RFC
     * 8422 4); a finite-field exchange takes whatever the server sends, unless the client names such groups and none is common
     * (RFC 7919 4).
     */
    private static boolean hasGroupFor(CipherSuite suite, ClientHello hello, TlsPolicy policy) {
        List<Integer> offered = hello.groups();
        if (offered == null) {
            return true;
        }
        return !needsGroup(suite)
                || (suite.isDhe() && offered.stream().noneMatch(NamedGroup::isFiniteField))
                || groupsOf(suite, policy).stream().anyMatch(group -> offered.contains(group.code()));
    }

    private static boolean canVerify(ClientHello hello, TlsVersion version, ServerKeyType keyType) {
        // Before 1.2 nothing is offered: the algorithm is fixed. In 1.2 nothing offered means SHA-1, which nobody signs
        // with now.
        List<Integer> offered = hello.signatureAlgorithms();
        return version.compareTo(TlsVersion.TLS_1_2) < 0
                || (offered != null
                        && keyType.signatures(version).stream().anyMatch(scheme -> offered.contains(scheme.code())));
    }

    private static boolean curveIsOffered(ClientHello hello, TlsVersion version, ServerKeyType keyType) {
        List<Integer> offered = hello.groups();
        return keyType != ServerKeyType.ECDSA
                || version == TlsVersion.TLS_1_3
                || offered == null
                || offered.contains(ECDSA_CURVE.code());
    }

    private static List<NamedGroup> groupsOf(CipherSuite suite, TlsPolicy policy) {
        NamedGroup curve = policy.curves().get(suite);
        return curve != null
                ? List.of(curve)
                : policy.groups().stream()
                        .filter(group -> suite.isTls13() || NamedGroup.isFiniteField(group.code()) == suite.isDhe())
                        .toList();
    }

    private static VerdictRefusal whyNot(
            ClientHello hello, TlsPolicy policy, TlsVersion version, List<CipherSuite> suites) {
        List<CipherSuite> fitting = suites.stream()
                .filter(suite -> policy.keyTypes().stream().anyMatch(keyType -> keyType.fits(suite)))
                .toList();
        if (fitting.isEmpty()) {
            return new NoCommonSuite(
                    policy.name(),
                    suites(hello),
                    policy.suites().stream().map(CipherSuite::name).toList());
        }
        if (fitting.stream().noneMatch(suite -> hasGroupFor(suite, hello, policy))) {
            return new NoCommonGroup(
                    policy.name(),
                    hello.offeredGroups(),
                    fitting.stream()
                            .flatMap(suite -> groupsOf(suite, policy).stream())
                            .distinct()
                            .map(NamedGroup::toString)
                            .toList());
        }
        if (policy.keyTypes().stream().anyMatch(keyType -> canVerify(hello, version, keyType))
                && !curveIsOffered(hello, version, ServerKeyType.ECDSA)
                && fitting.stream().noneMatch(CipherSuite::needsRsa)) {
            return new CertificateCurveNotOffered(hello.offeredGroups(), ECDSA_CURVE.toString());
        }
        return new NoCommonSignature(
                policy.name(),
                hello.offeredSignatures(),
                policy.keyTypes().stream()
                        .sorted()
                        .flatMap(keyType -> keyType.signatures(version).stream())
                        .map(SignatureScheme::toString)
                        .toList());
    }

    /** Without the signals that stand among them and are none (RFC 5746, RFC 7507). */
    private static List<String> suites(ClientHello hello) {
        return hello.offeredSuites().stream()
                .filter(name -> !name.endsWith("_SCSV"))
                .toList();
    }
}
