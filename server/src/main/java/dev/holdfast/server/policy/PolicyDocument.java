package dev.holdfast.server.policy;

import dev.holdfast.tls.hello.CipherSuite;
import dev.holdfast.tls.hello.NamedGroup;
import dev.holdfast.tls.hello.SignatureScheme;
import dev.holdfast.tls.hello.TlsVersion;
import dev.holdfast.tls.policy.PolicyBuilder;
import dev.holdfast.tls.policy.Retirement;
import dev.holdfast.tls.policy.ServerKeyType;
import dev.holdfast.tls.policy.TlsPolicy;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A TLS policy in JSON, as it is shown, given and stored. What is left out when one is given is as {@link PolicyBuilder} has it.
 *
 * @param lowestVersion and {@code highestVersion}: {@code 1.0} to {@code 1.3}
 * @param suites of IANA, in the order of preference; with {@code @} and a group behind those that go with one curve only
 * @param order {@code client} or {@code server}: whose preference decides
 * @param certificates {@code rsa}, {@code ecdsa} or both
 * @param clientSignatures empty for everything that the engine can verify
 * @param handshakeSeconds null for what the listener says
 * @param retirements a version or suite, and the moment from which on it is refused
 */
record PolicyDocument(
        @Nullable String name,
        @Nullable String lowestVersion,
        @Nullable String highestVersion,
        @Nullable List<String> suites,
        @Nullable String order,
        @Nullable List<String> groups,
        @Nullable List<String> certificates,
        @Nullable List<String> clientSignatures,
        @Nullable Integer handshakeSeconds,
        @Nullable Map<String, String> retirements) {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .build();
    private static final int NAMES_MAX = 200;

    static PolicyDocument of(TlsPolicy policy) {
        Duration handshake = policy.handshakeMaxTime();
        Map<String, String> retirements = new LinkedHashMap<>();
        policy.retirements()
                .forEach(retirement ->
                        retirements.put(nameOf(retirement), retirement.at().toString()));
        return new PolicyDocument(
                policy.name(),
                policy.lowest().number(),
                policy.highest().number(),
                policy.suites().stream().map(suite -> nameOf(suite, policy)).toList(),
                word(policy.order()),
                policy.groups().stream().map(NamedGroup::toString).toList(),
                policy.keyTypes().stream().sorted().map(PolicyDocument::word).toList(),
                policy.clientSignatures().stream()
                        .map(SignatureScheme::toString)
                        .toList(),
                handshake == null ? null : (int) handshake.toSeconds(),
                retirements);
    }

    private static String nameOf(CipherSuite suite, TlsPolicy policy) {
        NamedGroup curve = policy.curves().get(suite);
        return curve == null ? suite.name() : suite.name() + PolicyBuilder.CURVE_MARK + curve;
    }

    private static String nameOf(Retirement retirement) {
        return switch (retirement) {
            case Retirement.OfVersion(var version, var _) -> version.number();
            case Retirement.OfSuite(var suite, var _) -> suite.name();
        };
    }

    /** @throws IllegalArgumentException with a sentence for people, when this is no JSON of this kind */
    static PolicyDocument read(byte[] json) {
        try {
            PolicyDocument document = JSON.readValue(json, PolicyDocument.class);
            if (document == null) {
                throw new IllegalArgumentException("A policy is a JSON object.");
            }
            return document;
        } catch (JacksonException e) {
            String where =
                    e.getLocation() == null ? "" : " in line " + e.getLocation().getLineNr();
            throw new IllegalArgumentException(
                    "The policy can't be read: something is wrong" + where + ". Its members are name, lowestVersion,"
                            + " highestVersion, suites, order, groups, certificates, clientSignatures, handshakeSeconds and"
                            + " retirements; 'holdfast policy show hub-2025 --json' shows one.",
                    e);
        }
    }

    byte[] write() {
        return JSON.writeValueAsBytes(this);
    }

    ObjectNode tree() {
        return JSON.valueToTree(this);
    }

    /** @throws IllegalArgumentException with a sentence for people, when the parts do not make a policy */
    TlsPolicy policy() {
        if (name == null) {
            throw new IllegalArgumentException("A policy needs a name.");
        }
        if (suites == null) {
            throw new IllegalArgumentException("A policy needs suites.");
        }
        PolicyBuilder builder = new PolicyBuilder(name)
                .versions(version(lowestVersion, TlsVersion.TLS_1_2), version(highestVersion, TlsVersion.TLS_1_3))
                .suites(bounded(suites).toArray(String[]::new));
        if (order != null) {
            builder.order(one(order, TlsPolicy.SuiteOrder.values(), "order"));
        }
        if (groups != null) {
            builder.groups(bounded(groups).stream().map(PolicyDocument::group).toList());
        }
        if (certificates != null) {
            List<ServerKeyType> types = new ArrayList<>();
            bounded(certificates).forEach(type -> types.add(one(type, ServerKeyType.values(), "certificates")));
            builder.keyTypes(Set.copyOf(types));
        }
        if (clientSignatures != null) {
            builder.clientSignatures(bounded(clientSignatures).stream()
                    .map(PolicyDocument::signature)
                    .toList());
        }
        if (handshakeSeconds != null) {
            builder.handshakeMaxTime(Duration.ofSeconds(handshakeSeconds));
        }
        if (retirements != null) {
            bounded(List.copyOf(retirements.keySet())).forEach(what -> retire(builder, what, retirements.get(what)));
        }
        return builder.build();
    }

    private static void retire(PolicyBuilder builder, String what, @Nullable String at) {
        Instant moment;
        try {
            moment = Instant.parse(String.valueOf(at));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "A moment of retirement looks like 2027-01-31T00:00:00Z, unlike '" + at + "'.", e);
        }
        TlsVersion.ofNumber(what)
                .ifPresentOrElse(version -> builder.retire(version, moment), () -> builder.retire(what, moment));
    }

    private static TlsVersion version(@Nullable String number, TlsVersion otherwise) {
        return number == null
                ? otherwise
                : TlsVersion.ofNumber(number)
                        .orElseThrow(() -> new IllegalArgumentException(
                                "A TLS version is 1.0, 1.1, 1.2 or 1.3, unlike '" + number + "'."));
    }

    private static NamedGroup group(String name) {
        return NamedGroup.named(name)
                .orElseThrow(() -> new IllegalArgumentException("No group is called '" + name + "'."));
    }

    private static SignatureScheme signature(String name) {
        return SignatureScheme.named(name)
                .orElseThrow(() -> new IllegalArgumentException("No signature scheme is called '" + name + "'."));
    }

    private static <E extends Enum<E>> E one(String text, E[] of, String member) {
        return Arrays.stream(of)
                .filter(each -> each.name().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + member + "' takes "
                        + Arrays.stream(of).map(PolicyDocument::word).toList() + ", unlike '" + text + "'."));
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static List<String> bounded(List<String> names) {
        if (names.size() > NAMES_MAX || names.stream().anyMatch(Objects::isNull)) {
            throw new IllegalArgumentException("A list in a policy has at most " + NAMES_MAX + " names.");
        }
        return names;
    }
}
