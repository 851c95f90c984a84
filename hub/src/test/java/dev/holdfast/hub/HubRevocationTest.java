package dev.holdfast.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.identity.AuthorityRefusal;
import dev.holdfast.hub.identity.CertificateAuthorities;
import dev.holdfast.hub.revocation.ListChange;
import dev.holdfast.hub.revocation.ListRefusal;
import dev.holdfast.hub.revocation.Origin;
import dev.holdfast.hub.revocation.RevocationRefusal;
import dev.holdfast.hub.revocation.RevocationRefusal.CertificateRevoked;
import dev.holdfast.hub.revocation.RevocationRefusal.RevocationListStale;
import dev.holdfast.hub.revocation.RevocationRefusal.RevocationUnknown;
import dev.holdfast.hub.revocation.RevocationSettings;
import dev.holdfast.hub.revocation.WhenUnknown;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.pki.Pem;
import dev.holdfast.store.Table;
import dev.holdfast.store.embedded.EmbeddedTable;
import dev.holdfast.testkit.TestAuthority;
import dev.holdfast.testkit.TestClock;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The revocation lists of a hub: durable, each for its own authority, and gone with it. */
final class HubRevocationTest {
    private static final HubName HUB1 = new HubName("hub1");
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final Instant NEXT = NOW.plus(Duration.ofDays(1));

    private final TestClock clock = new TestClock(NOW);
    private final TestAuthority plant = new TestAuthority("Plant", NOW, NOW.plus(Duration.ofDays(9)));
    private final X509Certificate device = plant.issue("pump-1", KeyKind.EC_P256, NOW, NOW.plus(Duration.ofDays(9)))
            .certificate();

    @TempDir
    Path directory;

    private Table table;
    private Hubs hubs;

    @BeforeEach
    void open() {
        table = EmbeddedTable.open(
                directory.resolve("state.db"), Limits.defaults().storage());
        hubs = hubs();
        hubs.create(NewHub.named(HUB1));
        add("plant", plant);
    }

    @AfterEach
    void close() {
        hubs.close();
        table.close();
    }

    private Hubs hubs() {
        return new Hubs(
                table,
                new RecordingLogs(),
                new HostNames(List.of("hub.test"), HUB1),
                new NamedTls(),
                clock,
                new SecureRandom(),
                Limits.defaults(),
                NobodyAsked.ASKING,
                false);
    }

    private void restart() {
        hubs.close();
        hubs = hubs();
    }

    private void add(String name, TestAuthority authority) {
        assertThat(hubs.changeAuthorities(
                        HUB1,
                        authorities -> CertificateAuthorities.add(
                                authorities,
                                name,
                                Pem.write(authority.certificate()),
                                true,
                                Limits.defaults().certificates(),
                                clock.instant())))
                .isInstanceOf(HubChange.Done.class);
    }

    private HubChange set(WhenUnknown whenUnknown, boolean holdsList) {
        RevocationSettings wanted = new RevocationSettings(new Origin.Nowhere(), new Origin.Nowhere(), whenUnknown);
        return hubs.changeAuthorities(
                HUB1,
                authorities ->
                        CertificateAuthorities.setRevocation(authorities, "plant", wanted, holdsList, clock.instant()));
    }

    private Hub hub() {
        return hubs.byName(HUB1).orElseThrow();
    }

    private ListChange give(Instant thisUpdate, BigInteger... revoked) {
        return hub().revocation().add("plant", plant.revocationList(thisUpdate, NEXT, List.of(revoked)));
    }

    private @Nullable RevocationRefusal fault() {
        return hub().revocation().faultOf(List.of(device, plant.certificate()));
    }

    @Test
    void a_list_of_many_rows_is_there_after_a_restart_and_a_shorter_one_leaves_nothing_of_it() {
        BigInteger[] many = IntStream.range(1, 60_000)
                .mapToObj(i -> BigInteger.valueOf(1_000_000L + i))
                .toArray(BigInteger[]::new);
        many[0] = device.getSerialNumber();
        assertThat(give(NOW, many)).isEqualTo(new ListChange.Done(0));
        restart();
        assertThat(fault()).isInstanceOf(CertificateRevoked.class);
        assertThat(table.count("hub1", "revocation-list-part")).isGreaterThan(2);

        assertThat(give(NOW.plusSeconds(1))).isEqualTo(new ListChange.Done(0));
        restart();
        assertThat(fault()).isNull();
        assertThat(table.count("hub1", "revocation-list-part")).isEqualTo(1);
    }

    @Test
    void a_list_goes_with_its_authority_and_does_not_speak_for_another_of_the_same_name() {
        give(NOW, device.getSerialNumber());
        hubs.changeAuthorities(HUB1, authorities -> CertificateAuthorities.remove(authorities, "plant"));
        assertThat(table.count("hub1", "revocation-list")).isZero();
        TestAuthority twin = new TestAuthority("Plant", NOW, NEXT);
        add("plant", twin);
        assertThat(hub().revocation().faultOf(List.of(device, twin.certificate())))
                .isNull();
        assertThat(hub().revocation().standing("plant").orElseThrow().held()).isNull();
    }

    @Test
    void what_is_unknown_is_refused_only_where_the_operator_says_so() {
        assertThat(set(WhenUnknown.REFUSE, false))
                .isEqualTo(new HubChange.Refused(
                        new HubRefusal.AuthoritiesNotChanged(new AuthorityRefusal.NobodyToAsk("plant"))));
        give(NOW);
        assertThat(set(WhenUnknown.REFUSE, true)).isInstanceOf(HubChange.Done.class);
        assertThat(fault()).isNull();
        restart();
        clock.advance(Duration.ofDays(2));
        assertThat(fault()).isInstanceOf(RevocationListStale.class);
        assertThat(hub().revocation().remove("plant"))
                .isEqualTo(new ListChange.Refused(new ListRefusal.LastOrigin("plant")));
        set(WhenUnknown.ALLOW, true);
        assertThat(fault()).isNull();
        assertThat(hub().revocation().counts().allowedUnknown()).isEqualTo(1);
    }

    @Test
    void below_an_authority_that_refuses_the_unknown_every_issuer_must_have_a_list() {
        give(NOW);
        set(WhenUnknown.REFUSE, true);
        TestAuthority line = plant.intermediate("Line", NOW, NEXT);
        X509Certificate below = line.issue("pump-2", KeyKind.EC_P256, NOW, NEXT).certificate();
        List<X509Certificate> path = List.of(below, line.certificate(), plant.certificate());
        assertThat(hub().revocation().faultOf(path)).isInstanceOf(RevocationUnknown.class);
        add("line", line);
        assertThat(hub().revocation().faultOf(path)).isInstanceOf(RevocationUnknown.class);
        hub().revocation().add("line", line.revocationList(NOW, NEXT, List.of()));
        assertThat(hub().revocation().faultOf(path)).isNull();
    }

    @Test
    void a_revoked_certificate_stays_so_on_a_list_that_is_stale() {
        give(NOW, device.getSerialNumber());
        clock.advance(Duration.ofDays(2));
        assertThat(fault()).isInstanceOf(CertificateRevoked.class);
    }
}
