package dev.holdfast.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.Limits;
import dev.holdfast.pki.TrustedRoot.Role;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The installation's own root and intermediate, replaced. */
class RootChangeTest {
    private static final Limits.Certificates LIMITS = Limits.defaults().certificates();

    @TempDir
    Path data;

    private Instant now = Maker.NOW;

    private ServerCertificateStore store() {
        return store(data);
    }

    private ServerCertificateStore store(Path directory) {
        return new ServerCertificateStore(directory, List.of("iot.example"), LIMITS, () -> now);
    }

    private static X509Certificate root(ServerAuthorities opened, ServerSlot slot, Role role) {
        return opened.bundle().roots().stream()
                .filter(root -> root.slot() == slot && root.role() == role)
                .findFirst()
                .orElseThrow()
                .certificate();
    }

    private static List<Role> roles(ServerAuthorities opened, ServerSlot slot) {
        return opened.bundle().roots().stream()
                .filter(root -> root.slot() == slot)
                .map(TrustedRoot::role)
                .toList();
    }

    private ServerAuthorities promote(ServerAuthorities shown, @Nullable String sha256) throws IOException {
        RootChange judged = store().judge(ServerSlot.ECDSA, sha256, shown);
        assertThat(judged).isInstanceOf(RootChange.Possible.class);
        return store().promote((RootChange.Possible) judged);
    }

    private static void requireWhole(ServerChain chain) throws Exception {
        chain.leaf().verify(chain.shown().getLast().getPublicKey());
        chain.shown().getLast().verify(chain.root().getPublicKey());
        assertThat(KeyAndCertificate.belongTogether(chain.key(), chain.leaf())).isTrue();
    }

    @Test
    void a_first_start_makes_the_ecc_reserve_at_once_and_leaves_the_rsa_one_for_later() throws IOException {
        ServerAuthorities first = store().open();
        assertThat(roles(first, ServerSlot.ECDSA)).containsExactly(Role.PRIMARY, Role.RESERVE);
        assertThat(roles(first, ServerSlot.RSA)).containsExactly(Role.PRIMARY);
        assertThat(store().lacksReserve()).isTrue();

        ServerAuthorities later = store().makeReserves();

        assertThat(roles(later, ServerSlot.RSA)).containsExactly(Role.PRIMARY, Role.RESERVE);
        assertThat(store().lacksReserve()).isFalse();
        assertThat(later.rsa()).isEqualTo(first.rsa());
        assertThat(Files.readString(later.trustBundle()))
                .isEqualTo(later.bundle().pem());
        assertThat(later.bundle().version()).isNotEqualTo(first.bundle().version());
        assertThat(store().open().bundle()).isEqualTo(later.bundle());
    }

    @Test
    void who_has_the_bundle_of_before_trusts_the_promoted_root() throws Exception {
        ServerAuthorities before = store().open();
        X509Certificate reserve = root(before, ServerSlot.ECDSA, Role.RESERVE);

        ServerAuthorities after = promote(before, null);

        assertThat(after.ecc().root()).isEqualTo(reserve);
        requireWhole(after.ecc());
        assertThat(after.rsa()).isEqualTo(before.rsa());
        assertThat(roles(after, ServerSlot.ECDSA)).containsExactly(Role.PRIMARY, Role.RESERVE, Role.FORMER);
        assertThat(root(after, ServerSlot.ECDSA, Role.FORMER))
                .isEqualTo(before.ecc().root());
        assertThat(root(after, ServerSlot.ECDSA, Role.RESERVE)).isNotEqualTo(reserve);
        assertThat(store().open().ecc()).isEqualTo(after.ecc());
    }

