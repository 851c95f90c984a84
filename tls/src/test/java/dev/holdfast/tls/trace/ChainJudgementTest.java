package dev.holdfast.tls.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.pki.Pem;
import dev.holdfast.testkit.TestAuthority;
import dev.holdfast.testkit.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ChainJudgementTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final Instant PAST = NOW.minus(Duration.ofDays(30));
    private static final Instant FUTURE = NOW.plus(Duration.ofDays(30));

    @TempDir
    Path directory;

    private final TestAuthority root = new TestAuthority("root", PAST, FUTURE);
    private final TestAuthority intermediate = root.intermediate("intermediate", PAST, FUTURE);
    private final X509Certificate leaf = leaf(PAST, FUTURE);

    private X509Certificate leaf(Instant from, Instant to) {
        return intermediate
                .issueServer(List.of("*.hub.test", "localhost"), KeyKind.EC_P256, from, to)
                .certificate();
    }

    private ChainJudgement judge(String host, X509Certificate... shown) {
        return ChainJudgement.of(List.of(shown), List.of(root.certificate()), host, NOW);
    }

    private static List<String> kinds(ChainJudgement judgement) {
        return judgement.faults().stream()
                .map(fault -> fault.getClass().getSimpleName())
                .toList();
    }

    @Test
    void a_whole_chain_is_accepted_with_or_without_its_root() {
        ChainJudgement judgement = judge("hub1.hub.test", leaf, intermediate.certificate());
        assertThat(judgement.faults()).isEmpty();
        assertThat(judgement.root()).isEqualTo("CN=root");
        assertThat(judge("localhost", leaf, intermediate.certificate(), root.certificate())
                        .accepted())
                .isTrue();
        // In any order: TLS 1.3 says that clients should take that.
        assertThat(judge("localhost", leaf, root.certificate(), intermediate.certificate())
                        .accepted())
                .isTrue();
    }

    @Test
    void a_missing_intermediate_is_named() {
        ChainJudgement judgement = judge("localhost", leaf);
        assertThat(judgement.faults()).containsExactly(new ChainFault.RootNotTrusted("CN=intermediate", false));
        assertThat(judgement.root()).isNull();
        assertThat(judgement.explain()).contains("'CN=intermediate'", "neither shown nor among the roots");
    }

    @Test
    void a_strangers_root_is_named_although_it_bears_the_same_name() {
        TestAuthority stranger = new TestAuthority("root", PAST, FUTURE);
        ChainJudgement judgement = ChainJudgement.of(
                List.of(leaf, intermediate.certificate(), root.certificate()),
                List.of(stranger.certificate()),
                "localhost",
                NOW);
        assertThat(judgement.faults()).containsExactly(new ChainFault.RootNotTrusted("CN=root", true));
    }

    @Test
    void everything_that_is_wrong_is_told() {
        ChainJudgement judgement =
                ChainJudgement.of(List.of(leaf(PAST, NOW.minusSeconds(1))), List.of(), "hub1.elsewhere.test", NOW);
        assertThat(kinds(judgement)).containsExactly("RootNotTrusted", "NameDiffers", "Expired");
        assertThat(judgement.explain()).contains("*.hub.test, localhost", "2026-11-22T11:59:59Z");
    }

    @Test
    void a_certificate_of_tomorrow_compares_clocks() {
        ChainJudgement judgement = judge("localhost", leaf(NOW.plusSeconds(1), FUTURE), intermediate.certificate());
        assertThat(kinds(judgement)).containsExactly("NotYetValid");
    }

    @Test
    void an_issuer_that_may_not_issue_is_refused_by_the_path_check() {
        ChainJudgement judgement = ChainJudgement.of(
                List.of(root.issue("nobody", KeyKind.EC_P256, PAST, FUTURE).certificate()),
                List.of(root.certificate()),
                "nobody",
                NOW);
        assertThat(kinds(judgement)).containsExactly("NameDiffers");
        TestAuthority old = new TestAuthority("old root", PAST, NOW.minusSeconds(1));
        X509Certificate below = old.issueServer(List.of("localhost"), KeyKind.EC_P256, PAST, FUTURE)
                .certificate();
        assertThat(ChainJudgement.of(List.of(below, old.certificate()), List.of(), "localhost", NOW)
                        .accepted())
                .isFalse();
    }

    @Test
    void a_certificate_that_is_not_for_servers_is_refused() throws Exception {
        // No test authority makes one; the name and root are not what this is about.
        Path key = directory.resolve("key.pem");
        Path certificate = directory.resolve("certificate.pem");
        Tool.Result made = Tool.run(
                "",
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-noenc",
                "-subj",
                "/CN=device",
                "-addext",
                "extendedKeyUsage=clientAuth",
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString());
        assertThat(made.exitCode()).as(made.output()).isZero();
        X509Certificate device = new Pem(Limits.defaults().certificates())
                .certificates(Files.readAllBytes(certificate))
                .getFirst();

        ChainJudgement judgement = ChainJudgement.of(List.of(device), List.of(device), "device", Instant.now());

        assertThat(kinds(judgement)).containsExactly("NameDiffers", "Unfit");
        assertThat(judgement.explain()).contains("lacks serverAuth");
    }

    @Test
    void no_certificate_is_a_fault_of_its_own() {
        assertThat(kinds(judge("localhost"))).containsExactly("NoCertificate");
    }

    @Test
    void two_authorities_that_certified_each_other_end_the_walk() {
        TestAuthority other = new TestAuthority("other", PAST, FUTURE);
        X509Certificate one = root.certify(other, PAST, FUTURE);
        X509Certificate two = other.certify(root, PAST, FUTURE);
        assertThat(kinds(ChainJudgement.of(
                        List.of(leaf, intermediate.certificate(), two, one), List.of(), "localhost", NOW)))
                .containsExactly("RootNotTrusted");
    }

    @ParameterizedTest
    @CsvSource({
        "hub1.hub.test, *.hub.test, true",
        "HUB1.Hub.Test, *.hub.test, true",
        "hub1.hub.test., hub1.hub.test, true",
        "hub.test, *.hub.test, false",
        "a.b.hub.test, *.hub.test, false",
        "hub1.hub.test, h*.hub.test, false",
        "127.0.0.1, 127.0.0.1, true",
        "127.0.0.1, *.0.0.1, false",
        "::1, 0:0:0:0:0:0:0:1, true",
        "localhost, 127.0.0.1, false"
    })
    void names_are_compared_as_clients_do(String host, String name, boolean covers) {
        assertThat(HostNames.cover(List.of(name), host)).isEqualTo(covers);
    }
}
