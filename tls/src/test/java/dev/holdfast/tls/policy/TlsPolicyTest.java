package dev.holdfast.tls.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.Live;
import dev.holdfast.tls.hello.CipherSuite;
import dev.holdfast.tls.hello.NamedGroup;
import dev.holdfast.tls.hello.TlsVersion;
import dev.holdfast.tls.policy.TlsPolicy.SuiteOrder;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TlsPolicyTest {
    private static TlsPolicy policy(
            TlsVersion lowest, TlsVersion highest, List<CipherSuite> suites, NamedGroup group, ServerKeyType keyType) {
        return new TlsPolicy("p", lowest, highest, suites, SuiteOrder.SERVER, List.of(group), Set.of(keyType));
    }

    @Test
    void the_standard_policy_is_that_of_the_hub_since_2025() {
        TlsPolicy standard = TlsPolicy.standard();

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
        assertThat(standard.groups().getFirst()).isEqualTo(NamedGroup.X25519);
    }

    @Test
    void a_policy_that_could_never_work_is_refused_when_it_is_made() {
        List<CipherSuite> gcm = TlsPolicy.suites("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");

        assertThatThrownBy(
                        () -> policy(TlsVersion.TLS_1_3, TlsVersion.TLS_1_2, gcm, NamedGroup.X25519, ServerKeyType.RSA))
                .hasMessageContaining("lowest");
        assertThatThrownBy(
                        () -> policy(TlsVersion.TLS_1_2, TlsVersion.TLS_1_3, gcm, NamedGroup.X25519, ServerKeyType.RSA))
                .hasMessageContaining("no suite of the policy works with TLS 1.3");
        assertThatThrownBy(
                        () -> policy(TlsVersion.TLS_1_1, TlsVersion.TLS_1_2, gcm, NamedGroup.X25519, ServerKeyType.RSA))
                .hasMessageContaining("TLS 1.1");
        assertThatThrownBy(() ->
                        policy(TlsVersion.TLS_1_2, TlsVersion.TLS_1_2, gcm, NamedGroup.X25519, ServerKeyType.ECDSA))
                .hasMessageContaining("secp256r1");
        assertThatThrownBy(() -> policy(
                        TlsVersion.TLS_1_2, TlsVersion.TLS_1_2, gcm, NamedGroup.X25519_MLKEM768, ServerKeyType.RSA))
                .hasMessageContaining("X25519MLKEM768");
        assertThatThrownBy(() -> policy(
                        TlsVersion.TLS_1_2,
                        TlsVersion.TLS_1_2,
                        TlsPolicy.suites("TLS_RSA_WITH_NULL_SHA"),
                        NamedGroup.X25519,
                        ServerKeyType.RSA))
                .hasMessageContaining("TLS_RSA_WITH_NULL_SHA");
        assertThatThrownBy(() -> TlsPolicy.suites("TLS_NO_SUCH")).hasMessageContaining("TLS_NO_SUCH");
    }

    @Test
    void names_lead_to_their_policy_in_any_case_and_everything_else_to_the_default() {
        TlsPolicy strict = policy(
                TlsVersion.TLS_1_3,
                TlsVersion.TLS_1_3,
                TlsPolicy.suites("TLS_AES_128_GCM_SHA256"),
                NamedGroup.X25519,
                ServerKeyType.RSA);
        Directory directory = new Directory(new Live<>(TlsPolicy.standard()));
        directory.put("Hub1.Holdfast.localhost", new Live<>(strict));

        assertThat(directory.find("hub1.holdfast.LOCALHOST").policy()).isEqualTo(strict);
        for (String name : new String[] {"hub2.holdfast.localhost", "127.0.0.1", "::1", ""}) {
            assertThat(directory.find(name).policy()).as(name).isEqualTo(TlsPolicy.standard());
        }
        assertThat(directory.find(null).policy()).isEqualTo(TlsPolicy.standard());
        directory.remove("hub1.holdfast.localhost");
        assertThat(directory.find("hub1.holdfast.localhost").policy()).isEqualTo(TlsPolicy.standard());
    }

    @Test
    void a_change_holds_from_the_next_look_on() {
        Live<TlsPolicy> live = new Live<>(TlsPolicy.standard());
        Directory directory = new Directory(live);
        TlsPolicy strict = policy(
                TlsVersion.TLS_1_3,
                TlsVersion.TLS_1_3,
                TlsPolicy.suites("TLS_AES_128_GCM_SHA256"),
                NamedGroup.X25519,
                ServerKeyType.RSA);

        live.update(_ -> strict);

        assertThat(directory.find(null).policy()).isEqualTo(strict);
    }
}
