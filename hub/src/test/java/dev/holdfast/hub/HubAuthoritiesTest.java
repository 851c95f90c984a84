package dev.holdfast.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Commands;
import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.identity.AuthorityRefusal;
import dev.holdfast.hub.identity.AuthorityVerification;
import dev.holdfast.hub.identity.CertificateAuthorities;
import dev.holdfast.hub.identity.CertificateAuthority;
import dev.holdfast.hub.identity.CertificateProof;
import dev.holdfast.hub.identity.DenialChange;
import dev.holdfast.hub.identity.DenialRequest;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.Precondition;
import dev.holdfast.hub.identity.SharedAccessPolicies;
import dev.holdfast.hub.link.DeviceLink;
import dev.holdfast.hub.link.LinkEnd;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.pki.Pem;
import dev.holdfast.store.Table;
import dev.holdfast.store.embedded.EmbeddedTable;
import dev.holdfast.testkit.TestAuthority;
import dev.holdfast.testkit.TestClock;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The certificate authorities of a hub: durable, live, and whoever one let in goes with it. */
final class HubAuthoritiesTest {
    private static final HubName HUB1 = new HubName("hub1");
    private static final InetSocketAddress ADDRESS = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    private final TestClock clock = new TestClock(NOW);
    private final TestAuthority plant = new TestAuthority("Plant", NOW, NOW.plusSeconds(3600));
    private final TestAuthority other = new TestAuthority("Other", NOW, NOW.plusSeconds(3600));

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

    private HubChange add(String name, TestAuthority authority) {
        return hubs.changeAuthorities(
                HUB1,
                authorities -> CertificateAuthorities.add(
                        authorities,
                        name,
                        Pem.write(authority.certificate()),
                        true,
                        Limits.defaults().certificates(),
                        clock.instant()));
    }

    private HubChange remove(String name) {
        return hubs.changeAuthorities(HUB1, authorities -> CertificateAuthorities.remove(authorities, name));
    }

    private Hub hub() {
        return hubs.byName(HUB1).orElseThrow();
    }

    private static final class Link implements DeviceLink {
        private final CertificateProof proof;
        private final List<LinkEnd> ends = new ArrayList<>();

        Link(@Nullable TestAuthority authority) {
            this.proof = authority == null
                    ? CertificateProof.NONE
                    : new CertificateProof(List.of(authority.certificate()), List.of(authority.certificate()));
        }

        @Override
        public void end(LinkEnd why) {
            ends.add(why);
        }

        @Override
        public CertificateProof proof() {
            return proof;
        }
    }

    private Link connect(String device, @Nullable TestAuthority authority) {
        Link link = new Link(authority);
        hub().links().register(Identity.of(new DeviceId(device)), link, ADDRESS);
        return link;
    }

    @Test
    void an_authority_is_live_at_once_and_still_there_after_a_restart() {
        assertThat(add("plant", plant)).isInstanceOf(HubChange.Done.class);
        CertificateAuthority wanted = new CertificateAuthority("plant", plant.certificate(), true, NOW, NOW);
        assertThat(hub().settings().get().authorities()).containsExactly(wanted);

        hubs.close();
        hubs = hubs();

        assertThat(hub().settings().get().authorities()).containsExactly(wanted);
        assertThat(remove("plant")).isInstanceOf(HubChange.Done.class);
        assertThat(hub().settings().get().authorities()).isEmpty();
    }

    @Test
    void other_changes_of_a_hub_leave_its_authorities_alone() {
        add("plant", plant);
        hubs.addConsumerGroup(HUB1, "group");
        hubs.changePolicies(HUB1, policies -> SharedAccessPolicies.remove(policies, "device"));
        assertThat(hub().settings().get().authorities()).hasSize(1);
    }

    @Test
    void a_hub_that_was_stored_before_there_were_authorities_has_none() {
        String row = "{\"partitions\":4,\"retentionDays\":1,\"policies\":[],\"consumerGroups\":[],"
                + "\"createdAt\":\"2026-11-22T12:00:00Z\",\"deleting\":false}";
        table.transact(Hubs.SCOPE, rows -> rows.put(Hubs.KIND, "older", row.getBytes(StandardCharsets.UTF_8)));
        hubs.close();
        hubs = hubs();
        assertThat(hubs.byName(new HubName("older"))
                        .orElseThrow()
                        .settings()
                        .get()
                        .authorities())
                .isEmpty();
    }

