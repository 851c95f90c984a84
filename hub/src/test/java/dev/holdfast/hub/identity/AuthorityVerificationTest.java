package dev.holdfast.hub.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Commands;
import dev.holdfast.base.Limits;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.pki.Pem;
import dev.holdfast.testkit.TestAuthority;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Who shows that an authority's key is theirs, and who does not. */
class AuthorityVerificationTest {
    private static final Limits.Certificates LIMITS = Limits.defaults().certificates();
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final Instant AFTER = NOW.plusSeconds(3600);
    private static final Precondition ANY = new Precondition.Exists();

    private final SecureRandom random = new SecureRandom();
    private final TestAuthority plant = new TestAuthority("Plant root", NOW, AFTER);
    private final TestAuthority other = new TestAuthority("Other", NOW, AFTER);
    private final CertificateAuthority neighbour =
            new CertificateAuthority("other", other.certificate(), true, NOW, NOW);
    private List<CertificateAuthority> authorities =
            List.of(neighbour, new CertificateAuthority("plant", plant.certificate(), false, NOW, NOW));

    private CertificateAuthority plant() {
        return authorities.getLast();
    }

    private String askForCode() {
        authorities = done(AuthorityVerification.withCode(authorities, "plant", ANY, random, LIMITS, NOW));
        return Objects.requireNonNull(plant().code()).text();
    }

    private static String signed(TestAuthority by, String commonName) {
        return Pem.write(by.issue(commonName, KeyKind.EC_P256, NOW, AFTER).certificate());
    }

    private AuthorityChange verify(String proof, Instant now) {
        return AuthorityVerification.verify(authorities, "plant", ANY, proof, LIMITS, now);
    }

    private static List<CertificateAuthority> done(AuthorityChange change) {
        assertThat(change).isInstanceOf(AuthorityChange.Done.class);
        return ((AuthorityChange.Done) change).authorities();
    }

    private static String reason(AuthorityChange change) {
        assertThat(change).isInstanceOf(AuthorityChange.Refused.class);
        AuthorityRefusal refusal = ((AuthorityChange.Refused) change).refusal();
        assertThat(refusal.explain(Commands.OF_NO_HUB)).endsWith(".");
        return refusal.reason();
    }

    @Test
    void whoever_signs_the_code_verifies_the_authority_and_no_other() {
        String code = askForCode();
        assertThat(code).matches("[0-9A-F]{48}");
        assertThat(plant().verified()).isFalse();
        authorities = done(verify(signed(plant, code), NOW.plusSeconds(60)));
        assertThat(authorities)
                .containsExactly(
                        neighbour,
                        new CertificateAuthority("plant", plant.certificate(), true, NOW, NOW.plusSeconds(60)));
    }

    @Test
    void a_certificate_for_something_else_or_by_somebody_else_proves_nothing() {
        String code = askForCode();
        assertThat(reason(verify(signed(plant, "dev1"), NOW))).isEqualTo("CodeDiffers");
        assertThat(reason(verify(signed(plant, code + " "), NOW))).isEqualTo("CodeDiffers");
        assertThat(reason(verify(signed(other, code), NOW))).isEqualTo("NotSignedByAuthority");
        TestAuthority twin = new TestAuthority("Plant root", NOW, AFTER);
        assertThat(reason(verify(signed(twin, code), NOW))).isEqualTo("NotSignedByAuthority");
        assertThat(reason(verify("hello", NOW))).isEqualTo("NotACertificate");
    }

    @Test
    void a_code_counts_for_a_day_and_a_newer_one_replaces_it() {
        String first = askForCode();
        Instant end = NOW.plus(Duration.ofDays(1));
        assertThat(reason(verify(signed(plant, first), end.plusSeconds(1)))).isEqualTo("CodeExpired");
        done(verify(signed(plant, first), end));
        String second = askForCode();
        assertThat(second).isNotEqualTo(first);
        assertThat(reason(verify(signed(plant, first), NOW))).isEqualTo("CodeDiffers");
    }

    @Test
    void without_a_code_there_is_nothing_to_prove() {
        assertThat(reason(verify(signed(plant, ""), NOW))).isEqualTo("CodeNotAskedFor");
        assertThat(reason(AuthorityVerification.verify(authorities, "nobody", ANY, "", LIMITS, NOW)))
                .isEqualTo("AuthorityMissing");
        assertThat(reason(AuthorityVerification.withCode(authorities, "other", ANY, random, LIMITS, NOW)))
                .isEqualTo("AlreadyVerified");
    }

    /** The code goes with what was registered then, so a proof for it can't verify what took its place. */
    @Test
    void an_authority_that_was_registered_anew_under_the_name_needs_another_code() {
        String code = askForCode();
        String proof = signed(plant, code);
        authorities = done(CertificateAuthorities.remove(authorities, "plant"));
        authorities = done(
                CertificateAuthorities.add(authorities, "plant", Pem.write(plant.certificate()), false, LIMITS, NOW));
        assertThat(reason(verify(proof, NOW))).isEqualTo("CodeNotAskedFor");
    }

    @Test
    void a_caller_who_saw_an_older_state_is_told_so() {
        String seen = plant().etag();
        String code = askForCode();
        Precondition stale = Precondition.ifMatch("\"" + seen + "\"");
        Precondition fresh = Precondition.ifMatch("\"" + plant().etag() + "\"");
        assertThat(reason(AuthorityVerification.verify(authorities, "plant", stale, signed(plant, code), LIMITS, NOW)))
                .isEqualTo("AuthorityChanged");
        assertThat(reason(AuthorityVerification.withCode(authorities, "plant", stale, random, LIMITS, NOW)))
                .isEqualTo("AuthorityChanged");
        authorities = done(AuthorityVerification.verify(authorities, "plant", fresh, signed(plant, code), LIMITS, NOW));
        assertThat(reason(AuthorityVerification.verify(authorities, "plant", fresh, signed(plant, code), LIMITS, NOW)))
                .isEqualTo("AuthorityChanged");
    }

    @Test
    void the_code_is_in_no_log() {
        String code = askForCode();
        assertThat(plant().toString() + plant().code()).doesNotContain(code);
    }
}
