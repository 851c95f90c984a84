package dev.holdfast.hub.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Commands;
import dev.holdfast.base.Limits;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.pki.Pem;
import dev.holdfast.testkit.TestAuthority;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateAuthoritiesTest {
    private static final Limits.Certificates LIMITS = Limits.defaults().certificates();
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final Instant AFTER = NOW.plusSeconds(3600);

    private final TestAuthority root = new TestAuthority("Plant root", NOW, AFTER);

    private static AuthorityChange add(List<CertificateAuthority> authorities, String name, TestAuthority authority) {
        return CertificateAuthorities.add(authorities, name, Pem.write(authority.certificate()), true, LIMITS, NOW);
    }

    private static List<CertificateAuthority> done(AuthorityChange change) {
        assertThat(change).isInstanceOf(AuthorityChange.Done.class);
        return ((AuthorityChange.Done) change).authorities();
    }

    private static AuthorityRefusal refused(AuthorityChange change) {
        assertThat(change).isInstanceOf(AuthorityChange.Refused.class);
        AuthorityRefusal refusal = ((AuthorityChange.Refused) change).refusal();
        assertThat(refusal.explain(Commands.OF_NO_HUB)).isNotEmpty();
        return refusal;
    }

    @Test
    void what_the_operator_registers_is_verified() {
        assertThat(done(add(List.of(), "plant", root)))
                .containsExactly(new CertificateAuthority("plant", root.certificate(), true, NOW, NOW));
    }

    @Test
    void a_name_and_a_certificate_are_registered_once() {
        List<CertificateAuthority> one = done(add(List.of(), "plant", root));
        TestAuthority other = new TestAuthority("Other", NOW, AFTER);
        assertThat(refused(add(one, "plant", other))).isEqualTo(new AuthorityRefusal.AuthorityExists("plant"));
        assertThat(refused(add(one, "again", root))).isEqualTo(new AuthorityRefusal.CertificateRegistered("plant"));
        assertThat(done(add(one, "Plant", other)))
                .as("names are compared by case")
                .hasSize(2);
    }

    @Test
    void a_hub_has_as_many_as_the_limit() {
        List<CertificateAuthority> full = new ArrayList<>();
        for (int i = 0; i < LIMITS.authoritiesMax(); i++) {
            full.add(new CertificateAuthority("a" + i, root.certificate(), true, NOW, NOW));
        }
        assertThat(refused(add(full, "more", new TestAuthority("Other", NOW, AFTER))))
                .isEqualTo(new AuthorityRefusal.TooManyAuthorities(25));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a/b",
                "a b",
                "\u00e4",
                "a\n",
                ".",
                "..",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void a_name_has_the_characters_of_a_name(String name) {
        assertThat(refused(add(List.of(), name, root))).isEqualTo(new AuthorityRefusal.AuthorityNameMalformed());
    }

    @Test
    void what_is_no_authority_is_refused_by_its_own_reason() {
        String device =
                Pem.write(root.issue("dev1", KeyKind.EC_P256, NOW, AFTER).certificate());
        assertThat(refused(CertificateAuthorities.add(List.of(), "plant", device, true, LIMITS, NOW))
                        .reason())
                .isEqualTo("NotAnAuthority");
        String expired = Pem.write(new TestAuthority("Old", NOW.minusSeconds(2), NOW.minusSeconds(1)).certificate());
        assertThat(refused(CertificateAuthorities.add(List.of(), "plant", expired, true, LIMITS, NOW))
                        .reason())
                .isEqualTo("CertificateExpired");
    }

    @Test
    void a_removed_one_is_gone_and_an_unknown_one_is_missed() {
        List<CertificateAuthority> one = done(add(List.of(), "plant", root));
        assertThat(done(CertificateAuthorities.remove(one, "plant"))).isEmpty();
        assertThat(refused(CertificateAuthorities.remove(one, "Plant")))
                .isEqualTo(new AuthorityRefusal.AuthorityMissing("Plant"));
    }
}
