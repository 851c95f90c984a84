package dev.holdfast.insight.dryrun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Commands;
import dev.holdfast.base.Limits;
import dev.holdfast.insight.fleet.Fleet;
import dev.holdfast.insight.fleet.Hellos;
import dev.holdfast.insight.fleet.Sighting;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.store.embedded.EmbeddedTable;
import dev.holdfast.testkit.TestAuthority;
import dev.holdfast.testkit.TestClock;
import dev.holdfast.tls.hello.HelloShape;
import dev.holdfast.tls.hello.SignatureScheme;
import dev.holdfast.tls.hello.TlsVersion;
import dev.holdfast.tls.policy.PolicyBuilder;
import dev.holdfast.tls.policy.ServerKeyType;
import dev.holdfast.tls.policy.TlsPolicy;
import dev.holdfast.tls.report.Report;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DryRunTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final TestPath TODAY = TestPath.of("hub-2025", "hub-2025");

    @TempDir
    Path directory;

    private EmbeddedTable table;
    private Fleet fleet;

    @BeforeEach
    void open() {
        table = EmbeddedTable.open(
                directory.resolve("insight.db"), Limits.defaults().storage());
        fleet = new Fleet(table, Limits.defaults().insight(), new TestClock(NOW));
    }

    @AfterEach
    void close() {
        fleet.close();
        table.close();
    }

    private static Sighting device(String id) {
        return Sighting.of(NOW, id);
    }

    private void seen(Sighting sighting) {
        fleet.accept(sighting.connected());
    }

    private DryRun run(PolicyPath before, PolicyPath after) {
        return DryRun.of(fleet, before, after, NOW, _ -> true);
    }

    private static List<String> lost(DryRun run) {
        return run.lost().stream()
                .map(each -> each.device().device() + " " + each.loss().reason())
                .toList();
    }

    @Test
    void devices_that_could_not_speak_with_the_policy_are_lost_for_the_reason_of_enforcement() {
        seen(device("modern"));
        seen(device("cbc").offering(Hellos.cbc()));
        seen(device("old").offering(Hellos.old()));

        DryRun run = run(TestPath.of("hub-2021-legacy", "hub-2021-legacy"), TestPath.of("hub-2021-legacy", "modern"));

        assertThat(run.devices()).isEqualTo(3);
        assertThat(lost(run)).containsExactly("cbc NoCommonSuite", "old NoCommonVersion");
        assertThat(run.lost().getFirst().loss().explain(NOW, Commands.OF_NO_HUB))
                .contains("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", "modern", "Enable one");
    }

    @Test
    void who_fails_already_is_not_lost_by_the_change() {
        seen(device("cbc").offering(Hellos.cbc()));

        DryRun run = run(TestPath.of("hub-2025", "modern"), TestPath.of("hub-2025", "modern"));

        assertThat(run.failing())
                .singleElement()
                .satisfies(each -> assertThat(each.failsNow()).isTrue());
        assertThat(run.lost()).isEmpty();
    }

    @Test
    void who_does_not_count_is_not_named() {
        seen(device("cbc").offering(Hellos.cbc()));

        DryRun run = DryRun.of(fleet, TODAY, TestPath.of("hub-2025", "modern"), NOW, _ -> false);

        assertThat(run.failing()).isEmpty();
    }

    /** The listener's policy lets it negotiate TLS 1.3, which the strict one does not admit afterwards. */
    @Test
    void who_names_no_host_is_judged_by_what_the_listener_lets_it_negotiate() {
        seen(device("named"));
        seen(device("nameless").namingNone());
        seen(device("by-address").naming("192.0.2.200"));

        DryRun run = run(TODAY, TestPath.of("hub-2025", "hub-2021-strict"));

        assertThat(lost(run)).containsExactly("by-address TlsNotAccepted", "nameless TlsNotAccepted");
        assertThat(run.lost().getLast().loss().explain(NOW, Commands.OF_NO_HUB))
                .contains("TLS 1.3", "TLS_AES_256_GCM_SHA384", "hub-2021-strict", "no SNI");
        assertThat(run.lost().getFirst().loss().explain(NOW, Commands.OF_NO_HUB))
                .contains("'192.0.2.200'");
    }

    @Test
    void a_device_that_comes_in_by_another_hubs_name_is_lost_with_that_hubs_policy() {
        seen(device("guest").hub("hub2").naming("hub1.example").offering(Hellos.cbc()));
        seen(device("own").hub("hub2").naming("hub2.example").offering(Hellos.cbc()));

        assertThat(lost(run(TODAY, TODAY.with("hub1", TestPath.policy("modern")))))
                .containsExactly("guest NoCommonSuite");
    }

    @Test
    void a_name_that_leads_nowhere_any_more_is_told() {
        seen(device("d1").naming("gone.example"));

        assertThat(run(TODAY, TODAY).failing())
                .singleElement()
                .satisfies(each -> assertThat(each.loss().reason()).isEqualTo("UnknownServerName"));
    }

    @Test
    void without_the_certificate_that_a_device_can_verify_it_is_lost() {
        seen(device("rsa-only").offering(Hellos.cbc()));
        TlsPolicy ecc = new PolicyBuilder("ecc")
                .suites("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256")
                .keyTypes(ServerKeyType.ECDSA)
                .build();
        seen(device("modern"));

        assertThat(lost(run(TODAY, TODAY.with("hub1", ecc)))).containsExactly("rsa-only NoCommonSuite");
    }

    private static TlsPolicy signing(SignatureScheme... schemes) {
        return new PolicyBuilder("signing")
                .suites(
                        "TLS_AES_128_GCM_SHA256",
                        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256")
                .clientSignatures(List.of(schemes))
                .build();
    }

    private static X509Certificate certificate(KeyKind kind) throws Exception {
        return new TestAuthority("plant", NOW.minus(Duration.ofDays(1)), NOW.plus(Duration.ofDays(9)))
                .issue("d1", kind, NOW.minus(Duration.ofDays(1)), NOW.plus(Duration.ofDays(9)))
                .certificate();
    }

    @Test
    void a_certificate_whose_key_can_not_sign_as_the_policy_wants_lets_nobody_in() throws Exception {
        X509Certificate ec = certificate(KeyKind.EC_P256);
        X509Certificate rsa = certificate(KeyKind.RSA_2048);
        seen(device("ec").showing(ec));
        seen(device("rsa").showing(rsa));
        seen(device("by-key"));

        // With an RSA server certificate the engine's one list has RSA-PSS in any case.
        DryRun rsaOnly = run(TODAY, TODAY.with("hub1", signing(SignatureScheme.RSA_PKCS1_SHA256)));
        assertThat(lost(rsaOnly)).containsExactly("ec ClientSignatureNotAccepted", "rsa ClientSignatureNotAccepted");
        assertThat(rsaOnly.lost().getFirst().loss().explain(NOW, Commands.OF_NO_HUB))
                .contains("the key is EC 256", "rsa_pss_rsae_sha256");
        // Its key would do, but in TLS 1.3 a client keeps back what the server can't verify.
        assertThat(rsaOnly.lost().getLast().loss().explain(NOW, Commands.OF_NO_HUB))
                .contains("the signature of the issuer is " + rsa.getSigAlgName());
        assertThat(lost(run(
                        TODAY,
                        TODAY.with(
                                "hub1",
                                signing(
                                        SignatureScheme.ECDSA_SECP256R1_SHA256,
                                        SignatureScheme.ECDSA_SECP384R1_SHA384,
                                        SignatureScheme.RSA_PKCS1_SHA256)))))
                .isEmpty();
    }

    @Test
    void in_tls_1_2_a_key_signs_with_any_hash_of_its_kind_and_the_issuers_signature_does_not_matter() throws Exception {
        seen(device("ec").showing(certificate(KeyKind.EC_P256)).offering(Hellos.cbc()));

        assertThat(lost(run(TODAY, TODAY.with("hub1", signing(SignatureScheme.ECDSA_SECP384R1_SHA384)))))
                .isEmpty();
        assertThat(lost(run(TODAY, TODAY.with("hub1", signing(SignatureScheme.RSA_PSS_RSAE_SHA256)))))
                .containsExactly("ec ClientSignatureNotAccepted");
    }

    @Test
    void what_retires_is_told_with_its_date() {
        seen(device("cbc").offering(Hellos.cbc()));
        TlsPolicy retiring = new PolicyBuilder("retiring")
                .versions(TlsVersion.TLS_1_2, TlsVersion.TLS_1_2)
                .suites("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256")
                .retire("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", NOW)
                .build();

        DryRun run = run(TODAY, TODAY.with("hub1", retiring));

        assertThat(lost(run)).containsExactly("cbc Retired");
        assertThat(run.lost().getFirst().loss().explain(NOW, Commands.OF_NO_HUB))
                .contains(NOW.toString());
    }

    private final List<Report> reports = new ArrayList<>();

    private ReportOnly reportOnly(AtomicReference<@Nullable TlsPolicy> tried) {
        return new ReportOnly(
                fleet,
                hub -> Optional.ofNullable(tried.get())
                        .map(policy -> new ReportOnly.Tried(policy, TODAY.with(hub, policy))),
                reports::add,
                Limits.defaults().insight().reports());
    }

    private void connect(ReportOnly watch, Sighting sighting) {
        var connected = sighting.connected();
        fleet.andThen(watch).accept(connected);
    }

    @Test
    void a_policy_that_is_only_tried_reports_each_device_once_until_its_hello_or_the_policy_changes() {
        AtomicReference<@Nullable TlsPolicy> tried = new AtomicReference<>();
        ReportOnly watch = reportOnly(tried);
        connect(watch, device("cbc").offering(Hellos.cbc()));
        assertThat(reports).as("none is tried").isEmpty();

        tried.set(TestPath.policy("modern"));
        connect(watch, device("cbc").offering(Hellos.cbc()));
        connect(watch, device("cbc").offering(Hellos.cbc()));
        connect(watch, device("fine"));
        assertThat(reports).singleElement().satisfies(report -> {
            assertThat(report.device()).isEqualTo("cbc");
            assertThat(report.reason()).isEqualTo("NoCommonSuite");
            assertThat(report.explanation())
                    .startsWith("The device was let in.")
                    .contains("modern", "report-only");
            assertThat(Objects.requireNonNull(report.refusal()).toString()).contains("reportOnly=true");
        });
        assertThat(watch.counts()).containsEntry(new ReportOnly.Kind("hub1", "NoCommonSuite"), 2L);

        HelloShape other = Hellos.old();
        connect(watch, device("cbc").offering(other));
        assertThat(reports).as("another hello").hasSize(2);

        tried.set(signing());
        connect(watch, device("cbc").offering(other));
        assertThat(reports).as("another policy").hasSize(3);

        connect(watch, device("cbc"));
        connect(watch, device("cbc").offering(other));
        assertThat(reports).as("it was well in between").hasSize(4);
    }

    @Test
    void a_report_that_is_not_kept_is_tried_again_next_time() {
        int[] asked = {0};
        ReportOnly watch = new ReportOnly(
                fleet,
                hub -> Optional.of(
                        new ReportOnly.Tried(TestPath.policy("modern"), TODAY.with(hub, TestPath.policy("modern")))),
                _ -> ++asked[0] > 1,
                Limits.defaults().insight().reports());
        for (int i = 0; i < 3; i++) {
            connect(watch, device("cbc").offering(Hellos.cbc()));
        }
        assertThat(asked[0]).isEqualTo(2);
    }

    @Test
    void more_reports_than_the_journal_bears_wait_for_the_next_connection() {
        ReportOnly watch = new ReportOnly(
                fleet,
                hub -> Optional.of(
                        new ReportOnly.Tried(TestPath.policy("modern"), TODAY.with(hub, TestPath.policy("modern")))),
                reports::add,
                new Limits.RefusalLines(30, 1_000, 2, 10, Duration.ofMinutes(1)));
        for (String id : List.of("a", "b", "c")) {
            connect(watch, device(id).offering(Hellos.cbc()));
        }
        assertThat(reports).hasSize(2);

        for (String id : List.of("a", "b", "c")) {
            connect(watch, Sighting.of(NOW.plusSeconds(61), id).offering(Hellos.cbc()));
        }
        assertThat(reports).extracting(Report::device).containsExactly("a", "b", "c");
    }
}
