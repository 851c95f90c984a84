package dev.holdfast.hub.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.holdfast.base.Commands;
import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.pki.Pem;
import dev.holdfast.testkit.TestAuthority;
import dev.holdfast.testkit.TestClock;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an operator may put on the list of denied certificates, and which certificates are then on it. */
class DeniedCertificatesTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final HubName HUB1 = new HubName("hub1");

    private final RepeatingTable table = new RepeatingTable();
    private final TestClock clock = new TestClock(NOW);
    private final List<DeniedCertificate> added = new ArrayList<>();
    private final TestAuthority line = new TestAuthority("Line 1", NOW, NOW.plusSeconds(3600));
    private final X509Certificate stolen = issue("stolen");
    private final X509Certificate other = issue("other");
    private DeniedCertificates denied = open(3);

    private X509Certificate issue(String name) {
        return line.issue(name, KeyKind.EC_P256, NOW, NOW.plusSeconds(60)).certificate();
    }

    private DeniedCertificates open(int max) {
        Limits.Certificates usual = Limits.defaults().certificates();
        Limits.Certificates limits = new Limits.Certificates(
                usual.pemMaxBytes(),
                usual.pemMaxObjects(),
                usual.authorityMaxBytes(),
                usual.authoritiesMax(),
                usual.chainMaxCertificates(),
                usual.chainMaxCost(),
                usual.rsaKeyMaxBits(),
                usual.serverChainMaxBytes(),
                Duration.ofDays(1),
                max,
                10,
                usual.formerRootsMax(),
                usual.tokenUriMaxChars(),
                usual.chainContents());
        return new DeniedCertificates(table, HUB1, clock, limits, added::add);
    }

    private static DeniedCertificate done(DenialChange change) {
        assertThat(change).isInstanceOf(DenialChange.Done.class);
        return ((DenialChange.Done) change).entry();
    }

    private static String reason(DenialChange change) {
        assertThat(change).isInstanceOf(DenialChange.Refused.class);
        DenialRefusal refusal = ((DenialChange.Refused) change).refusal();
        assertThat(refusal.explain()).endsWith(".");
        return refusal.reason();
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    @ParameterizedTest
    @CsvSource({"SHA-1, false", "SHA-256, false", "SHA-1, true", "SHA-256, true"})
    void a_thumbprint_in_any_spelling_denies_its_certificate_and_no_other(String algorithm, boolean colons)
            throws Exception {
        byte[] digest = MessageDigest.getInstance(algorithm).digest(stolen.getEncoded());
        String text = (colons ? HexFormat.ofDelimiter(":") : HexFormat.of()).formatHex(digest);
        DeniedCertificate entry = done(denied.add(new DenialRequest.Thumbprint(text), "stolen"));
        assertThat(denied.entryOf(stolen)).isEqualTo(entry);
        assertThat(denied.entryOf(other)).isNull();
        assertThat(added).containsExactly(entry);
    }

    @Test
    void a_public_key_denies_every_certificate_of_that_key() throws Exception {
        String digest = sha256(stolen.getPublicKey().getEncoded());
        done(denied.add(new DenialRequest.PublicKey(digest), ""));
        assertThat(denied.entryOf(stolen)).isNotNull();
        assertThat(denied.entryOf(other)).isNull();
        assertThat(reason(denied.add(
                        new DenialRequest.Certificate(Pem.write(stolen), DenialRequest.By.PUBLIC_KEY), "again")))
                .isEqualTo("DeniedAlready");
    }

    @Test
    void a_serial_number_counts_with_its_issuer_only() {
        String serial = stolen.getSerialNumber().toString(16);
        done(denied.add(new DenialRequest.Serial(serial, "CN=Line 2"), ""));
        assertThat(denied.entryOf(stolen)).isNull();
        done(denied.add(new DenialRequest.Serial("0x0" + serial, "cn=line 1"), ""));
        assertThat(denied.entryOf(stolen)).isNotNull();
        assertThat(denied.entryOf(other)).isNull();
    }

    @ParameterizedTest
    @CsvSource({"THUMBPRINT", "PUBLIC_KEY", "SERIAL"})
    void a_certificate_is_enough_to_name_it_by_anything(DenialRequest.By by) {
        done(denied.add(new DenialRequest.Certificate(Pem.write(stolen), by), ""));
        assertThat(denied.entryOf(stolen)).isNotNull();
        assertThat(denied.entryOf(other)).isNull();
    }

    @Test
    void the_list_is_there_after_a_restart_and_an_entry_that_was_removed_is_not() {
        for (DenialRequest.By by : DenialRequest.By.values()) {
            done(denied.add(new DenialRequest.Certificate(Pem.write(stolen), by), "note"));
        }
        List<DeniedCertificate> before = denied.list("", 10);
        assertThat(before).hasSize(3);
        denied = open(3);
        assertThat(denied.list("", 10))
                .extracting(DeniedCertificate::id, DeniedCertificate::note, DeniedCertificate::created)
                .containsExactlyElementsOf(before.stream()
                        .map(each -> tuple(each.id(), "note", NOW))
                        .toList());
        for (DeniedCertificate each : before) {
            assertThat(denied.entryOf(stolen)).isNotNull();
            done(denied.remove(each.id()));
        }
        assertThat(denied.entryOf(stolen)).isNull();
        assertThat(open(3).list("", 10)).isEmpty();
    }

    @Test
    void a_list_longer_than_a_page_is_read_page_by_page() {
        for (DenialRequest.By by : DenialRequest.By.values()) {
            done(denied.add(new DenialRequest.Certificate(Pem.write(stolen), by), ""));
        }
        List<DeniedCertificate> first = denied.list("", 2);
        assertThat(first).hasSize(2);
        assertThat(denied.list(first.getLast().id(), 2)).hasSize(1).doesNotContainAnyElementsOf(first);
    }

    @Test
    void what_can_not_be_denied_is_refused_with_its_reason() {
        assertThat(reason(denied.add(new DenialRequest.Thumbprint("12"), ""))).isEqualTo("ThumbprintMalformed");
        assertThat(reason(denied.add(new DenialRequest.PublicKey("0".repeat(40)), "")))
                .isEqualTo("PublicKeyMalformed");
        assertThat(reason(denied.add(new DenialRequest.Serial("x", "CN=Line 1"), "")))
                .isEqualTo("SerialMalformed");
        assertThat(reason(denied.add(new DenialRequest.Serial("1".repeat(129), "CN=Line 1"), "")))
                .isEqualTo("SerialMalformed");
        for (String issuer : List.of("", "Line 1", "CN=" + "x".repeat(1024))) {
            assertThat(reason(denied.add(new DenialRequest.Serial("1", issuer), "")))
                    .isEqualTo("IssuerMalformed");
        }
        assertThat(reason(denied.add(new DenialRequest.Certificate("x", DenialRequest.By.SERIAL), "")))
                .isEqualTo("NotACertificate");
        assertThat(reason(denied.add(new DenialRequest.Thumbprint("0".repeat(40)), "x".repeat(11))))
                .isEqualTo("NoteTooLong");
        assertThat(reason(denied.remove("0"))).isEqualTo("NotDenied");
        assertThat(added).isEmpty();
    }

    @Test
    void a_hub_denies_as_many_as_the_limit_and_one_more_when_one_is_removed() {
        List<String> ids = new ArrayList<>();
        for (String digit : List.of("1", "2", "3")) {
            ids.add(done(denied.add(new DenialRequest.Thumbprint(digit.repeat(40)), ""))
                    .id());
        }
        DenialRequest more = new DenialRequest.Thumbprint("4".repeat(40));
        assertThat(reason(denied.add(more, ""))).isEqualTo("TooManyDenied");
        done(denied.remove(ids.getFirst()));
        done(denied.add(more, ""));
    }

    @Test
    void sentences_name_the_entry_and_the_note() {
        DeniedCertificate entry =
                done(denied.add(new DenialRequest.Certificate(Pem.write(stolen), DenialRequest.By.SERIAL), "in May"));
        String sentence = AuthenticationExplanation.of(
                new AuthenticationRefusal.CertificateDenied(Identity.of(new DeviceId("stolen")), "CN=stolen", entry),
                Commands.OF_NO_HUB);
        assertThat(sentence)
                .contains(
                        "'CN=stolen'",
                        stolen.getSerialNumber().toString(16).toUpperCase(Locale.ROOT),
                        "'CN=Line 1'",
                        "in May",
                        "deny remove " + entry.id());
    }
}
