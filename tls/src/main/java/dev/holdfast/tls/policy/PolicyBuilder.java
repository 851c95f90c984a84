package dev.holdfast.tls.policy;

import dev.holdfast.tls.hello.CipherSuite;
import dev.holdfast.tls.hello.NamedGroup;
import dev.holdfast.tls.hello.SignatureScheme;
import dev.holdfast.tls.hello.TlsVersion;
import dev.holdfast.tls.policy.TlsPolicy.SuiteOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts a {@link TlsPolicy} together. What is not said: the suites, which have to be, and otherwise today's usual. */
public final class PolicyBuilder {
    /** Between a suite and the one curve that it is used with, as in {@code TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA@secp384r1}. */
    public static final String CURVE_MARK = "@";

    private final String name;
    private TlsVersion lowest = TlsVersion.TLS_1_2;
    private TlsVersion highest = TlsVersion.TLS_1_3;
    private final List<CipherSuite> suites = new ArrayList<>();
    private final Map<CipherSuite, NamedGroup> curves = new HashMap<>();
    private SuiteOrder order = SuiteOrder.CLIENT;
    private List<NamedGroup> groups = List.of(NamedGroup.X25519, NamedGroup.SECP256R1, NamedGroup.SECP384R1);
    private Set<ServerKeyType> keyTypes = EnumSet.allOf(ServerKeyType.class);
    private List<SignatureScheme> clientSignatures = List.of();
    private @Nullable Duration handshakeMaxTime;
    private final List<Retirement> retirements = new ArrayList<>();

    public PolicyBuilder(String name) {
        this.name = name;
    }

    public PolicyBuilder versions(TlsVersion from, TlsVersion to) {
        lowest = from;
        highest = to;
        return this;
    }

    /**
     * Adds suites, in the order of preference.
     *
     * @param names of IANA, with {@link #CURVE_MARK} and a group behind those that go with one curve only
     * @throws IllegalArgumentException when there is no such suite or group
     */
    public PolicyBuilder suites(String... names) {
        for (String text : names) {
            String[] parts = text.split(CURVE_MARK, 2);
            CipherSuite suite = CipherSuite.named(parts[0])
                    .orElseThrow(() -> new IllegalArgumentException("no cipher suite is called '" + parts[0] + "'"));
            suites.add(suite);
            if (parts.length > 1) {
                curves.put(
                        suite,
                        NamedGroup.named(parts[1])
                                .orElseThrow(
                                        () -> new IllegalArgumentException("no group is called '" + parts[1] + "'")));
            }
        }
        return this;
    }

    public PolicyBuilder order(SuiteOrder whose) {
        order = whose;
        return this;
    }

    public PolicyBuilder groups(List<NamedGroup> accepted) {
        groups = accepted;
        return this;
    }

    public PolicyBuilder groups(NamedGroup... accepted) {
        return groups(List.of(accepted));
    }

    public PolicyBuilder keyTypes(Set<ServerKeyType> accepted) {
        keyTypes = accepted;
        return this;
    }

    public PolicyBuilder keyTypes(ServerKeyType... accepted) {
        return keyTypes(Set.of(accepted));
    }

    public PolicyBuilder clientSignatures(List<SignatureScheme> accepted) {
        clientSignatures = accepted;
        return this;
    }

    public PolicyBuilder handshakeMaxTime(@Nullable Duration max) {
        handshakeMaxTime = max;
        return this;
    }

    public PolicyBuilder retire(TlsVersion version, Instant at) {
        retirements.add(new Retirement.OfVersion(version, at));
        return this;
    }

    /** @throws IllegalArgumentException when there is no such suite */
    public PolicyBuilder retire(String suite, Instant at) {
        retirements.add(new Retirement.OfSuite(
                CipherSuite.named(suite)
                        .orElseThrow(() -> new IllegalArgumentException("no cipher suite is called '" + suite + "'")),
                at));
        return this;
    }

    /** @throws IllegalArgumentException with a sentence for people, when this makes no policy */
    public TlsPolicy build() {
        for (Retirement retirement : retirements) {
            if (retirement instanceof Retirement.OfSuite(var suite, var _) && !suites.contains(suite)) {
                throw new IllegalArgumentException("only a suite of the policy can retire: " + suite);
            }
        }
        return new TlsPolicy(
                name,
                lowest,
                highest,
                suites,
                curves,
                order,
                groups,
                keyTypes,
                clientSignatures,
                handshakeMaxTime,
                retirements);
    }
}