    @Test
    void a_former_root_is_the_way_back_until_it_is_removed() throws Exception {
        ServerAuthorities first = store().open();
        ServerAuthorities second = promote(first, null);
        String former = TrustBundleTest.sha256(first.ecc().root());

        ServerAuthorities back = promote(second, former);
        assertThat(back.ecc().root()).isEqualTo(first.ecc().root());
        requireWhole(back.ecc());
        assertThat(root(back, ServerSlot.ECDSA, Role.FORMER))
                .isEqualTo(second.ecc().root());
        assertThat(root(back, ServerSlot.ECDSA, Role.RESERVE)).isEqualTo(root(second, ServerSlot.ECDSA, Role.RESERVE));

        String unused = TrustBundleTest.sha256(second.ecc().root());
        assertThat(store().remove(ServerSlot.ECDSA, unused)).isNull();
        assertThat(roles(store().open(), ServerSlot.ECDSA)).containsExactly(Role.PRIMARY, Role.RESERVE);
        assertThat(store().remove(ServerSlot.ECDSA, unused)).isInstanceOf(RootChangeFault.NoSuchRoot.class);
        assertThat(store().remove(ServerSlot.ECDSA, former)).isInstanceOf(RootChangeFault.RootInUse.class);
    }

    @Test
    void refusals_change_nothing() throws Exception {
        ServerAuthorities shown = store().open();

        assertThat(refusal(ServerSlot.RSA, null, shown)).isInstanceOf(RootChangeFault.NoReserveRoot.class);
        assertThat(refusal(ServerSlot.ECDSA, "00", shown)).isInstanceOf(RootChangeFault.NoSuchRoot.class);
        assertThat(refusal(ServerSlot.ECDSA, TrustBundleTest.sha256(shown.ecc().root()), shown))
                .isInstanceOf(RootChangeFault.RootIsPrimary.class);
        for (int i = 0; i < LIMITS.formerRootsMax(); i++) {
            shown = promote(shown, null);
        }
        assertThat(refusal(ServerSlot.ECDSA, null, shown)).isInstanceOf(RootChangeFault.TooManyFormerRoots.class);
        now = now.plus(Duration.ofDays(21 * 365));
        assertThat(refusal(ServerSlot.ECDSA, null, shown)).isInstanceOf(RootChangeFault.RootHasEnded.class);
        assertThat(store().open().ecc().root()).isEqualTo(shown.ecc().root());
    }

    @Test
    void a_change_that_is_asked_for_twice_is_made_once() throws Exception {
        ServerAuthorities shown = store().open();
        now = now.plus(Duration.ofDays(100));
        shown = promote(shown, null);
        ServerAuthorities changed = shown;

        RootChangeFault twice = refusal(ServerSlot.ECDSA, null, changed);

        String reserve = TrustBundleTest.sha256(root(changed, ServerSlot.ECDSA, Role.RESERVE));
        assertThat(twice).isEqualTo(new RootChangeFault.ReserveIsNew(reserve, now));
        assertThat(twice.explain()).contains(reserve, "--root");
        assertThat(store().judge(ServerSlot.ECDSA, reserve, changed))
                .as("who names it gets it")
                .isInstanceOf(RootChange.Possible.class);
        now = now.plus(Duration.ofDays(1));
        assertThat(store().judge(ServerSlot.ECDSA, null, changed)).isInstanceOf(RootChange.Possible.class);
    }

    @Test
    void a_change_that_broke_off_is_noticed_and_finished() throws Exception {
        ServerAuthorities before = store().open();
        assertThat(store().isUnderItsRoots(before)).isTrue();
        // Whatever keeps the file from being written, a full disk for one.
        Path inTheWay = Files.createDirectories(data.resolve("pki/ecc/intermediate.pem.unfinished/x"));

        assertThatThrownBy(() -> promote(before, null)).isInstanceOf(IOException.class);

        assertThat(store().isUnderItsRoots(before)).isFalse();
        Files.delete(inTheWay);
        ServerAuthorities after = store().makeReserves();
        assertThat(store().isUnderItsRoots(after)).isTrue();
        assertThat(after.ecc().root()).isEqualTo(root(before, ServerSlot.ECDSA, Role.RESERVE));
        requireWhole(after.ecc());
    }

