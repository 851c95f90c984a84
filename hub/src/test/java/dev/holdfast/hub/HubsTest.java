package dev.holdfast.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.identity.AccessRight;
import dev.holdfast.hub.identity.Authentication;
import dev.holdfast.hub.identity.Device;
import dev.holdfast.hub.identity.DeviceSpec;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.ModuleName;
import dev.holdfast.hub.identity.ModuleRequest;
import dev.holdfast.hub.identity.ModuleSpec;
import dev.holdfast.hub.identity.Precondition;
import dev.holdfast.hub.identity.RegistryRequest;
import dev.holdfast.hub.identity.RegistryResult;
import dev.holdfast.hub.link.LinkEnd;
import dev.holdfast.store.Log;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.Table;
import dev.holdfast.store.embedded.EmbeddedTable;
import dev.holdfast.testkit.TestClock;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HubsTest {
    private static final HubName HUB1 = new HubName("hub1");
    private static final HubName HUB2 = new HubName("hub2");
    private static final DeviceId DEVICE = new DeviceId("same-id");
    private static final ModuleName MODULE = new ModuleName(DEVICE, new ModuleId("mod1"));
    private static final ModuleName SIBLING = new ModuleName(DEVICE, new ModuleId("mod2"));
    private static final HostNames NAMES = new HostNames(List.of("hub.test"), HUB1);
    private static final InetSocketAddress ADDRESS = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

    private final TestClock clock = new TestClock(Instant.parse("2026-11-22T12:00:00Z"));

    @TempDir
    Path directory;

    private RecordingLogs logs = new RecordingLogs();
    private Table table;
    private Hubs hubs;

    @BeforeEach
    void open() {
        table = EmbeddedTable.open(
                directory.resolve("state.db"), Limits.defaults().storage());
        hubs = hubs(Limits.defaults());
    }

    @AfterEach
    void close() {
        hubs.close();
        table.close();
    }

    private Hubs hubs(Limits limits) {
        return new Hubs(
                table, logs, NAMES, new NamedTls(), clock, new SecureRandom(), limits, NobodyAsked.ASKING, false);
    }

    /** As a new process would. */
    private void restart() {
        hubs.close();
        logs = new RecordingLogs();
        hubs = hubs(Limits.defaults());
    }

    private Hub create(HubName name) {
        return done(hubs.create(NewHub.named(name)));
    }

    private static Hub done(HubChange change) {
        assertThat(change).isInstanceOf(HubChange.Done.class);
        return ((HubChange.Done) change).hub();
    }

    private static Device register(Hub hub, DeviceId id) {
        RegistryResult result = hub.registry().apply(new RegistryRequest.Create(DeviceSpec.of(id, null)));
        assertThat(result).isInstanceOf(RegistryResult.Done.class);
        return ((RegistryResult.Done) result).device();
    }

    @Test
    void a_new_installation_has_no_hub() {
        assertThat(hubs.all()).isEmpty();
        assertThat(hubs.byName(HUB1)).isEmpty();
        assertThat(hubs.byHostName("localhost")).isEmpty();
    }

    @Test
    void a_made_hub_is_found_by_its_names() {
        Hub made = create(HUB1);

        assertThat(hubs.byName(HUB1)).containsSame(made);
        for (String host :
                List.of("hub1.hub.test", "HUB1.Hub.Test", "hub1.device.hub.test", "localhost", "127.0.0.1")) {
            assertThat(hubs.byHostName(host)).as(host).containsSame(made);
        }
        assertThat(hubs.byHostName("hub2.hub.test")).isEmpty();
        assertThat(hubs.byHostName("hub1.elsewhere.test")).isEmpty();
        assertThat(made.settings().get().hostName()).isEqualTo("hub1.hub.test");
    }

    @Test
    void a_made_hub_has_the_standard_policies_and_what_was_asked_for() {
        HubSettings settings =
                done(hubs.create(new NewHub(HUB1, 8, 7))).settings().get();

        assertThat(settings.partitions()).isEqualTo(8);
        assertThat(settings.retentionDays()).isEqualTo(7);
        assertThat(settings.createdAt()).isEqualTo(clock.instant());
        assertThat(logs.calls).contains("open hub1 8");
        assertThat(settings.policies())
                .extracting(policy -> policy.name())
                .containsExactly("iothubowner", "service", "device", "registryRead", "registryReadWrite");
        assertThat(settings.policy("service").orElseThrow().rights()).containsExactly(AccessRight.SERVICE_CONNECT);
    }

    @Test
    void hubs_are_listed_by_name_and_kept_over_a_restart() {
        create(HUB2);
        HubSettings before = create(HUB1).settings().get();

        restart();

        assertThat(hubs.all()).extracting(Hub::name).containsExactly(HUB1, HUB2);
        assertThat(hubs.byName(HUB1).orElseThrow().settings().get()).isEqualTo(before);
        assertThat(logs.calls).containsExactly("open hub1 4", "open hub2 4");
    }

    @Test
    void the_domain_may_change_from_start_to_start() {
        create(HUB1);
        hubs.close();

        HostNames other = new HostNames(List.of(HostNames.DEFAULT_DOMAIN), HUB1);
        hubs = new Hubs(
                table,
                logs,
                other,
                new NamedTls(),
                clock,
                new SecureRandom(),
                Limits.defaults(),
                NobodyAsked.ASKING,
                false);

        assertThat(hubs.byName(HUB1).orElseThrow().settings().get().hostName()).isEqualTo("localhost");
    }

    @Test
    void what_can_not_be_made_is_refused_and_leaves_nothing() {
        create(HUB1);

        assertThat(hubs.create(NewHub.named(HUB1))).isEqualTo(new HubChange.Refused(new HubRefusal.NameTaken(HUB1)));
        for (String reserved : List.of("installation", "global")) {
            HubName name = new HubName(reserved);
            assertThat(hubs.create(NewHub.named(name)))
                    .isEqualTo(new HubChange.Refused(new HubRefusal.NameReserved(name)));
        }
        for (int partitions : new int[] {-1, 0, 33}) {
            assertThat(hubs.create(new NewHub(HUB2, partitions, 1)))
                    .isEqualTo(new HubChange.Refused(new HubRefusal.PartitionsOutOfRange(partitions)));
        }
        for (int days : new int[] {0, 8}) {
            assertThat(hubs.create(new NewHub(HUB2, 1, days)))
                    .isEqualTo(new HubChange.Refused(new HubRefusal.RetentionOutOfRange(days)));
        }
        assertThat(hubs.all()).extracting(Hub::name).containsExactly(HUB1);
        restart();
        assertThat(hubs.all()).extracting(Hub::name).containsExactly(HUB1);
    }

    @Test
    void there_are_at_most_so_many_hubs() {
        int max = Limits.defaults().installation().hubsMax();
        for (int i = 0; i < max; i++) {
            create(new HubName("hub-" + i));
        }

        assertThat(hubs.create(NewHub.named(HUB1))).isEqualTo(new HubChange.Refused(new HubRefusal.TooManyHubs(max)));
    }

    @Test
    void devices_of_the_same_id_are_apart() {
        Hub first = create(HUB1);
        Hub second = create(HUB2);

        Device one = register(first, DEVICE);
        Device two = register(second, DEVICE);

        assertThat(one.authentication()).isInstanceOf(Authentication.Sas.class).isNotEqualTo(two.authentication());
        first.registry().apply(new RegistryRequest.Delete(DEVICE, new Precondition.Exists()));
        assertThat(first.registry().find(DEVICE)).isEmpty();
        assertThat(second.registry().find(DEVICE)).contains(two);
    }

    @Test
    void a_deleted_hub_takes_its_devices_log_and_connections_with_it() {
        Hub hub = create(HUB1);
        Hub other = create(HUB2);
        register(hub, DEVICE);
        register(other, DEVICE);
        List<LinkEnd> ends = new ArrayList<>();
        List<LinkEnd> otherEnds = new ArrayList<>();
        hub.links().register(Identity.of(DEVICE), ends::add, ADDRESS);
        other.links().register(Identity.of(DEVICE), otherEnds::add, ADDRESS);
        logs.calls.clear();

        assertThat(hubs.delete(HUB1)).isEqualTo(new HubChange.Done(hub));

        assertThat(ends).containsExactly(new LinkEnd.HubDeleted());
        assertThat(otherEnds).isEmpty();
        assertThat(logs.calls).containsExactly("close hub1", "delete hub1");
        assertThat(hubs.all()).containsExactly(other);
        assertThat(table.count("hub1", "device")).isZero();
        assertThat(table.count("hub2", "device")).isEqualTo(1);
        restart();
        assertThat(hubs.all()).extracting(Hub::name).containsExactly(HUB2);
    }

    @Test
    void a_connection_that_was_let_in_while_its_hub_was_deleted_is_ended() {
        Hub hub = create(HUB1);
        hubs.delete(HUB1);
        List<LinkEnd> ends = new ArrayList<>();

        hub.links().register(Identity.of(DEVICE), ends::add, ADDRESS);

        assertThat(ends).containsExactly(new LinkEnd.HubDeleted());
    }

    private record Ends(List<LinkEnd> device, List<LinkEnd> module, List<LinkEnd> sibling) {
        void clear() {
            device.clear();
            module.clear();
            sibling.clear();
        }
    }

    /** A device with two modules, all connected by what the registry made for them. */
    private Ends connected(Hub hub) {
        Ends ends = new Ends(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        hub.links().register(Identity.of(DEVICE), ends.device::add, ADDRESS);
        hub.links().register(MODULE.identity(), ends.module::add, ADDRESS);
        hub.links().register(SIBLING.identity(), ends.sibling::add, ADDRESS);
        return ends;
    }

    @Test
    void what_ends_a_module_and_what_does_not() {
        Hub hub = create(HUB1);
        register(hub, DEVICE);
        for (ModuleName name : List.of(MODULE, SIBLING)) {
            hub.registry().modules().apply(new ModuleRequest.Create(ModuleSpec.of(name, null)));
        }
        Ends ends = connected(hub);
        Precondition any = new Precondition.Exists();

        hub.registry().apply(new RegistryRequest.Replace(DeviceSpec.of(DEVICE, new Authentication.None()), any));
        assertThat(ends.device).containsExactly(new LinkEnd.CredentialWithdrawn());
        assertThat(ends.module).as("it has credentials of its own").isEmpty();

        ends.clear();
        hub.registry()
                .modules()
                .apply(new ModuleRequest.Replace(ModuleSpec.of(MODULE, new Authentication.None()), any));
        assertThat(ends.module).containsExactly(new LinkEnd.CredentialWithdrawn());
        hub.registry().modules().apply(new ModuleRequest.Delete(MODULE, any));
        assertThat(ends.module).endsWith(new LinkEnd.ModuleDeleted());
        assertThat(ends.device).isEmpty();
        assertThat(ends.sibling).isEmpty();

        hub.registry()
                .apply(new RegistryRequest.Replace(
                        new DeviceSpec(DEVICE, false, "", null, false, null, List.of()), any));
        assertThat(ends.sibling).containsExactly(new LinkEnd.DeviceDisabled());
        ends.clear();
        hub.registry().apply(new RegistryRequest.Delete(DEVICE, any));
        assertThat(ends.sibling).containsExactly(new LinkEnd.DeviceDeleted());
    }

    @Test
    void an_unknown_hub_can_not_be_deleted() {
        assertThat(hubs.delete(HUB1)).isEqualTo(new HubChange.Refused(new HubRefusal.UnknownHub(HUB1)));
    }

    @Test
    void a_deletion_that_was_cut_off_is_finished_at_the_next_start() {
        register(create(HUB1), DEVICE);
        logs.failsToDelete = true;
        assertThatThrownBy(() -> hubs.delete(HUB1)).isInstanceOf(StoreException.class);
        assertThat(hubs.byName(HUB1)).isEmpty();
        assertThat(hubs.create(NewHub.named(HUB1)))
                .as("its name is taken until everything of it is gone")
                .isEqualTo(new HubChange.Refused(new HubRefusal.NameTaken(HUB1)));

        restart();

        assertThat(logs.calls).containsExactly("delete hub1");
        assertThat(hubs.all()).isEmpty();
        assertThat(table.count("hub1", "device")).isZero();
        assertThat(table.count(Hubs.SCOPE, Hubs.KIND)).isZero();
    }

    @Test
    void a_new_hub_finds_nothing_that_a_late_request_left_of_an_older_one() {
        Hub old = create(HUB1);
        hubs.delete(HUB1);
        register(old, DEVICE); // a request that had found the hub before it went

        Hub hub = create(HUB1);

        assertThat(hub.registry().find(DEVICE)).isEmpty();
    }

    @Test
    void a_hub_whose_log_can_not_be_opened_is_taken_back() {
        logs.failsToOpen = true;
        assertThatThrownBy(() -> hubs.create(NewHub.named(HUB1))).isInstanceOf(StoreException.class);
        assertThat(hubs.all()).isEmpty();
        logs.failsToOpen = false;

        create(HUB1);
    }

    @Test
    void a_hub_that_can_be_neither_opened_nor_taken_back_is_gone_after_the_next_start() {
        logs.failsToOpen = true;
        logs.failsToDelete = false;
        HubLogs both = new HubLogs() {
            @Override
            public Log open(HubName hub, int partitions) {
                logs.failsToDelete = true;
                return logs.open(hub, partitions);
            }

            @Override
            public void delete(HubName hub) {
                logs.delete(hub);
            }
        };
        hubs = new Hubs(
                table,
                both,
                NAMES,
                new NamedTls(),
                clock,
                new SecureRandom(),
                Limits.defaults(),
                NobodyAsked.ASKING,
                false);
        assertThatThrownBy(() -> hubs.create(NewHub.named(HUB1)))
                .isInstanceOf(StoreException.class)
                .satisfies(failure -> assertThat(failure.getSuppressed()).hasSize(1));

        restart();

        assertThat(hubs.all()).isEmpty();
        assertThat(table.count(Hubs.SCOPE, Hubs.KIND)).isZero();
    }

    @Test
    void a_row_that_can_not_be_read_names_its_hub_and_closes_what_was_opened() {
        create(HUB1);
        hubs.close();
        table.transact(
                Hubs.SCOPE, rows -> rows.put(Hubs.KIND, "hub2", "{\"partitions\":".getBytes(StandardCharsets.UTF_8)));
        logs = new RecordingLogs();

        assertThatThrownBy(() -> hubs(Limits.defaults()))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("hub2");
        assertThat(logs.calls).containsExactly("open hub1 4", "close hub1");
    }

    @Test
    void consumer_groups_are_made_seen_at_once_and_kept() {
        Hub hub = create(HUB1);

        done(hubs.addConsumerGroup(HUB1, "Dashboard.v2"));

        assertThat(hub.settings().get().consumerGroups()).containsExactly("Dashboard.v2");
        assertThat(hub.settings().get().hasConsumerGroup("dashboard.V2")).isTrue();
        restart();
        assertThat(hubs.byName(HUB1).orElseThrow().settings().get().consumerGroups())
                .containsExactly("Dashboard.v2");
        done(hubs.removeConsumerGroup(HUB1, "DASHBOARD.v2"));
        restart();
        assertThat(hubs.byName(HUB1).orElseThrow().settings().get().consumerGroups())
                .isEmpty();
    }

    @Test
    void consumer_groups_that_can_not_be_are_refused() {
        create(HUB1);
        done(hubs.addConsumerGroup(HUB1, "one"));

        for (String malformed : List.of("", "$Default2", "a b", "-a", "a-", "ä", "a".repeat(51), "a/b")) {
            assertThat(hubs.addConsumerGroup(HUB1, malformed))
                    .as(malformed)
                    .isEqualTo(new HubChange.Refused(new HubRefusal.GroupNameMalformed()));
        }
        assertThat(hubs.addConsumerGroup(HUB1, "ONE"))
                .isEqualTo(new HubChange.Refused(new HubRefusal.GroupExists("ONE")));
        assertThat(hubs.removeConsumerGroup(HUB1, "two"))
                .isEqualTo(new HubChange.Refused(new HubRefusal.UnknownGroup("two")));
        assertThat(hubs.removeConsumerGroup(HUB1, "$default"))
                .isEqualTo(new HubChange.Refused(new HubRefusal.GroupIsDefault()));
        assertThat(hubs.addConsumerGroup(HUB2, "one"))
                .isEqualTo(new HubChange.Refused(new HubRefusal.UnknownHub(HUB2)));
        int max = Limits.defaults().registry().consumerGroupsMax();
        for (int i = 1; i < max; i++) {
            done(hubs.addConsumerGroup(HUB1, "group" + i));
        }
        assertThat(hubs.addConsumerGroup(HUB1, "last"))
                .isEqualTo(new HubChange.Refused(new HubRefusal.TooManyGroups(max)));
    }

    @Test
    void telemetry_is_dropped_when_it_is_older_than_its_hub_keeps_it() {
        done(hubs.create(new NewHub(HUB1, 1, 1)));
        done(hubs.create(new NewHub(HUB2, 1, 7)));

        hubs.dropExpired();

        assertThat(logs.droppedBefore)
                .containsEntry(HUB1, clock.instant().minus(Duration.ofDays(1)))
                .containsEntry(HUB2, clock.instant().minus(Duration.ofDays(7)));
    }

    @Test
    void the_end_ends_every_connection_and_closes_every_log() {
        Hub hub = create(HUB1);
        List<LinkEnd> ends = new ArrayList<>();
        hub.links().register(Identity.of(DEVICE), ends::add, ADDRESS);

        hubs.close();

        assertThat(ends).containsExactly(new LinkEnd.ServerStopping());
        assertThat(logs.calls).endsWith("close hub1");
        assertThat(hubs.all()).isEmpty();
    }

    @Test
    void no_key_is_in_the_text_of_a_stored_row() {
        HubSettings settings = create(HUB1).settings().get();

        assertThat(HubRow.of(settings).toString())
                .doesNotContain(settings.policies().getFirst().keys().primary().base64());
    }
}
