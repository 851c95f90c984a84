package dev.holdfast.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.pki.TrustedRoot.Role;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrustBundleTest {
    private static final TrustWorld WORLD = new TrustWorld(TrustWorld.DEFAULT, List.of("iot.example"));

    private final X509Certificate one = root("CN=One");
    private final X509Certificate two = root("CN=Two");

    private static X509Certificate root(String name) {
        return Maker.authority(name, KeyKind.EC_P256.generate()).make().certificate();
    }

    static String sha256(X509Certificate certificate) {
        return CertificateFacts.of(certificate).sha256();
    }

    @Test
    void a_root_is_in_it_once_by_its_first_role_and_the_primary_ones_come_first() {
        TrustBundle bundle = new TrustBundle(
                WORLD,
                List.of(
                        new TrustedRoot(Role.FORMER, ServerSlot.RSA, two),
                        new TrustedRoot(Role.OPERATOR, ServerSlot.ECDSA, one),
                        new TrustedRoot(Role.PRIMARY, ServerSlot.ECDSA, one)));

        assertThat(bundle.roots())
                .containsExactly(
                        new TrustedRoot(Role.PRIMARY, ServerSlot.ECDSA, one),
                        new TrustedRoot(Role.FORMER, ServerSlot.RSA, two));
        assertThat(bundle.pem()).isEqualTo(Pem.write(one) + Pem.write(two));
    }

    @Test
    void its_validity_is_that_of_the_roots_in_use_with_time_to_fetch_the_next() {
        TrustBundle bundle = new TrustBundle(WORLD, List.of(new TrustedRoot(Role.PRIMARY, ServerSlot.RSA, one)));

        assertThat(bundle.validFrom()).isEqualTo(one.getNotBefore().toInstant());
        assertThat(bundle.validUntil()).isEqualTo(one.getNotAfter().toInstant().minus(TrustBundle.FETCHED_AHEAD));
    }

    @Test
    void its_version_is_another_one_for_other_roles() {
        TrustedRoot primary = new TrustedRoot(Role.PRIMARY, ServerSlot.RSA, one);
        TrustBundle reserve =
                new TrustBundle(WORLD, List.of(primary, new TrustedRoot(Role.RESERVE, ServerSlot.RSA, two)));
        TrustBundle former =
                new TrustBundle(WORLD, List.of(primary, new TrustedRoot(Role.FORMER, ServerSlot.RSA, two)));

        assertThat(reserve.version()).isNotEqualTo(former.version()).hasSize(32);
        assertThat(new TrustBundle(WORLD, reserve.roots()).version()).isEqualTo(reserve.version());
    }

    @Test
    void without_a_primary_root_there_is_none() {
        assertThatThrownBy(() -> new TrustBundle(WORLD, List.of(new TrustedRoot(Role.RESERVE, ServerSlot.RSA, one))))
                .hasMessageContaining("primary");
    }

    @Test
    void names_of_worlds_are_fit_for_names_of_files() {
        assertThat(List.of("default", "china", "a", "eu-1")).allMatch(TrustWorld::isName);
        assertThat(List.of("", "..", "a/b", "A", "-a", "a-", "a b", "x".repeat(33)))
                .noneMatch(TrustWorld::isName);
    }

    @Test
    void a_world_has_the_names_below_its_domains_and_no_others() {
        assertThat(List.of("iot.example", "hub1.iot.example", "a.device.iot.example"))
                .allMatch(WORLD::has);
        assertThat(List.of("notiot.example", "example", "iot.example.test", "")).noneMatch(WORLD::has);
    }
}
