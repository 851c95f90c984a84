package dev.holdfast.insight.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.Limits;
import dev.holdfast.insight.journal.LikelyDevice;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.Table;
import dev.holdfast.store.embedded.EmbeddedTable;
import dev.holdfast.testkit.TestAuthority;
import dev.holdfast.testkit.TestClock;
import dev.holdfast.tls.hello.HelloShape;
import dev.holdfast.tls.peer.Offer;
import dev.holdfast.tls.report.Report;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final String HOME = "192.0.2.1";

    @TempDir
    Path directory;

    private final TestClock clock = new TestClock(NOW);
    private EmbeddedTable table;
    private Fleet fleet;

    @BeforeEach
    void open() {
        open(limits(1000, 100));
    }

    private void open(Limits.Insight limits) {
        table = EmbeddedTable.open(
                directory.resolve("insight.db"), Limits.defaults().storage());
        fleet = new Fleet(table, limits, clock);
    }

    @AfterEach
    void close() {
        fleet.close();
        table.close();
    }

    private void reopen(Limits.Insight limits) {
        close();
        open(limits);
    }

    private static Limits.Insight limits(int devices, int shapes) {
        Limits.Insight usual = Limits.defaults().insight();
        return new Limits.Insight(
                usual.reportsMax(),
                usual.reportMaxAge(),
                usual.reportMaxBytes(),
                usual.queueMax(),
                usual.reports(),
                usual.pageMax(),
                devices,
                Duration.ofDays(400),
                shapes,
                Limits.defaults().insight().traces());
    }

    private void seen(Sighting sighting) {
        fleet.accept(sighting.connected());
    }

    private Sighting sighting(String device) {
        return Sighting.of(clock.instant(), device);
    }

    private FleetDevice get(String device) {
        return fleet.get("hub1", device).orElseThrow();
    }

    private List<String> ids(FleetQuery query) {
        return fleet.all(query).map(FleetDevice::device).toList();
    }

    @Test
    void a_device_is_known_with_its_last_handshake_and_counts_of_all_after_a_restart_too() throws Exception {
        X509Certificate certificate = new TestAuthority(
                        "plant", NOW.minus(Duration.ofDays(1)), NOW.plus(Duration.ofDays(9)))
                .issue("d1", KeyKind.EC_P256, NOW.minus(Duration.ofDays(1)), NOW.plus(Duration.ofDays(9)))
                .certificate();
        seen(sighting("d1").from("192.0.2.7"));
        clock.advance(Duration.ofHours(1));
        seen(sighting("d1").resuming().showing(certificate));

        FleetDevice known = get("d1");
        assertThat(known.firstSeen()).isEqualTo(NOW);
        assertThat(known.lastSeen()).isEqualTo(NOW.plus(Duration.ofHours(1)));
        assertThat(known.fullHandshakes()).isEqualTo(1);
        assertThat(known.resumedHandshakes()).isEqualTo(1);
        assertThat(known.resumed()).isTrue();
        assertThat(known.version()).isEqualTo("TLS 1.3");
        assertThat(known.address()).isEqualTo(HOME);
        assertThat(known.group()).isEqualTo("x25519");
        assertThat(known.policy()).isEqualTo("hub-2025");
        ClientCertificate shown = Objects.requireNonNull(known.certificate());
        assertThat(shown.keyType()).isEqualTo("EC 256");
        assertThat(shown.issuer()).contains("plant");
        assertThat(shown.notAfter()).isEqualTo(NOW.plus(Duration.ofDays(9)));

        reopen(limits(1000, 100));

        assertThat(get("d1")).isEqualTo(known);
        assertThat(fleet.shapeOf(get("d1")).orElseThrow().shape()).isEqualTo(Hellos.modern());
    }

    @Test
    void who_is_seen_while_the_stored_ones_are_read_keeps_its_past() {
        seen(sighting("d1"));
        fleet.close();
        clock.advance(Duration.ofDays(1));
        fleet = new Fleet(table, limits(1000, 100), clock);
        seen(sighting("d1"));

        assertThat(get("d1").firstSeen()).isEqualTo(NOW);
        assertThat(get("d1").lastSeen()).isEqualTo(NOW.plus(Duration.ofDays(1)));
        assertThat(get("d1").fullHandshakes()).isEqualTo(2);
    }

    @Test
    void a_row_that_can_not_be_read_costs_that_device_only() {
        seen(sighting("d1"));
        seen(sighting("d2"));
        fleet.flush();
        var _ = table.transact("fleet", rows -> rows.put("device", "hub1/d1", new byte[] {'{'}));

        reopen(limits(1000, 100));

        assertThat(ids(FleetQuery.of("hub1"))).containsExactly("d2");
    }

    @Test
    void of_too_many_those_that_were_not_seen_for_longest_give_way_on_disk_too() {
        reopen(limits(100, 100));
        for (int i = 0; i < 150; i++) {
            clock.advance(Duration.ofSeconds(1));
            seen(sighting("d%03d".formatted(i)));
        }
        reopen(limits(100, 100));

        assertThat(ids(FleetQuery.of("hub1")))
                .hasSizeBetween(99, 100)
                .contains("d149")
                .doesNotContain("d049");
        assertThat(table.count("fleet", "device")).isBetween(99L, 100L);
    }

    @Test
    void shapes_are_bounded_and_those_that_no_device_has_any_more_give_way() {
        reopen(limits(1000, 10));
        IntStream.range(0, 10).forEach(i -> seen(sighting("d" + i).offering(Hellos.number(i))));
        seen(sighting("late").offering(Hellos.number(100)));
        assertThat(get("late").shape()).isNull();

        IntStream.range(0, 10).forEach(i -> seen(sighting("d" + i).offering(Hellos.number(0))));
        reopen(limits(1000, 10));
        seen(sighting("late").offering(Hellos.number(100)));
        fleet.flush();

        assertThat(fleet.shapeOf(get("late"))).isPresent();
        assertThat(table.count("fleet", "shape")).isEqualTo(2);
    }

    @Test
    void a_device_that_is_forgotten_is_gone_for_good() {
        seen(sighting("d1"));
        seen(sighting("d2"));

        assertThat(fleet.forget("hub1", "d1")).isTrue();
        assertThat(fleet.forget("hub1", "d1")).isFalse();
        assertThat(table.get("fleet", "device", "hub1/d1")).isEmpty();
        reopen(limits(1000, 100));

        assertThat(fleet.get("hub1", "d1")).isEmpty();
        assertThat(fleet.get("hub1", "d2")).isPresent();
        assertThat(guess(null, null, HOME, Hellos.modern()))
                .map(LikelyDevice::device)
                .contains("d2");
    }

    @Test
    void a_device_stands_for_its_modules_when_it_is_looked_for_and_forgotten() {
        for (String id : List.of("d1", "d1/m1", "d1/m2", "d1-", "d10", "d10/m1", "d2/d1")) {
            seen(sighting(id));
        }
        assertThat(ids(new FleetQuery("hub1", "d1", null, null, null, null))).containsExactly("d1", "d1/m1", "d1/m2");
        assertThat(ids(new FleetQuery("hub1", "d1/m1", null, null, null, null))).containsExactly("d1/m1");

        assertThat(fleet.forget("hub1", "d1/m1")).isTrue();
        assertThat(ids(FleetQuery.of("hub1"))).containsExactly("d1", "d1-", "d1/m2", "d10", "d10/m1", "d2/d1");
        assertThat(fleet.forget("hub2", "d1")).isFalse();
        assertThat(fleet.forget("hub1", "d1")).isTrue();
        assertThat(ids(FleetQuery.of("hub1"))).containsExactly("d1-", "d10", "d10/m1", "d2/d1");
        assertThat(fleet.forget("hub1", "d2"))
                .as("only a module of it is known")
                .isTrue();
        reopen(limits(1000, 100));
        assertThat(ids(FleetQuery.of("hub1"))).containsExactly("d1-", "d10", "d10/m1");
    }

    @Test
    void devices_go_with_age_and_with_their_hub() {
        seen(sighting("old"));
        clock.advance(Duration.ofDays(300));
        seen(sighting("young"));
        seen(sighting("stray").hub("hub2"));
        clock.advance(Duration.ofDays(101));

        fleet.flush();
        fleet.dropOld("hub1"::equals);
        fleet.flush();

        assertThat(ids(FleetQuery.of(null))).containsExactly("young");
        assertThat(table.count("fleet", "device")).isEqualTo(1);
    }

    @Test
    void pages_come_in_order_and_end() {
        for (String device : List.of("b", "a", "c", "a/module")) {
            seen(sighting(device));
        }
        seen(sighting("z").hub("hub0"));

        FleetPage first = fleet.find(FleetQuery.of("hub1"), "", 2);
        FleetPage second = fleet.find(FleetQuery.of("hub1"), Objects.requireNonNull(first.next()), 2);

        assertThat(first.devices()).extracting(FleetDevice::device).containsExactly("a", "a/module");
        assertThat(second.devices()).extracting(FleetDevice::device).containsExactly("b", "c");
        assertThat(second.next()).isNull();
    }

    @Test
    void devices_are_found_by_what_they_offer_need_and_call_themselves() {
        seen(sighting("modern"));
        seen(sighting("cbc").offering(Hellos.cbc()));
        clock.advance(Duration.ofDays(1));
        seen(sighting("old").offering(Hellos.old()));

        assertThat(ids(new FleetQuery("hub1", null, null, ClientOffer.TLS_1_3, null, null)))
                .containsExactly("modern");
        assertThat(ids(new FleetQuery("hub1", null, null, ClientOffer.ECDSA, null, null)))
                .containsExactly("modern");
        assertThat(ids(new FleetQuery("hub1", null, null, ClientOffer.X25519_MLKEM768, null, null)))
                .containsExactly("modern");
        assertThat(ids(new FleetQuery("hub1", null, null, null, ClientNeed.CBC, null)))
                .containsExactly("cbc", "old");
        assertThat(ids(new FleetQuery("hub1", null, null, null, ClientNeed.SHA1, null)))
                .containsExactly("old");
        assertThat(ids(new FleetQuery("hub1", null, null, null, ClientNeed.TLS_1_0, null)))
                .containsExactly("old");
        assertThat(ids(new FleetQuery("hub1", null, null, null, ClientNeed.TLS_1_1, null)))
                .isEmpty();
        assertThat(ids(new FleetQuery("hub1", null, "IOT-device", null, null, null)))
                .hasSize(3);
        assertThat(ids(new FleetQuery("hub1", null, "python", null, null, null)))
                .isEmpty();
        assertThat(ids(new FleetQuery("hub1", null, null, null, null, NOW.plusSeconds(1))))
                .containsExactly("cbc", "modern");

        FleetSummary summary = fleet.summary(FleetQuery.of("hub1"));
        assertThat(summary.devices()).isEqualTo(3);
        assertThat(summary.clients()).isEqualTo(Map.of("azure-iot-device/1.18.2", 3));
        assertThat(summary.offers()).containsEntry(ClientOffer.TLS_1_3, 1);
        assertThat(summary.needs()).containsEntry(ClientNeed.CBC, 2).containsEntry(ClientNeed.SHA1, 1);
        assertThat(summary.stacks()).containsEntry("OpenSSL, 3.5 or newer", 1);
    }

    private Optional<LikelyDevice> guess(
            @Nullable String hub, @Nullable String device, String address, @Nullable HelloShape shape) {
        fleet.flush();
        Report report = new Report(
                clock.instant(),
                "mqtt",
                new InetSocketAddress(InetAddress.ofLiteral(address), 1),
                UUID.randomUUID(),
                hub,
                device,
                "NoCommonSuite",
                "It was refused.");
        return fleet.of(report, shape == null ? null : new Offer(shape, null, 0, null, null, null, false));
    }

    @Test
    void who_was_refused_without_a_name_is_likely_the_only_device_of_that_address_and_shape() {
        seen(sighting("d1"));
        seen(sighting("other").offering(Hellos.cbc()));

        assertThat(guess(null, null, HOME, Hellos.modern())).hasValueSatisfying(likely -> {
            assertThat(likely.device()).isEqualTo("d1");
            assertThat(likely.why()).contains("only device", NOW.toString());
        });
        assertThat(guess(null, null, HOME, Hellos.old())).isEmpty();
        assertThat(guess(null, null, "192.0.2.2", Hellos.modern())).isEmpty();
        assertThat(guess(null, null, HOME, null)).isEmpty();
        assertThat(guess("hub2", null, HOME, Hellos.modern())).isEmpty();

        seen(sighting("d2"));
        assertThat(guess(null, null, HOME, Hellos.modern())).as("two are alike").isEmpty();

        seen(sighting("d1").from("192.0.2.9"));
        assertThat(guess(null, null, HOME, Hellos.modern()))
                .map(LikelyDevice::device)
                .contains("d2");
        assertThat(guess(null, null, "192.0.2.9", Hellos.modern()))
                .map(LikelyDevice::device)
                .contains("d1");
    }

    @Test
    void an_id_that_is_unknown_only_by_its_case_is_that_of_the_known_one() {
        seen(sighting("Pump-1"));
        seen(sighting("valve"));

        assertThat(guess("hub1", "pump-1", "192.0.2.66", null))
                .map(LikelyDevice::device)
                .contains("Pump-1");
        assertThat(guess("hub1", "VALVE", "192.0.2.66", null))
                .map(LikelyDevice::device)
                .contains("valve");
        assertThat(guess("hub1", "valve", "192.0.2.66", Hellos.modern()))
                .as("known")
                .isEmpty();
        assertThat(guess("hub2", "VALVE", "192.0.2.66", null)).isEmpty();
    }

    @Test
    void a_device_is_told_of_once_until_something_changes_after_a_restart_too() {
        seen(sighting("d1"));
        assertThat(fleet.tell("hub1", "d1", "mark")).isTrue();
        seen(sighting("d1"));
        assertThat(fleet.tell("hub1", "d1", "mark")).isFalse();

        reopen(limits(1000, 100));
        assertThat(get("d1")).isNotNull();
        assertThat(fleet.tell("hub1", "d1", "mark")).isFalse();
        assertThat(fleet.tell("hub1", "d1", "other")).isTrue();
        assertThat(fleet.tell("hub1", "d1", null)).isFalse();
        assertThat(fleet.tell("hub1", "d1", "other")).isTrue();
        assertThat(fleet.tell("hub1", "nobody", "mark")).isFalse();
    }

    /** A change of policy would look as if it lost nobody. */
    @Test
    void what_can_not_be_read_does_not_pass_for_not_being_there() {
        Table damaged = (Table) Proxy.newProxyInstance(
                Table.class.getClassLoader(), new Class<?>[] {Table.class}, (proxy, method, arguments) -> {
                    if (method.isDefault()) {
                        return InvocationHandler.invokeDefault(proxy, method, arguments);
                    }
                    throw new StoreException("the disk image is malformed");
                });
        try (Fleet unreadable = new Fleet(damaged, limits(1000, 100), clock)) {
            assertThatThrownBy(() -> unreadable.find(FleetQuery.of("hub1"), "", 10))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("can't be read");
            assertThatThrownBy(() -> unreadable.all(FleetQuery.of("hub1"))).isInstanceOf(StoreException.class);
            assertThatThrownBy(() -> unreadable.forget("hub1", "d1")).isInstanceOf(StoreException.class);
        }
    }
}
