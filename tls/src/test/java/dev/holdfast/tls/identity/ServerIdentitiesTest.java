package dev.holdfast.tls.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.pki.DeviceCertificates;
import dev.holdfast.pki.KeyAndCertificate;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.pki.ServerAuthorities;
import dev.holdfast.pki.ServerChain;
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
        return new ServerAuthorities(rsa, ecc, rsa, ecc, Path.of("ca.pem"));
    }

    @Test
    void each_key_type_has_its_chain_and_both_are_replaced_at_once() {
        ServerIdentities identities = new ServerIdentities(authorities(RSA, ECC));
        assertThat(identities.chain(ServerKeyType.RSA, false)).isEqualTo(RSA);
        assertThat(identities.chain(ServerKeyType.ECDSA, false)).isEqualTo(ECC);

        ServerChain rsa = chain(KeyKind.RSA_2048);
        ServerChain ecc = chain(KeyKind.EC_P256);
        identities.replace(authorities(rsa, ecc));

        assertThat(identities.chain(ServerKeyType.RSA, false)).isEqualTo(rsa);
        assertThat(identities.chain(ServerKeyType.ECDSA, false)).isEqualTo(ecc);
    }

    @Test
    void a_chain_with_another_key_is_refused_and_the_old_ones_stay() {
        ServerIdentities identities = new ServerIdentities(authorities(RSA, ECC));

        assertThatThrownBy(() -> identities.replace(authorities(ECC, ECC))).hasMessageContaining("RSA chain");
        assertThatThrownBy(() -> identities.replace(authorities(RSA, RSA))).hasMessageContaining("not on P-256");
        assertThatThrownBy(() -> identities.replace(authorities(RSA, chain(KeyKind.EC_P384))))
                .hasMessageContaining("not on P-256");
        assertThat(identities.chain(ServerKeyType.RSA, false)).isEqualTo(RSA);
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