    private RootChangeFault refusal(ServerSlot slot, @Nullable String sha256, ServerAuthorities shown)
            throws IOException {
        RootChange judged = store().judge(slot, sha256, shown);
        assertThat(judged).isInstanceOf(RootChange.Refused.class);
        RootChangeFault why = ((RootChange.Refused) judged).why();
        assertThat(why.explain()).endsWith(".").doesNotContain("null");
        return why;
    }

    @Test
    void a_new_intermediate_comes_with_a_new_leaf_under_the_same_root() throws Exception {
        ServerAuthorities before = store().open();

        ServerAuthorities after = store().renew(Set.of(ServerSlot.RSA), true);

        assertThat(after.rsa().root()).isEqualTo(before.rsa().root());
        assertThat(after.rsa().shown()).doesNotContainAnyElementsOf(before.rsa().shown());
        requireWhole(after.rsa());
        assertThat(after.ecc()).isEqualTo(before.ecc());
    }

    /** The states of the disk between the steps of a change: each is completed to the new state, or is the old one. */
    @Test
    void a_crash_leaves_the_old_root_or_the_new_one(@TempDir Path scratch) throws Exception {
        ServerAuthorities before = store().open();
        X509Certificate reserve = root(before, ServerSlot.ECDSA, Role.RESERVE);
        String name = "former/" + TrustBundleTest.sha256(before.ecc().root()) + ".pem";
        for (int steps = 0; steps <= 2; steps++) {
            Path crashed = scratch.resolve("crash-" + steps);
            copy(data, crashed);
            Path ecc = crashed.resolve("pki/ecc");
            if (steps >= 1) {
                Files.createDirectories(ecc.resolve("former"));
                Files.copy(ecc.resolve("root.pem"), ecc.resolve(name));
            }
            if (steps == 2) {
                Files.write(ecc.resolve("root.pem"), Files.readAllBytes(ecc.resolve("reserve.pem")));
            }

            ServerAuthorities after = store(crashed).open();

            requireWhole(after.ecc());
            assertThat(after.ecc().root())
                    .isEqualTo(steps == 2 ? reserve : before.ecc().root());
            assertThat(roles(after, ServerSlot.ECDSA).getFirst()).isEqualTo(Role.PRIMARY);
            assertThat(roles(store(crashed).open(), ServerSlot.ECDSA))
                    .isEqualTo(
                            steps == 2
                                    ? List.of(Role.PRIMARY, Role.RESERVE, Role.FORMER)
                                    : List.of(Role.PRIMARY, Role.RESERVE));
            assertThat(after.bundle().roots().stream().map(TrustedRoot::certificate))
                    .contains(before.ecc().root());
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes facts) throws IOException {
                Files.createDirectories(to.resolve(from.relativize(directory)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes facts) throws IOException {
                Files.copy(file, to.resolve(from.relativize(file)));
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Test
    void worlds_share_nothing_and_their_leaves_name_their_own_domains_only() throws Exception {
        ServerAuthorities first = store().open();
        ServerAuthorities china = new ServerCertificateStore(
                        data, new TrustWorld("china", List.of("iot.test")), TokenKeys.none(), LIMITS, () -> now)
                .open();

        assertThat(china.trustBundle()).hasFileName("ca-china.pem");
        assertThat(china.bundle().roots().stream().map(TrustedRoot::certificate))
                .doesNotContainAnyElementsOf(first.bundle().roots().stream()
                        .map(TrustedRoot::certificate)
                        .toList());
        assertThat(CertificateFacts.of(china.rsa().leaf()).names())
                .containsExactlyInAnyOrder("*.iot.test", "*.device.iot.test", "*.service.iot.test", "global.iot.test");
        assertThat(store().open().rsa()).isEqualTo(first.rsa());
        try (Stream<Path> keys = Files.walk(data.resolve("pki/worlds"))) {
            assertThat(keys.filter(Files::isRegularFile))
                    .hasSize(7)
                    .allSatisfy(key -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                            .isEqualTo("rw-------"));
        }
    }
}
