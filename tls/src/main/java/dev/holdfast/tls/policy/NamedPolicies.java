package dev.holdfast.tls.policy;

import static dev.holdfast.tls.hello.NamedGroup.SECP256R1;
import static dev.holdfast.tls.hello.NamedGroup.SECP384R1;
import static dev.holdfast.tls.hello.NamedGroup.SECP521R1;
import static dev.holdfast.tls.hello.NamedGroup.X25519;

import dev.holdfast.tls.hello.NamedGroup;
import dev.holdfast.tls.hello.SignatureScheme;
import dev.holdfast.tls.hello.TlsVersion;
import dev.holdfast.tls.policy.TlsPolicy.SuiteOrder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The policies that come with the server, each as it was accepted at its time. Where the source speaks of versions and suites only,
 * the groups are those that servers of its time had.
 */
public final class NamedPolicies {
    /** @param source what it stands for and where that is documented, for people */
    public record Named(TlsPolicy policy, String source) {}

    private static final String[] HUB_RSA = {
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"
    };
    private static final String[] HUB_ECDSA = {
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"
    };
    private static final String[] DPS_RECOMMENDED = {
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"
    };
    private static final String TRIPLE_DES = "TLS_RSA_WITH_3DES_EDE_CBC_SHA";
    private static final NamedGroup[] NIST = {SECP256R1, SECP384R1, SECP521R1};
    private static final NamedGroup[] TODAY = {X25519, SECP256R1, SECP384R1};

