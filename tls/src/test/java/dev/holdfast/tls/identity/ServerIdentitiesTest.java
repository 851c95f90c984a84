package dev.holdfast.tls.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.pki.DeviceCertificates;
import dev.holdfast.pki.KeyAndCertificate;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.pki.ServerAuthorities;
import dev.holdfast.pki.ServerChain;
import dev.holdfast.pki.ServerSlot;
import dev.holdfast.pki.TrustBundle;
import dev.holdfast.pki.TrustWorld;
import dev.holdfast.pki.TrustedRoot;
import dev.holdfast.tls.policy.ServerKeyType;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServerIdentitiesTest {
    private static final ServerChain RSA = chain(KeyKind.RSA_2048);
    private static final ServerChain ECC = chain(KeyKind.EC_P256);

    private static ServerChain chain(KeyKind kind) {
        KeyAndCertificate made =
                DeviceCertificates.selfSigned("server", kind, Duration.ofDays(1), InstantSource.system());
        return new ServerChain(List.of(made.certificate()), made.key(), made.certificate());
    }

    private static ServerAuthorities authorities(ServerChain rsa, ServerChain ecc) {
        return authorities(new TrustWorld(TrustWorld.DEFAULT, List.of("iot.example")), rsa, ecc);
    }

    private static ServerAuthorities authorities(TrustWorld world, ServerChain rsa, ServerChain ecc) {
        TrustBundle bundle =
                new TrustBundle(world, List.of(new TrustedRoot(TrustedRoot.Role.PRIMARY, ServerSlot.RSA, rsa.root())));
        return new ServerAuthorities(world, rsa, ecc, rsa, ecc, bundle, Path.of("ca.pem"));
    }

    @Test
    void each_world_has_its_chains_by_the_domain_that_the_client_asks_for() {
        ServerAuthorities first = authorities(RSA, ECC);
        ServerAuthorities china = authorities(
                new TrustWorld("china", List.of("iot.test")), chain(KeyKind.RSA_2048), chain(KeyKind.EC_P256));
        ServerIdentities identities = new ServerIdentities(List.of(first, china));

        for (String name : List.of("hub1.iot.test", "HUB1.Device.IoT.Test", "hub1.iot.test.")) {
            assertThat(identities.chain(name, ServerKeyType.RSA, false))
                    .as(name)
                    .isEqualTo(china.rsa());
            assertThat(identities.chain(name, ServerKeyType.ECDSA, false))
                    .as(name)
                    .isEqualTo(china.ecc());
        }
        for (String name : List.of("hub1.iot.example", "hub1.notiot.test", "localhost", "elsewhere.test")) {
            assertThat(identities.chain(name, ServerKeyType.RSA, false))
                    .as(name)
                    .isEqualTo(RSA);
        }
        assertThat(identities.chain(null, ServerKeyType.ECDSA, false)).isEqualTo(ECC);
    }

    @Test
    void each_key_type_has_its_chain_and_both_are_replaced_at_once() {
        ServerIdentities identities = new ServerIdentities(authorities(RSA, ECC));
        assertThat(identities.chain(null, ServerKeyType.RSA, false)).isEqualTo(RSA);
        assertThat(identities.chain(null, ServerKeyType.ECDSA, false)).isEqualTo(ECC);

        ServerChain rsa = chain(KeyKind.RSA_2048);
        ServerChain ecc = chain(KeyKind.EC_P256);
        identities.replace(List.of(authorities(rsa, ecc)));

        assertThat(identities.chain(null, ServerKeyType.RSA, false)).isEqualTo(rsa);
        assertThat(identities.chain(null, ServerKeyType.ECDSA, false)).isEqualTo(ecc);
    }

    @Test
    void a_chain_with_another_key_is_refused_and_the_old_ones_stay() {
        ServerIdentities identities = new ServerIdentities(authorities(RSA, ECC));

        assertThatThrownBy(() -> identities.replace(List.of(authorities(ECC, ECC))))
                .hasMessageContaining("RSA chain");
        assertThatThrownBy(() -> identities.replace(List.of(authorities(RSA, RSA))))
                .hasMessageContaining("not on P-256");
        assertThatThrownBy(() -> identities.replace(List.of(authorities(RSA, chain(KeyKind.EC_P384)))))
                .hasMessageContaining("not on P-256");
        assertThat(identities.chain(null, ServerKeyType.RSA, false)).isEqualTo(RSA);
    }

    @Test
    void the_key_manager_answers_for_its_own_key_type_only() {
        ChainKeyManager keys = new ChainKeyManager(ECC);

        assertThat(keys.chooseEngineServerAlias("RSA", null, null)).isNull();
        String alias = keys.chooseEngineServerAlias("EC", null, null);
        assertThat(alias).isNotNull();
        assertThat(keys.getPrivateKey(alias)).isEqualTo(ECC.key());
        assertThat(keys.getCertificateChain(alias)).containsExactly(ECC.leaf());
        assertThat(keys.getPrivateKey("another")).isNull();
    }
}
