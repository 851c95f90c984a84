package dev.holdfast.tls.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.holdfast.tls.hello.CipherSuite;
import dev.holdfast.tls.hello.NamedGroup;
import dev.holdfast.tls.hello.TlsVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TlsPolicyTest {
    private static final String RSA_GCM = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
    private static final String RSA_CBC = "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA";
    private static final Instant NEW_YEAR = Instant.parse("2027-01-01T00:00:00Z");

    private static PolicyBuilder tls12(String name) {
        return new PolicyBuilder(name).versions(TlsVersion.TLS_1_2, TlsVersion.TLS_1_2);
    }

    private static Arguments wrong(String because, UnaryOperator<PolicyBuilder> how) {
        return Arguments.of(because, Named.of(because, how));
    }

    private static Stream<Arguments> policiesThatCanNotBe() {
        return Stream.of(
                wrong(
                        "lowest version is above",
                        p -> p.versions(TlsVersion.TLS_1_3, TlsVersion.TLS_1_2).suites(RSA_GCM)),
                wrong(
                        "no suite of the policy works with TLS 1.3",
                        p -> p.versions(TlsVersion.TLS_1_2, TlsVersion.TLS_1_3).suites(RSA_GCM)),
                wrong(
                        "no suite of the policy works with TLS 1.1",
                        p -> p.versions(TlsVersion.TLS_1_1, TlsVersion.TLS_1_2).suites(RSA_GCM)),
                wrong("at least one suite", p -> p),
                wrong(
                        "no suite of the policy works with TLS 1.2, its groups and its certificates",
                        p -> p.suites(RSA_GCM).keyTypes(ServerKeyType.ECDSA)),
                wrong(
                        "no suite of the policy works with TLS 1.2, its groups and its certificates",
                        p -> p.suites("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256").keyTypes(ServerKeyType.RSA)),
                wrong(
                        "no suite of the policy works with TLS 1.2, its groups and its certificates",
                        p -> p.suites(RSA_GCM).keyTypes(ServerKeyType.RSA).groups(NamedGroup.FFDHE2048)),
                wrong(
                        "is no curve: ffdhe2048",
                        p -> p.suites(RSA_GCM + "@ffdhe2048").groups(NamedGroup.SECP256R1, NamedGroup.FFDHE2048)),
                wrong("their curve, secp256r1", p -> p.suites(RSA_GCM).groups(NamedGroup.X25519)),
                wrong("X25519MLKEM768", p -> p.suites(RSA_GCM).groups(NamedGroup.X25519_MLKEM768)),
                wrong("TLS_RSA_WITH_NULL_SHA", p -> p.suites("TLS_RSA_WITH_NULL_SHA")),
                wrong("names a suite once", p -> p.suites(RSA_GCM, RSA_GCM)),
                wrong("names a group once", p -> p.suites(RSA_GCM).groups(NamedGroup.SECP256R1, NamedGroup.SECP256R1)),
                wrong(
                        "belongs to an ECDHE suite",
                        p -> p.suites(RSA_GCM, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256@secp256r1")),
                wrong("contain the curve of", p -> p.suites(RSA_GCM + "@secp521r1")),
                wrong("word 'legacy'", p -> p.suites(RSA_GCM, "TLS_RSA_WITH_AES_128_CBC_SHA")),
                wrong("word 'legacy'", p -> p.suites(RSA_GCM, "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA")),
                wrong(
                        "word 'legacy'",
                        p -> p.versions(TlsVersion.TLS_1_1, TlsVersion.TLS_1_2).suites(RSA_CBC)),
                wrong("1 s to 120 s", p -> p.suites(RSA_GCM).handshakeMaxTime(Duration.ofMillis(999))),
                wrong("1 s to 120 s", p -> p.suites(RSA_GCM).handshakeMaxTime(Duration.ofSeconds(121))),
                wrong(
                        "only a suite of the policy can retire",
                        p -> p.suites(RSA_GCM).retire(RSA_CBC, NEW_YEAR)),
                wrong(
                        "no suite of the policy works with TLS 1.2",
                        p -> p.suites(RSA_GCM).retire(RSA_GCM, NEW_YEAR)),
                wrong("highest version can't retire", p -> p.suites(RSA_GCM).retire(TlsVersion.TLS_1_2, NEW_YEAR)));
    }

    @ParameterizedTest
    @MethodSource("policiesThatCanNotBe")
    void a_policy_that_could_never_work_is_refused_when_it_is_made(String because, UnaryOperator<PolicyBuilder> how) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> how.apply(tls12("p")).build())
                .withMessageContaining(because);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLS_NO_SUCH", RSA_GCM + "@no-such", RSA_GCM + "@"})
    void a_suite_or_curve_that_is_not_known_is_named(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tls12("p").suites(text))
                .withMessageMatching("no (cipher suite|group) is called '(TLS_NO_SUCH|no-such|)'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "a b", "-a", "a-", "\u00e4", "a/b", ".", "a\n"})
    void a_name_is_made_of_small_letters_digits_and_hyphens(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tls12(name).suites(RSA_GCM).build())
                .withMessageContaining("name");
    }

    @Test
    void what_retires_is_accepted_until_its_moment_and_not_from_it_on() {
        TlsPolicy policy = new PolicyBuilder("two-legacy")
                .versions(TlsVersion.TLS_1_0, TlsVersion.TLS_1_2)
                .suites(RSA_GCM, RSA_CBC, "TLS_RSA_WITH_3DES_EDE_CBC_SHA")
                .retire("TLS_RSA_WITH_3DES_EDE_CBC_SHA", NEW_YEAR)
                .retire(TlsVersion.TLS_1_0, NEW_YEAR.plusSeconds(10))
                .retire(TlsVersion.TLS_1_1, NEW_YEAR.plusSeconds(10))
                .build();

        assertThat(policy.at(NEW_YEAR.minusNanos(1))).isSameAs(policy);
        TlsPolicy withoutTripleDes = policy.at(NEW_YEAR);
        assertThat(withoutTripleDes.suites()).extracting(CipherSuite::name).containsExactly(RSA_GCM, RSA_CBC);
        assertThat(withoutTripleDes.lowest()).isEqualTo(TlsVersion.TLS_1_0);
        assertThat(policy.at(NEW_YEAR.plusSeconds(10)).versions()).containsExactly(TlsVersion.TLS_1_2);
    }

    @Test
    void a_version_does_not_retire_before_an_older_one() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PolicyBuilder("gap-legacy")
                        .versions(TlsVersion.TLS_1_0, TlsVersion.TLS_1_2)
                        .suites(RSA_GCM, RSA_CBC)
                        .retire(TlsVersion.TLS_1_1, NEW_YEAR)
                        .build())
                .withMessageContaining("retires before an older one");
    }

    @Test
    void a_handshake_is_admitted_by_version_and_suite_at_that_time() {
        TlsPolicy legacy = NamedPolicies.get("hub-2021-legacy");
        CipherSuite tripleDes =
                CipherSuite.named("TLS_RSA_WITH_3DES_EDE_CBC_SHA").orElseThrow();
        Instant in2021 = Instant.parse("2021-06-01T00:00:00Z");

        assertThat(legacy.admits(TlsVersion.TLS_1_0, tripleDes, in2021)).isTrue();
        assertThat(legacy.admits(TlsVersion.TLS_1_0, tripleDes, NEW_YEAR)).isFalse();
        assertThat(legacy.admits(TlsVersion.TLS_1_3, tripleDes, in2021)).isFalse();
        assertThat(NamedPolicies.standard()
                        .admits(TlsVersion.TLS_1_2, CipherSuite.named(RSA_CBC).orElseThrow(), in2021))
                .isFalse();
    }

    @Test
    void every_policy_that_comes_with_the_server_can_be_found_by_its_name_and_says_what_it_is() {
        for (NamedPolicies.Named named : NamedPolicies.all()) {
            assertThat(NamedPolicies.find(named.policy().name())).contains(named);
            assertThat(named.source()).endsWith(".");
        }
        assertThat(NamedPolicies.all())
                .extracting(named -> named.policy().name())
                .doesNotHaveDuplicates()
                .contains(
                        "hub-2025",
                        "modern",
                        "hub-2021-strict",
                        "hub-2021-strict-ecc",
                        "hub-2021-ecc-preview",
                        "hub-2021-legacy",
                        "dps-2024-recommended",
                        "dps-2024-legacy-security",
                        "dps-2024-legacy-performance");
    }

    @Test
    void the_hub_of_2021_has_the_twelve_suites_of_its_page_in_their_order() {
        TlsPolicy policy = NamedPolicies.get("hub-2021-legacy");

        assertThat(policy.versions()).containsExactly(TlsVersion.TLS_1_2, TlsVersion.TLS_1_1, TlsVersion.TLS_1_0);
        assertThat(policy.suites())
                .extracting(CipherSuite::name)
                .containsExactlyElementsOf(List.of(
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
                        "TLS_RSA_WITH_3DES_EDE_CBC_SHA"));
        assertThat(policy.at(Instant.parse("2022-09-30T23:59:59Z")).suites()).hasSize(12);
        assertThat(policy.at(Instant.parse("2022-10-01T00:00:00Z")).suites()).hasSize(11);
    }

    @Test
    void the_default_is_the_hub_since_2025() {
        TlsPolicy standard = NamedPolicies.standard();

        assertThat(standard.versions()).containsExactly(TlsVersion.TLS_1_3, TlsVersion.TLS_1_2);
        assertThat(standard.suites())
                .extracting(CipherSuite::name)
                .containsExactlyInAnyOrder(
                        "TLS_AES_256_GCM_SHA384",
                        "TLS_AES_128_GCM_SHA256",
                        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
                        "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
                        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
                        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384");
    }
}
