package dev.holdfast.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerAuthoritiesTest {
    private static final Instant START = Instant.parse("2026-11-22T10:00:00Z");
    private static final List<String> DOMAINS = List.of("holdfast.localhost");
    private static final Limits.Certificates LIMITS = Limits.defaults().certificates();
    /** All files of an installation, in an order in which a start could have made them. */
    private static final List<String> FILES = List.of(
            "pki/rsa/root.pem",
            "pki/rsa/intermediate.pem",
            "pki/rsa/leaf.pem",
            "pki/ecc/root.pem",
            "pki/ecc/reserve.pem",
            "pki/ecc/intermediate.pem",
            "pki/ecc/leaf.pem",
            "ca.pem");

    private final AtomicReference<Instant> now = new AtomicReference<>(START);
    private final InstantSource clock = now::get;

    @TempDir
    Path data;

    private ServerAuthorities open() throws IOException {
        return ServerAuthorities.openOrCreate(data, DOMAINS, LIMITS, clock);
    }

    @Test
    void both_chains_lead_to_their_roots_in_the_trust_bundle() throws Exception {
        ServerAuthorities authorities = open();

        List<X509Certificate> bundle = new Pem(LIMITS).certificates(Files.readAllBytes(authorities.trustBundle()));
        assertThat(bundle)
                .hasSize(3)
                .startsWith(authorities.rsa().root(), authorities.ecc().root());
        for (ServerChain chain : List.of(authorities.rsa(), authorities.ecc())) {
            assertThat(chain.shown()).hasSize(2).doesNotContain(chain.root());
            var path = CertificateFactory.getInstance("X.509").generateCertPath(chain.shown());
            var parameters = new PKIXParameters(Set.of(new TrustAnchor(chain.root(), null)));
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(START));
            CertPathValidator.getInstance("PKIX").validate(path, parameters);
        }
    }

    @Test
    void keys_and_validity_are_as_documented() throws Exception {
        ServerAuthorities authorities = open();

        assertThat(keyTypes(authorities.rsa())).containsExactly("RSA 2048", "RSA 3072", "RSA 3072");
        assertThat(keyTypes(authorities.ecc())).containsExactly("EC 256", "EC 384", "EC 384");
        for (ServerChain chain : List.of(authorities.rsa(), authorities.ecc())) {
            CertificateFacts leaf = CertificateFacts.of(chain.leaf());
            assertThat(leaf.notBefore()).isEqualTo(START.minus(Duration.ofDays(1)));
            assertThat(leaf.notAfter()).isEqualTo(START.plus(Duration.ofDays(397)));
            assertThat(chain.leaf().getSerialNumber().bitLength()).isBetween(65, 159);
        }
    }

    private static List<String> keyTypes(ServerChain chain) {
        return Stream.concat(chain.shown().stream(), Stream.of(chain.root()))
                .map(certificate -> CertificateFacts.of(certificate).keyType())
                .toList();
    }

    @Test
    void extensions_say_what_each_certificate_is_for() throws Exception {
        ServerAuthorities authorities = open();

        for (ServerChain chain : List.of(authorities.rsa(), authorities.ecc())) {
            X509Certificate leaf = chain.leaf();
            X509Certificate intermediate = chain.shown().getLast();
            assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
            assertThat(intermediate.getBasicConstraints()).isZero();
            assertThat(chain.root().getBasicConstraints()).isEqualTo(Integer.MAX_VALUE);
            assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
            // digitalSignature, and for RSA keyEncipherment; keyCertSign is bit 5.
            assertThat(leaf.getKeyUsage()[0]).isTrue();
            assertThat(leaf.getKeyUsage()[2]).isEqualTo(!(leaf.getPublicKey() instanceof ECPublicKey));
            assertThat(leaf.getKeyUsage()[5]).isFalse();
            assertThat(intermediate.getKeyUsage()[5]).isTrue();
            for (X509Certificate certificate : List.of(leaf, intermediate)) {
                assertThat(certificate.getCriticalExtensionOIDs()).containsExactlyInAnyOrder("2.5.29.19", "2.5.29.15");
                assertThat(certificate.getNonCriticalExtensionOIDs()).contains("2.5.29.14", "2.5.29.35");
            }
        }
    }

    @Test
    void leaves_name_every_role_of_every_domain_and_this_machine() throws Exception {
        ServerAuthorities authorities =
                ServerAuthorities.openOrCreate(data, List.of("holdfast.localhost", "iot.example"), LIMITS, clock);

        assertThat(names(authorities.ecc().leaf()))
                .containsExactlyInAnyOrder(
                        "*.holdfast.localhost",
                        "*.device.holdfast.localhost",
                        "*.service.holdfast.localhost",
                        "global.holdfast.localhost",
                        "*.iot.example",
                        "*.device.iot.example",
                        "*.service.iot.example",
                        "global.iot.example",
                        "localhost",
                        "127.0.0.1",
                        "0:0:0:0:0:0:0:1");
    }

    private static Set<String> names(X509Certificate certificate) throws Exception {
        return certificate.getSubjectAlternativeNames().stream()
                .map(name -> String.valueOf(name.get(1)))
                .collect(Collectors.toSet());
    }

    @Test
    void a_later_start_uses_what_the_first_one_made() throws Exception {
        ServerAuthorities first = open();
        now.set(START.plus(Duration.ofDays(300)));

        ServerAuthorities second = open();

        assertThat(second.rsa().shown()).isEqualTo(first.rsa().shown());
        assertThat(second.ecc().shown()).isEqualTo(first.ecc().shown());
        assertThat(second.rsa().root()).isEqualTo(first.rsa().root());
        assertThat(second.ecc().root()).isEqualTo(first.ecc().root());
    }

    @Test
    void a_leaf_is_made_anew_when_fewer_than_thirty_days_are_left() throws Exception {
        ServerAuthorities first = open();
        now.set(START.plus(Duration.ofDays(368)));

        ServerAuthorities second = open();

        assertThat(second.rsa().leaf()).isNotEqualTo(first.rsa().leaf());
        assertThat(second.ecc().leaf().getPublicKey())
                .isNotEqualTo(first.ecc().leaf().getPublicKey());
        assertThat(second.rsa().shown().getLast()).isEqualTo(first.rsa().shown().getLast());
        assertThat(CertificateFacts.of(second.rsa().leaf()).notAfter())
                .isEqualTo(now.get().plus(Duration.ofDays(397)));
    }

    @Test
    void an_intermediate_is_made_anew_under_the_same_root_before_it_would_cut_a_leaf_short() throws Exception {
        ServerAuthorities first = open();
        now.set(START.plus(Duration.ofDays(9 * 365)));

        ServerAuthorities second = open();

        assertThat(second.rsa().shown().getLast())
                .isNotEqualTo(first.rsa().shown().getLast());
        assertThat(second.rsa().root()).isEqualTo(first.rsa().root());
        second.rsa().leaf().verify(second.rsa().shown().getLast().getPublicKey());
    }

    @Test
    void leaves_follow_the_domains() throws Exception {
        ServerAuthorities first = open();

        ServerAuthorities second = ServerAuthorities.openOrCreate(data, List.of("iot.example"), LIMITS, clock);

        assertThat(names(second.rsa().leaf())).contains("*.iot.example").doesNotContain("*.holdfast.localhost");
        assertThat(second.rsa().root()).isEqualTo(first.rsa().root());
    }

    @Test
    void keys_are_closed_to_others_and_the_trust_bundle_is_open() throws Exception {
        open();

        for (String file : FILES) {
            String permissions = PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(file)));
            assertThat(permissions).as(file).isEqualTo(file.equals("ca.pem") ? "rw-r--r--" : "rw-------");
        }
        for (String directory : List.of("pki", "pki/rsa", "pki/ecc")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(directory))))
                    .as(directory)
                    .isEqualTo("rwx------");
        }
        assertThat(Files.readString(data.resolve("ca.pem"))).doesNotContain("PRIVATE KEY");
    }

    @Test
    void a_key_file_that_was_opened_to_others_is_closed_again() throws Exception {
        open();
        Path root = data.resolve("pki/rsa/root.pem");
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rw-r--r--"));

        open();

        assertThat(Files.getPosixFilePermissions(root)).isEqualTo(AtomicFile.OWNER_ONLY);
    }

    /** Every state that a crash during the first start can leave: so many whole files, and one that was being written. */
    @Test
    void a_start_after_a_crash_keeps_what_is_whole_and_makes_the_rest(@TempDir Path scratch) throws Exception {
        open();
        for (int whole = 0; whole < FILES.size(); whole++) {
            Path crashed = scratch.resolve("crash-" + whole);
            for (String file : FILES.subList(0, whole)) {
                Files.createDirectories(crashed.resolve(file).getParent());
                Files.copy(data.resolve(file), crashed.resolve(file));
            }
            byte[] next = Files.readAllBytes(data.resolve(FILES.get(whole)));
            Path unfinished = crashed.resolve(FILES.get(whole) + ".unfinished");
            Files.createDirectories(unfinished.getParent());
            Files.write(unfinished, Arrays.copyOf(next, next.length / 2));

            ServerAuthorities after = ServerAuthorities.openOrCreate(crashed, DOMAINS, LIMITS, clock);

            for (String file : FILES.subList(0, whole)) {
                assertThat(crashed.resolve(file)).as(file).hasSameBinaryContentAs(data.resolve(file));
            }
            for (ServerChain chain : List.of(after.rsa(), after.ecc())) {
                new KeyAndCertificate(chain.key(), chain.leaf());
                chain.leaf().verify(chain.shown().getLast().getPublicKey());
                chain.shown().getLast().verify(chain.root().getPublicKey());
            }
            assertThat(Files.readString(after.trustBundle()))
                    .isEqualTo(Pem.write(after.rsa().root())
                            + Pem.write(after.ecc().root())
                            + Pem.write(after.bundle().roots().getLast().certificate()));
            assertThat(unfinished).doesNotExist();
        }
    }

    @Test
    void a_cut_off_key_file_stops_the_start_with_what_to_do_and_is_left_alone() throws Exception {
        open();
        Path root = data.resolve("pki/ecc/root.pem");
        String cut = Files.readString(root).substring(0, 300);
        Files.writeString(root, cut);

        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("root.pem can't be used")
                .hasMessageContaining("backup");

        assertThat(Files.readString(root)).isEqualTo(cut);
    }

    @Test
    void a_key_that_does_not_belong_to_its_certificate_is_never_used() throws Exception {
        ServerAuthorities authorities = open();
        Path leaf = data.resolve("pki/ecc/leaf.pem");
        String foreignKey = Pem.write(KeyKind.EC_P256.generate().getPrivate());
        Files.writeString(leaf, foreignKey + Pem.write(authorities.ecc().leaf()), StandardCharsets.US_ASCII);

        assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("does not belong");
    }

    @Test
    void a_leaf_of_another_installation_is_replaced(@TempDir Path other) throws Exception {
        ServerAuthorities first = open();
        ServerAuthorities.openOrCreate(other, DOMAINS, LIMITS, clock);
        Files.write(data.resolve("pki/rsa/leaf.pem"), Files.readAllBytes(other.resolve("pki/rsa/leaf.pem")));

        ServerAuthorities second = open();

        second.rsa().leaf().verify(first.rsa().shown().getLast().getPublicKey());
    }

    @Test
    void two_installations_have_roots_of_different_names(@TempDir Path other) throws Exception {
        assertThat(open().rsa().root().getSubjectX500Principal())
                .isNotEqualTo(ServerAuthorities.openOrCreate(other, DOMAINS, LIMITS, clock)
                        .rsa()
                        .root()
                        .getSubjectX500Principal());
    }

    @Test
    void text_forms_show_no_key() throws Exception {
        ServerAuthorities authorities = open();

        assertThat(authorities.toString()).contains("Holdfast RSA Root").doesNotContainIgnoringCase("modulus");
    }

    @Test
    void a_name_that_is_no_domain_is_refused() {
        for (String name : List.of("", "Upper.example", "*.example", "a..b", "-a.example", "a b", "a.example.")) {
            assertThatThrownBy(() -> ServerAuthorities.openOrCreate(data, List.of(name), LIMITS, clock))
                    .as(name)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is not a domain");
        }
    }
}