    @Test
    void all_that_a_hub_may_have_fit_into_its_row() {
        // Certificates as large as allowed: what counts is their encoding in the row.
        int max = Limits.defaults().certificates().authoritiesMax();
        int each = Limits.defaults().certificates().authorityMaxBytes() * 4 / 3 + 400;
        assertThat(max * each).isLessThan(1024 * 1024);
    }

    @Test
    void whoever_a_deleted_authority_let_in_is_ended_and_nobody_else() {
        add("plant", plant);
        add("other", other);
        Link byPlant = connect("dev1", plant);
        Link byOther = connect("dev2", other);
        Link byKey = connect("dev3", null);

        assertThat(remove("plant")).isInstanceOf(HubChange.Done.class);

        assertThat(byPlant.ends).containsExactly(new LinkEnd.AuthorityDeleted("plant"));
        assertThat(byOther.ends).isEmpty();
        assertThat(byKey.ends).isEmpty();
    }

    @Test
    void a_code_survives_a_restart_and_whoever_leaned_on_an_unverified_authority_stays_when_it_is_verified() {
        hubs.changeAuthorities(
                HUB1,
                authorities -> CertificateAuthorities.add(
                        authorities,
                        "plant",
                        Pem.write(plant.certificate()),
                        false,
                        Limits.defaults().certificates(),
                        clock.instant()));
        hubs.changeAuthorities(
                HUB1,
                authorities -> AuthorityVerification.withCode(
                        authorities,
                        "plant",
                        new Precondition.Exists(),
                        new SecureRandom(),
                        Limits.defaults().certificates(),
                        clock.instant()));
        CertificateAuthority asked = hub().settings().get().authorities().getFirst();
        hubs.close();
        hubs = hubs();
        assertThat(hub().settings().get().authorities()).containsExactly(asked);
        assertThat(asked.code()).isNotNull();

        Link link = connect("dev1", plant);
        String proof = Pem.write(
                plant.issue(Objects.requireNonNull(asked.code()).text(), KeyKind.EC_P256, NOW, NOW.plusSeconds(60))
                        .certificate());
        assertThat(hubs.changeAuthorities(
                        HUB1,
                        authorities -> AuthorityVerification.verify(
                                authorities,
                                "plant",
                                new Precondition.Exists(),
                                proof,
                                Limits.defaults().certificates(),
                                clock.instant())))
                .isInstanceOf(HubChange.Done.class);
        assertThat(link.ends).isEmpty();
        remove("plant");
        assertThat(link.ends).hasSize(1);
    }

    @Test
    void what_a_hub_denies_is_there_after_a_restart_ends_who_came_in_by_it_and_goes_with_the_hub() {
        Link byPlant = connect("dev1", plant);
        Link byOther = connect("dev2", other);
        String pem = Pem.write(plant.certificate());
        assertThat(hub().denied().add(new DenialRequest.Certificate(pem, DenialRequest.By.PUBLIC_KEY), "lost"))
                .isInstanceOf(DenialChange.Done.class);
        assertThat(byPlant.ends).hasSize(1);
        assertThat(byPlant.ends.getFirst().reason()).isEqualTo("CertificateDenied");
        assertThat(byPlant.ends.getFirst().explain(Commands.OF_NO_HUB, "dev1")).contains("lost");
        assertThat(byOther.ends).isEmpty();

        hubs.close();
        hubs = hubs();
        assertThat(hub().denied().list("", 10)).hasSize(1);
        hubs.delete(HUB1);
        hubs.create(NewHub.named(HUB1));
        assertThat(hub().denied().list("", 10)).isEmpty();
    }

    @Test
    void a_refused_change_changes_nothing() {
        add("plant", plant);
        Link byPlant = connect("dev1", plant);
        assertThat(remove("elsewhere"))
                .isEqualTo(new HubChange.Refused(
                        new HubRefusal.AuthoritiesNotChanged(new AuthorityRefusal.AuthorityMissing("elsewhere"))));
        assertThat(add("plant", other)).isInstanceOf(HubChange.Refused.class);
        assertThat(byPlant.ends).isEmpty();
        assertThat(hubs.changeAuthorities(
                        new HubName("nowhere"), authorities -> CertificateAuthorities.remove(authorities, "plant")))
                .isEqualTo(new HubChange.Refused(new HubRefusal.UnknownHub(new HubName("nowhere"))));
    }
}
