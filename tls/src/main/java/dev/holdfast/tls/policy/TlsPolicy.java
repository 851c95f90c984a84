package dev.holdfast.tls.policy;

import dev.holdfast.tls.hello.CipherSuite;
import dev.holdfast.tls.hello.NamedGroup;
import dev.holdfast.tls.hello.SignatureScheme;
import dev.holdfast.tls.hello.TlsVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which TLS a name accepts. It speaks of handshakes to come; what one became is a {@link dev.holdfast.tls.peer.Handshake}. Made by
 * {@link PolicyBuilder}; those that come with the server are {@link NamedPolicies}.
 *
 * @param name for people and for settings; contains {@value #LEGACY} when the policy accepts anything that only old devices need
 * @param lowest and {@code highest}: the versions accepted, both included
 * @param suites in the order of preference
 * @param curves the one group with which a suite is used; suites that are not in it are used with any of {@code groups}
 * @param order whose preference decides between several common suites
 * @param groups for key exchange; the client's order decides between them. The curve of an ECDSA certificate has to be among them
 * @param keyTypes the server certificates that may be shown
 * @param clientSignatures how client certificates may prove themselves; empty for everything that the engine can verify
 * @param handshakeMaxTime from accept to the end of the handshake; null for what the listener says. A handshake whose hello is
 *     there within the listener's time may take up to this
 * @param retirements what is accepted until a date only
 */
public record TlsPolicy(
        String name,
        TlsVersion lowest,
        TlsVersion highest,
        List<CipherSuite> suites,
        Map<CipherSuite, NamedGroup> curves,
        SuiteOrder order,
        List<NamedGroup> groups,
        Set<ServerKeyType> keyTypes,
        List<SignatureScheme> clientSignatures,
        @Nullable Duration handshakeMaxTime,
        List<Retirement> retirements) {
    /** In the name of every policy that accepts TLS 1.0 or 1.1, 3DES or RSA key exchange: nobody gets those unawares. */
    public static final String LEGACY = "legacy";

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?");
    private static final Duration LONGEST_HANDSHAKE = Duration.ofMinutes(2);

    /** Whose preference decides between several common suites. */
    public enum SuiteOrder {
        SERVER,
        CLIENT
    }

    /** @throws IllegalArgumentException with a sentence for people, when the parts do not make a policy */
    public TlsPolicy {
        suites = List.copyOf(suites);
        curves = Map.copyOf(curves);
        groups = List.copyOf(groups);
        keyTypes = Set.copyOf(keyTypes);
        clientSignatures = List.copyOf(clientSignatures);
        retirements = List.copyOf(retirements);
        require(
                NAME.matcher(name).matches(),
                "a policy's name has 1 to 64 small letters, digits and hyphens, no hyphen at either end");
        require(lowest.compareTo(highest) <= 0, "the lowest version is above the highest: " + lowest + ", " + highest);
        require(
                !suites.isEmpty() && !groups.isEmpty() && !keyTypes.isEmpty(),
                "a policy has at least one suite, one group and one key type");
        groups.forEach(group -> require(group.isInEngine(), "this server can't do the group " + group));
        suites.forEach(suite -> require(suite.isInEngine(), "this server can't do the cipher suite " + suite));
        require(Set.copyOf(suites).size() == suites.size(), "a policy names a suite once");
        require(Set.copyOf(groups).size() == groups.size(), "a policy names a group once");
        requireCurves(suites, curves, groups);
        require(
                !keyTypes.contains(ServerKeyType.ECDSA) || groups.contains(Verdict.ECDSA_CURVE),
                "with ECDSA certificates the groups have to contain their curve, " + Verdict.ECDSA_CURVE);
        require(
                handshakeMaxTime == null
                        || (handshakeMaxTime.compareTo(Duration.ofSeconds(1)) >= 0
                                && handshakeMaxTime.compareTo(LONGEST_HANDSHAKE) <= 0),
                "a handshake may take 1 s to " + LONGEST_HANDSHAKE.toSeconds() + " s");
        requireSuitesForVersions(lowest, highest, usable(suites, groups, keyTypes), retirements);
        require(
                name.contains(LEGACY) || !isLegacy(lowest, suites),
                "a policy with TLS 1.0 or 1.1, 3DES or RSA key exchange has the word '" + LEGACY + "' in its name");
    }

    private static void requireCurves(
            List<CipherSuite> suites, Map<CipherSuite, NamedGroup> curves, List<NamedGroup> groups) {
        curves.forEach((suite, curve) -> {
            require(
                    suites.contains(suite) && suite.isEcdhe(),
                    "a curve belongs to an ECDHE suite of the policy: " + suite);
            require(groups.contains(curve), "the groups have to contain the curve of " + suite + ", " + curve);
            require(!NamedGroup.isFiniteField(curve.code()), "the group of " + suite + " is no curve: " + curve);
        });
    }

    /** The suites for which there is a certificate and, where they need one, a curve. */
    private static List<CipherSuite> usable(
            List<CipherSuite> suites, List<NamedGroup> groups, Set<ServerKeyType> keyTypes) {
        boolean hasCurve = groups.stream().anyMatch(group -> !NamedGroup.isFiniteField(group.code()));
        return suites.stream()
                .filter(suite -> hasCurve || !suite.isEcdhe())
                .filter(suite -> keyTypes.stream().anyMatch(keyType -> keyType.fits(suite)))
                .toList();
    }

    /**
     * Whatever retires, each version that is left has a suite.
     *
     * @param suites those that can be used
     */
    private static void requireSuitesForVersions(
            TlsVersion lowest, TlsVersion highest, List<CipherSuite> suites, List<Retirement> retirements) {
        Instant after = Instant.MIN;
        for (TlsVersion version : EnumSet.range(lowest, highest)) {
            Instant end = Retirement.endOf(version, retirements);
            require(!end.isBefore(after), "a version retires before an older one: " + version);
            require(
                    suites.stream()
                            .anyMatch(suite -> suite.worksWith(version)
                                    && !Retirement.endOf(suite, retirements).isBefore(end)),
                    "no suite of the policy works with " + version + ", its groups and its certificates");
            after = end;
        }
        require(
                Retirement.endOf(highest, retirements).equals(Instant.MAX),
                "the highest version can't retire: nothing would be left");
    }

    private static boolean isLegacy(TlsVersion lowest, List<CipherSuite> suites) {
        return lowest.compareTo(TlsVersion.TLS_1_2) < 0 || suites.stream().anyMatch(CipherSuite::isLegacy);
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /** This policy as it is at a moment: without what has retired by then. The same object when nothing has. */
    public TlsPolicy at(Instant now) {
        if (retirements.stream().noneMatch(retirement -> retirement.isInEffect(now))) {
            return this;
        }
        List<CipherSuite> left = suites.stream()
                .filter(suite -> Retirement.endOf(suite, retirements).isAfter(now))
                .toList();
        TlsVersion lowestLeft = EnumSet.range(lowest, highest).stream()
                .filter(version -> Retirement.endOf(version, retirements).isAfter(now))
                .findFirst()
                .orElse(highest);
        return new TlsPolicy(
                name,
                lowestLeft,
                highest,
                left,
                left.stream().filter(curves::containsKey).collect(Collectors.toMap(Function.identity(), curves::get)),
                order,
                groups,
                keyTypes,
                clientSignatures,
                handshakeMaxTime,
                retirements.stream()
                        .filter(retirement -> !retirement.isInEffect(now))
                        .toList());
    }

    /** Whether a handshake that took place under any policy would be accepted by this one: its version and its suite are. */
    public boolean admits(TlsVersion version, CipherSuite suite, Instant now) {
        return version.compareTo(lowest) >= 0
                && version.compareTo(highest) <= 0
                && suites.contains(suite)
                && retired(version, suite, now).isEmpty();
    }

    /** The retirement that is in effect for a suite used with a version, if there is one. */
    Optional<Retirement> retired(TlsVersion version, CipherSuite suite, Instant now) {
        return retirements.stream()
                .filter(retirement -> retirement.isInEffect(now))
                .filter(retirement -> retirement.covers(version) || retirement.covers(suite))
                .findFirst();
    }

    /** Highest first. */
    public List<TlsVersion> versions() {
        return Stream.of(TlsVersion.values())
                .filter(version -> version.compareTo(lowest) >= 0 && version.compareTo(highest) <= 0)
                .sorted(Comparator.reverseOrder())
                .toList();
    }
}
