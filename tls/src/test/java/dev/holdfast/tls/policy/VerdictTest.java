package dev.holdfast.tls.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Commands;
import dev.holdfast.testkit.RawHello;
import dev.holdfast.tls.hello.CipherSuite;
import dev.holdfast.tls.hello.ClientHello;
import dev.holdfast.tls.hello.ClientHelloParser;
import dev.holdfast.tls.hello.NamedGroup;
import dev.holdfast.tls.hello.ParsedHello;
import dev.holdfast.tls.hello.TlsVersion;
import dev.holdfast.tls.policy.TlsPolicy.SuiteOrder;
import dev.holdfast.tls.policy.Verdict.Accept;
import dev.holdfast.tls.policy.Verdict.Refuse;
import dev.holdfast.tls.report.TlsExplanation;
import dev.holdfast.tls.report.VerdictRefusal;
import dev.holdfast.tls.report.VerdictRefusal.CertificateCurveNotOffered;
import dev.holdfast.tls.report.VerdictRefusal.FallbackNotNeeded;
import dev.holdfast.tls.report.VerdictRefusal.NoCommonGroup;
import dev.holdfast.tls.report.VerdictRefusal.NoCommonSignature;
import dev.holdfast.tls.report.VerdictRefusal.NoCommonSuite;
import dev.holdfast.tls.report.VerdictRefusal.NoCommonVersion;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerdictTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final TlsPolicy STANDARD = NamedPolicies.standard();
    private static final int ECDHE_ECDSA_AES128_GCM = 0xC02B;
    private static final int ECDHE_RSA_AES128_GCM = 0xC02F;
    private static final int ECDHE_RSA_AES256_GCM = 0xC030;
    private static final int ECDHE_RSA_AES128_CBC_SHA256 = 0xC027;
    private static final int RSA_AES128_CBC_SHA = 0x002F;
    private static final int X25519 = 29;
    private static final int FFDHE2048 = 256;

    private static ClientHello hello(RawHello raw) {
        return switch (ClientHelloParser.parse(raw.body())) {
            case ParsedHello.Whole(var hello) -> hello;
            case ParsedHello.Refused(var why) -> throw new AssertionError(why.toString());
        };
    }

    private static Accept accepted(RawHello raw, TlsPolicy policy) {
        return switch (Verdict.judge(hello(raw), policy, NOW)) {
            case Accept accept -> accept;
            case Refuse(var why) -> throw new AssertionError(TlsExplanation.of(why, Instant.EPOCH, Commands.OF_NO_HUB));
        };
    }

    private static VerdictRefusal refused(RawHello raw, TlsPolicy policy) {
        return switch (Verdict.judge(hello(raw), policy, NOW)) {
            case Accept accept -> throw new AssertionError(accept.toString());
            case Refuse(var why) -> why;
        };
    }

    private static TlsPolicy policy(TlsVersion lowest, TlsVersion highest, SuiteOrder order, String... suites) {
        return new PolicyBuilder("test-legacy")
                .versions(lowest, highest)
                .suites(suites)
                .order(order)
                .groups(NamedGroup.X25519, NamedGroup.SECP256R1)
                .build();
    }

    @Test
    void a_client_of_today_gets_tls_1_3_and_the_rsa_chain() {
        Accept accept = accepted(RawHello.tls13(), STANDARD);

        assertThat(accept.version()).isEqualTo(TlsVersion.TLS_1_3);
        assertThat(accept.keyType()).isEqualTo(ServerKeyType.RSA);
        assertThat(accept.suites())
                .extracting(CipherSuite::name)
                .containsExactly("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384");
    }

    @Test
    void an_older_client_gets_tls_1_2_from_an_engine_that_marks_the_downgrade() {
        Accept accept = accepted(RawHello.tls12(), STANDARD);

        assertThat(accept.version()).isEqualTo(TlsVersion.TLS_1_2);
        assertThat(accept.protocols()).containsExactly(TlsVersion.TLS_1_3, TlsVersion.TLS_1_2);
        assertThat(accept.suites())
                .extracting(CipherSuite::name)
                .startsWith("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")
                .contains("TLS_AES_256_GCM_SHA384");
    }

    @Test
    void whose_order_wins_is_the_policys_choice() {
        RawHello hello = RawHello.tls12().suites(ECDHE_RSA_AES256_GCM, ECDHE_RSA_AES128_GCM);
        String[] suites = {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"};

        assertThat(accepted(hello, policy(TlsVersion.TLS_1_2, TlsVersion.TLS_1_2, SuiteOrder.SERVER, suites))
                        .suites())
                .extracting(CipherSuite::code)
                .containsExactly(ECDHE_RSA_AES128_GCM, ECDHE_RSA_AES256_GCM);
        assertThat(accepted(hello, policy(TlsVersion.TLS_1_2, TlsVersion.TLS_1_2, SuiteOrder.CLIENT, suites))
                        .suites())
                .extracting(CipherSuite::code)
                .containsExactly(ECDHE_RSA_AES256_GCM, ECDHE_RSA_AES128_GCM);
    }

    @Test
    void a_client_that_can_do_both_gets_rsa() {
        RawHello hello = RawHello.tls12().suites(ECDHE_ECDSA_AES128_GCM, ECDHE_RSA_AES128_GCM);

        Accept accept = accepted(hello, STANDARD);

        assertThat(accept.keyType()).isEqualTo(ServerKeyType.RSA);
        assertThat(accept.suites()).extracting(CipherSuite::code).doesNotContain(ECDHE_ECDSA_AES128_GCM);
    }

    @Test
    void only_ecdsa_suites_get_the_ecc_chain_in_tls_1_2() {
        assertThat(accepted(RawHello.tls12().suites(ECDHE_ECDSA_AES128_GCM), STANDARD)
                        .keyType())
                .isEqualTo(ServerKeyType.ECDSA);
    }

    @Test
    void only_ecdsa_signatures_get_the_ecc_chain_in_either_version() {
        assertThat(accepted(RawHello.tls13().signatureAlgorithms(0x0403), STANDARD)
                        .keyType())
                .isEqualTo(ServerKeyType.ECDSA);
        assertThat(accepted(
                                RawHello.tls12()
                                        .suites(ECDHE_RSA_AES128_GCM, ECDHE_ECDSA_AES128_GCM)
                                        .signatureAlgorithms(0x0403),
                                STANDARD)
                        .keyType())
                .isEqualTo(ServerKeyType.ECDSA);
    }

    @Test
    void old_rsa_signatures_do_for_tls_1_2_and_not_for_1_3() {
        RawHello pkcs1 = RawHello.tls13().signatureAlgorithms(0x0401);

        assertThat(accepted(pkcs1, STANDARD).version()).isEqualTo(TlsVersion.TLS_1_2);
        assertThat(accepted(pkcs1, STANDARD).protocols()).containsExactly(TlsVersion.TLS_1_2);
        assertThat(refused(RawHello.tls13().versions(0x0304).signatureAlgorithms(0x0401), STANDARD))
                .isEqualTo(new NoCommonSignature(
                        "hub-2025",
                        List.of("rsa_pkcs1_sha256"),
                        List.of(
                                "rsa_pss_rsae_sha256",
                                "rsa_pss_rsae_sha384",
                                "rsa_pss_rsae_sha512",
                                "ecdsa_secp256r1_sha256")));
    }

    @Test
    void a_higher_version_without_a_common_suite_gives_way_to_a_lower_one() {
        Accept accept = accepted(RawHello.tls13().suites(0x1303, ECDHE_RSA_AES128_GCM), STANDARD);

        assertThat(accept.version()).isEqualTo(TlsVersion.TLS_1_2);
        // No mark of a downgrade: the client knows 1.3 and would stop at it.
        assertThat(accept.protocols()).containsExactly(TlsVersion.TLS_1_2);
        assertThat(accept.suites()).extracting(CipherSuite::code).containsExactly(ECDHE_RSA_AES128_GCM);
    }

    @Test
    void versions_out_of_the_policy_are_refused_naming_both_sides() {
        VerdictRefusal old = refused(RawHello.bare().legacyVersion(0x0301), STANDARD);

        assertThat(old)
                .isEqualTo(new NoCommonVersion("hub-2025", List.of("up to TLS 1.0"), List.of("TLS 1.3", "TLS 1.2")));
        assertThat(TlsExplanation.of(old, Instant.EPOCH, Commands.OF_NO_HUB))
                .contains("up to TLS 1.0")
                .contains("TLS 1.3, TLS 1.2");
        assertThat(refused(RawHello.tls13().versions(0x7F1C), STANDARD)).isInstanceOf(NoCommonVersion.class);
        assertThat(refused(
                        RawHello.tls12(),
                        policy(TlsVersion.TLS_1_3, TlsVersion.TLS_1_3, SuiteOrder.SERVER, "TLS_AES_128_GCM_SHA256")))
                .isInstanceOf(NoCommonVersion.class);
    }

    @Test
    void suites_out_of_the_policy_are_refused_naming_both_sides() {
        VerdictRefusal refusal = refused(RawHello.tls12().suites(RSA_AES128_CBC_SHA, 0x00FF), STANDARD);

        assertThat(refusal).isInstanceOf(NoCommonSuite.class);
        assertThat(TlsExplanation.of(refusal, Instant.EPOCH, Commands.OF_NO_HUB))
                .contains("TLS_RSA_WITH_AES_128_CBC_SHA")
                .contains("TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384");
    }

    @Test
    void a_policy_without_ecdsa_refuses_who_can_only_do_ecdsa() {
        TlsPolicy rsaOnly = new PolicyBuilder("rsa")
                .suites(STANDARD.suites().stream().map(CipherSuite::name).toArray(String[]::new))
                .keyTypes(ServerKeyType.RSA)
                .build();

        assertThat(refused(RawHello.tls12().suites(ECDHE_ECDSA_AES128_GCM), rsaOnly))
                .isInstanceOf(NoCommonSuite.class);
        assertThat(refused(RawHello.tls13().versions(0x0304).signatureAlgorithms(0x0403), rsaOnly))
                .isInstanceOf(NoCommonSignature.class);
    }

    @Test
    void groups_out_of_the_policy_are_refused_naming_both_sides() {
        VerdictRefusal refusal = refused(RawHello.tls12().groups(26, 0x11EC), STANDARD);

        assertThat(refusal)
                .isEqualTo(new NoCommonGroup(
                        "hub-2025",
                        List.of("brainpoolP256r1", "X25519MLKEM768"),
                        List.of("x25519", "secp256r1", "secp384r1")));
        assertThat(TlsExplanation.of(refusal, Instant.EPOCH, Commands.OF_NO_HUB))
                .contains("brainpoolP256r1")
                .contains("secp384r1");
        assertThat(refused(RawHello.tls13().groups(0x11EC), STANDARD)).isInstanceOf(NoCommonGroup.class);
    }

    @Test
    void a_finite_field_in_common_is_no_curve() {
        RawHello hello = RawHello.tls12().suites(ECDHE_RSA_AES128_CBC_SHA256).groups(X25519, FFDHE2048);

        assertThat(refused(hello, NamedPolicies.get("hub-2021-legacy")))
                .isEqualTo(new NoCommonGroup(
                        "hub-2021-legacy",
                        List.of("x25519", "ffdhe2048"),
                        List.of("secp256r1", "secp384r1", "secp521r1")));
    }

    @Test
    void an_ecdsa_client_of_tls_1_2_needs_the_certificates_curve() {
        RawHello x25519Only =
                RawHello.tls12().suites(ECDHE_ECDSA_AES128_GCM).groups(29).signatureAlgorithms(0x0403);

        VerdictRefusal refusal = refused(x25519Only, STANDARD);

        assertThat(refusal).isEqualTo(new CertificateCurveNotOffered(List.of("x25519"), "secp256r1"));
        assertThat(TlsExplanation.of(refusal, Instant.EPOCH, Commands.OF_NO_HUB))
                .contains("secp256r1")
                .contains("x25519");
        assertThat(accepted(RawHello.tls13().versions(0x0304).groups(29).signatureAlgorithms(0x0403), STANDARD)
                        .keyType())
                .isEqualTo(ServerKeyType.ECDSA);
    }

    @Test
    void without_supported_groups_the_server_chooses() {
        assertThat(accepted(RawHello.tls12().without(10), STANDARD).keyType()).isEqualTo(ServerKeyType.RSA);
    }

    @Test
    void without_signature_algorithms_tls_1_2_means_sha_1_which_is_refused() {
        assertThat(refused(RawHello.tls12().without(13), STANDARD)).isInstanceOf(NoCommonSignature.class);
    }

    @Test
    void suites_without_signature_need_no_common_signature() {
        TlsPolicy old =
                policy(TlsVersion.TLS_1_0, TlsVersion.TLS_1_2, SuiteOrder.CLIENT, "TLS_RSA_WITH_AES_128_CBC_SHA");

        assertThat(accepted(
                                RawHello.tls12()
                                        .suites(RSA_AES128_CBC_SHA)
                                        .without(13)
                                        .without(10),
                                old)
                        .suites())
                .extracting(CipherSuite::code)
                .containsExactly(RSA_AES128_CBC_SHA);
        assertThat(accepted(RawHello.bare().legacyVersion(0x0301).suites(RSA_AES128_CBC_SHA), old)
                        .version())
                .isEqualTo(TlsVersion.TLS_1_0);
    }

    @Test
    void authenticated_ciphers_are_not_for_versions_before_1_2() {
        TlsPolicy old = policy(
                TlsVersion.TLS_1_0,
                TlsVersion.TLS_1_2,
                SuiteOrder.SERVER,
                "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA");

        assertThat(accepted(RawHello.bare().legacyVersion(0x0302).suites(ECDHE_RSA_AES128_GCM, 0xC013), old)
                        .suites())
                .extracting(CipherSuite::code)
                .containsExactly(0xC013);
    }

    @Test
    void a_needless_fallback_is_refused() {
        assertThat(refused(RawHello.tls12().suites(ECDHE_RSA_AES128_GCM, CipherSuite.FALLBACK_SCSV), STANDARD))
                .isEqualTo(new FallbackNotNeeded("TLS 1.2", "TLS 1.3"));
        assertThat(accepted(RawHello.tls13().suites(0x1301, CipherSuite.FALLBACK_SCSV), STANDARD)
                        .version())
                .isEqualTo(TlsVersion.TLS_1_3);
    }
}