    private static final List<Named> ALL = List.of(
            new Named(
                    new PolicyBuilder("hub-2025")
                            .suites("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256")
                            .suites(HUB_RSA)
                            .suites(HUB_ECDSA)
                            .groups(TODAY)
                            .build(),
                    "IoT Hub since 31 August 2025: TLS 1.2 with eight ECDHE suites, and TLS 1.3 as on the newer host names."),
            new Named(
                    new PolicyBuilder("modern")
                            .suites("TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256")
                            .suites(
                                    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                                    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                                    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                                    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
                                    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                                    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
                            .order(SuiteOrder.SERVER)
                            .groups(TODAY)
                            .clientSignatures(List.of(
                                    SignatureScheme.ECDSA_SECP256R1_SHA256,
                                    SignatureScheme.ECDSA_SECP384R1_SHA384,
                                    SignatureScheme.ECDSA_SECP521R1_SHA512,
                                    SignatureScheme.ED25519,
                                    SignatureScheme.RSA_PSS_RSAE_SHA256,
                                    SignatureScheme.RSA_PSS_RSAE_SHA384,
                                    SignatureScheme.RSA_PSS_RSAE_SHA512,
                                    SignatureScheme.RSA_PKCS1_SHA256,
                                    SignatureScheme.RSA_PKCS1_SHA384,
                                    SignatureScheme.RSA_PKCS1_SHA512))
                            .build(),
                    "TLS 1.2 and 1.3 with authenticated ciphers and forward secrecy only, for fleets without old devices."),
            new Named(
                    new PolicyBuilder("hub-2021-strict")
                            .versions(TlsVersion.TLS_1_2, TlsVersion.TLS_1_2)
                            .suites(HUB_RSA)
                            .groups(NIST)
                            .keyTypes(ServerKeyType.RSA)
                            .build(),
                    "IoT Hub 2021 with minTlsVersion 1.2: the four recommended suites (Transport Layer Security support in IoT Hub,"
                            + " section Cipher suites)."),
            new Named(
                    new PolicyBuilder("hub-2021-strict-ecc")
                            .versions(TlsVersion.TLS_1_2, TlsVersion.TLS_1_2)
                            .suites(HUB_RSA)
                            .suites(HUB_ECDSA)
                            .groups(NIST)
                            .build(),
                    "hub-2021-strict on a hub with ECC certificates: the four ECDSA suites beside the four RSA ones."),
            new Named(
                    new PolicyBuilder("hub-2021-ecc-preview")
                            .versions(TlsVersion.TLS_1_2, TlsVersion.TLS_1_2)
                            .suites(HUB_ECDSA)
                            .groups(NIST)
                            .keyTypes(ServerKeyType.ECDSA)
                            .build(),
                    "The four suites of the ECC certificate preview of 2021, and no RSA (Transport Layer Security support in IoT"
                            + " Hub, section Elliptic Curve Cryptography)."),
            new Named(
                    new PolicyBuilder("hub-2021-legacy")
                            .versions(TlsVersion.TLS_1_0, TlsVersion.TLS_1_2)
                            .suites(
                                    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
                                    "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
                                    "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
                                    "TLS_RSA_WITH_AES_256_GCM_SHA384",
                                    "TLS_RSA_WITH_AES_128_GCM_SHA256",
                                    "TLS_RSA_WITH_AES_256_CBC_SHA256",
                                    "TLS_RSA_WITH_AES_128_CBC_SHA256",
                                    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
                                    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
                                    "TLS_RSA_WITH_AES_256_CBC_SHA",
                                    "TLS_RSA_WITH_AES_128_CBC_SHA",
                                    TRIPLE_DES)
                            .groups(SECP256R1, SECP384R1, SECP521R1, NamedGroup.FFDHE2048, NamedGroup.FFDHE3072)
                            .keyTypes(ServerKeyType.RSA)
                            .retire(TRIPLE_DES, Instant.parse("2022-10-01T00:00:00Z"))
                            .build(),
                    "IoT Hub 2021 without minTlsVersion: TLS 1.0 to 1.2 with twelve suites, 3DES until 1 October 2022 (Transport"
                            + " Layer Security support in IoT Hub, section Cipher suites)."),
            new Named(
                    dps("dps-2024-recommended").build(),
                    "Device Provisioning Service 2024, recommended suites (TLS support in Azure IoT Hub Device Provisioning"
                            + " Service)."),
            new Named(
                    dps("dps-2024-legacy-security")
                            .suites(
                                    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA@secp384r1",
                                    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA@secp256r1",
                                    "TLS_RSA_WITH_AES_256_GCM_SHA384",
                                    "TLS_RSA_WITH_AES_128_GCM_SHA256",
                                    "TLS_RSA_WITH_AES_256_CBC_SHA256",
                                    "TLS_RSA_WITH_AES_128_CBC_SHA256",
                                    "TLS_RSA_WITH_AES_256_CBC_SHA",
                                    "TLS_RSA_WITH_AES_128_CBC_SHA")
                            .build(),
                    "Device Provisioning Service 2024: the recommended suites, then those of legacy option 1, better security."),
            new Named(
                    dps("dps-2024-legacy-performance")
                            .suites(
                                    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA@secp256r1",
                                    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA@secp384r1",
                                    "TLS_RSA_WITH_AES_128_GCM_SHA256",
                                    "TLS_RSA_WITH_AES_256_GCM_SHA384",
                                    "TLS_RSA_WITH_AES_128_CBC_SHA256",
                                    "TLS_RSA_WITH_AES_256_CBC_SHA256",
                                    "TLS_RSA_WITH_AES_128_CBC_SHA",
                                    "TLS_RSA_WITH_AES_256_CBC_SHA")
                            .build(),
                    "Device Provisioning Service 2024: the recommended suites, then those of legacy option 2, better"
                            + " performance."));

    private static final Map<String, Named> BY_NAME = ALL.stream()
            .collect(Collectors.toUnmodifiableMap(named -> named.policy().name(), Function.identity()));

    /** What a name gets for which nothing else was said: today's IoT Hub. */
    public static final String DEFAULT = "hub-2025";

    private NamedPolicies() {}

    private static PolicyBuilder dps(String name) {
        return new PolicyBuilder(name)
                .versions(TlsVersion.TLS_1_2, TlsVersion.TLS_1_2)
                .suites(DPS_RECOMMENDED)
                .order(SuiteOrder.SERVER)
                .groups(NIST)
                .keyTypes(ServerKeyType.RSA);
    }

    public static TlsPolicy standard() {
        return get(DEFAULT);
    }

    /** @throws IllegalArgumentException when none of those that come with the server is called so */
    public static TlsPolicy get(String name) {
        return find(name)
                .map(Named::policy)
                .orElseThrow(() -> new IllegalArgumentException("no policy is called '" + name + "'"));
    }

    public static Optional<Named> find(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** In the order in which a person should read them. */
    public static List<Named> all() {
        return ALL;
    }
}
