package dev.holdfast.insight.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.Limits;
import dev.holdfast.pki.KeyAndCertificate;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.pki.ServerChain;
import dev.holdfast.store.embedded.EmbeddedTable;
import dev.holdfast.testkit.TestAuthority;
import dev.holdfast.testkit.TestClock;
import dev.holdfast.tls.hello.ClientHello;
import dev.holdfast.tls.hello.HelloShape;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.peer.Offer;
import dev.holdfast.tls.peer.PeerIdentity;
import dev.holdfast.tls.policy.ServerKeyType;
import dev.holdfast.tls.report.DeviceConnected;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.Connection;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrillTest {
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final HelloShape NODE = shape(0x1301);
    private static final HelloShape OTHER = shape(0x1302);

    @TempDir
    Path directory;

    private final TestClock clock = new TestClock(Instant.parse("2026-11-22T10:00:00Z"));
    private final Instant end = clock.instant().plus(Duration.ofDays(30));
    private final ServerChain candidate = chain();
    private final Set<String> connected = new HashSet<>();
    private final List<KnownDevice> known = new ArrayList<>();
    private EmbeddedTable table;
    private Drills drills;

    @BeforeEach
    void start() {
        table = EmbeddedTable.open(
                directory.resolve("insight.db"), Limits.defaults().storage());
        drills = open();
    }

    private Drills open() {
        return new Drills(
                table,
                clock,
                (world, serverName) -> !"other.test".equals(serverName),
                (hub, device) -> connected.contains(device));
    }

    @AfterEach
    void close() {
        table.close();
    }

    private ServerChain chain() {
        TestAuthority root = new TestAuthority("New root", clock.instant(), end);
        KeyAndCertificate leaf = root.issueServer(List.of("hub1.test"), KeyKind.EC_P256, clock.instant(), end);
        return new ServerChain(List.of(leaf.certificate()), leaf.key(), root.certificate());
    }

    private static HelloShape shape(int suite) {
        return HelloShape.of(new ClientHello(
                0x0303,
                0,
                0,
                List.of(suite),
                List.of(0, 10, 13),
                null,
                List.of(23),
                List.of(),
                null,
                null,
                null,
                List.of(),
                null));
    }

    private static String address(int i) {
        return "127.9." + i / 250 + "." + (1 + i % 250);
    }

    private void know(int count) {
        for (int i = 0; i < count; i++) {
            known.add(new KnownDevice("d" + i, address(i), NODE.id(), "hub1.test"));
        }
    }

    private Drill begin(int refusedMax) {
        Cohort all = new Cohort(List.of(), 100, List.of(), List.of(), List.of());
        return begin(refusedMax, all);
    }

    private Drill begin(int refusedMax, Cohort cohort) {
        Drill drill = drills.begin(
                new DrillPlan("hub1", "default", "ecdsa", "AB", "CN=New root", cohort, refusedMax, PATIENCE),
                candidate,
                known);
        assertThat(drill).isNotNull();
        return drill;
    }

    /** One that comes by its address and hello, as the front door sees it. */
    private Connection comes(String address, HelloShape shape) {
        InetAddress source = InetAddress.ofLiteral(address);
        ServerChain chosen = drills.choose(source, "hub1.test", shape, ServerKeyType.ECDSA);
        Connection connection = Connection.accept(
                new EmbeddedChannel(), "mqtt", new InetSocketAddress(source, 40_000), clock.instant());
        connection.learn(Offer.class, new Offer(shape, "hub1.test", 0, "p", null, chosen, chosen != null));
        return connection;
    }

    private static boolean isShownCandidate(Connection connection) {
        return Offer.of(connection).orElseThrow().candidate();
    }

    private void letIn(Connection connection, String device) {
        drills.connected(new DeviceConnected(clock.instant(), connection, "hub1", device, null, "sas"));
    }

    private void refuses(Connection connection, @Nullable String device, String reason) {
        drills.refused(Report.of(connection, clock.instant(), "hub1", device, reason, "It was refused.")
                .with("received unknown_ca"));
    }

    private List<String> devices(Outcome outcome) {
        return drills.last().orElseThrow().members().stream()
                .filter(member -> member.outcome() == outcome)
                .map(Member::device)
                .toList();
    }

    @Test
    void who_lacks_the_root_is_named_and_with_one_too_many_everybody_gets_the_usual_chain() {
        know(200);
        Drill drill = begin(19);
        for (int i = 0; i < 200; i++) {
            Connection connection = comes(address(i), NODE);
            if (i % 10 == 0) {
                refuses(connection, null, "ClientAlertUnknownCa");
            } else if (isShownCandidate(connection)) {
                letIn(connection, "d" + i);
            }
        }
        assertThat(drill.state()).isEqualTo(DrillState.WENT_BACK);
        assertThat(drill.because()).contains("20 devices refused");
        assertThat(devices(Outcome.REFUSED))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 20).mapToObj(i -> "d" + 10 * i).toList());
        assertThat(drill.count(Outcome.ACCEPTED)).isEqualTo(171);
        assertThat(drill.members().stream().filter(each -> each.device().equals("d0")))
                .singleElement()
                .satisfies(each -> assertThat(each.why()).isEqualTo("ClientAlertUnknownCa, received unknown_ca"));
        assertThat(isShownCandidate(comes(address(5), NODE))).isFalse();
    }

    @Test
    void who_refused_gets_the_usual_chain_at_its_next_attempt_while_others_go_on() {
        know(2);
        begin(1);
        refuses(comes(address(0), NODE), null, "ClientAlertUnknownCa");
        Connection again = comes(address(0), NODE);
        assertThat(isShownCandidate(again)).isFalse();
        letIn(again, "d0");
        assertThat(isShownCandidate(comes(address(1), NODE))).isTrue();
        clock.advance(PATIENCE.plusSeconds(1));
        connected.add("d1");
        drills.tick();
        assertThat(drills.last().orElseThrow().state())
                .as("it came back, so it does not stay away")
                .isEqualTo(DrillState.RUNNING);
    }

    @Test
    void one_that_goes_away_without_a_word_has_refused_when_it_comes_again_but_not_when_it_comes_twice_at_once() {
        know(1);
        begin(5);
        assertThat(isShownCandidate(comes(address(0), NODE))).isTrue();
        assertThat(isShownCandidate(comes(address(0), NODE))).as("at once").isTrue();
        clock.advance(Duration.ofSeconds(2));
        assertThat(isShownCandidate(comes(address(0), NODE))).isFalse();
        assertThat(devices(Outcome.REFUSED)).containsExactly("d0");
    }

    @Test
    void to_be_refused_by_its_name_proves_that_it_trusted_the_root() {
        know(1);
        begin(0);
        Connection connection = comes(address(0), NODE);
        connection.learn(
                Handshake.class,
                new Handshake("TLSv1.3", "TLS_AES_128_GCM_SHA256", "hub1.test", false, new PeerIdentity.Anonymous()));
        refuses(connection, "d0", "TokenExpired");
        assertThat(devices(Outcome.ACCEPTED)).containsExactly("d0");
    }

    @Test
    void devices_that_can_not_be_told_apart_stay_with_the_usual_chain_and_are_told() {
        know(3);
        known.add(new KnownDevice("twin", address(0), NODE.id(), "hub1.test"));
        known.add(new KnownDevice("near", address(1), OTHER.id(), "hub1.test"));
        begin(0);
        assertThat(isShownCandidate(comes(address(0), NODE))).isFalse();
        assertThat(devices(Outcome.NOT_TOLD_APART)).containsExactly("d0", "twin");
        assertThat(isShownCandidate(comes(address(1), OTHER)))
                .as("another hello")
                .isTrue();
        // A device that nobody knew comes from where d2 does.
        letIn(comes(address(2), NODE), "stranger");
        assertThat(devices(Outcome.NOT_TOLD_APART)).containsExactly("d0", "d2", "twin");
    }

    @Test
    void a_device_that_was_shown_the_chain_and_stays_away_ends_it() {
        know(2);
        Drill drill = begin(10);
        assertThat(isShownCandidate(comes(address(0), NODE))).isTrue();
        assertThat(isShownCandidate(comes(address(1), NODE))).isTrue();
        connected.add("d1");
        clock.advance(PATIENCE.minusSeconds(1));
        drills.tick();
        assertThat(drill.state()).isEqualTo(DrillState.RUNNING);
        clock.advance(Duration.ofSeconds(2));
        drills.tick();
        assertThat(drill.state()).isEqualTo(DrillState.WENT_BACK);
        assertThat(drill.because()).contains("'d0'").contains("stayed away");
        assertThat(devices(Outcome.STAYED_AWAY)).containsExactly("d0");
    }

    @Test
    void a_device_that_moved_is_shown_the_chain_the_next_time() {
        know(1);
        begin(0);
        Connection elsewhere = comes("127.8.8.8", OTHER);
        assertThat(isShownCandidate(elsewhere)).isFalse();
        letIn(elsewhere, "d0");
        assertThat(isShownCandidate(comes("127.8.8.8", OTHER))).isTrue();
        assertThat(isShownCandidate(comes(address(0), NODE))).isFalse();
    }

    @Test
    void nobody_of_another_key_type_or_world_is_shown_it_and_nobody_while_it_is_paused() {
        know(1);
        Drill drill = begin(0);
        InetAddress source = InetAddress.ofLiteral(address(0));
        assertThat(drills.choose(source, "hub1.test", NODE, ServerKeyType.RSA)).isNull();
        assertThat(drills.choose(source, "other.test", NODE, ServerKeyType.ECDSA))
                .isNull();
        assertThat(drill.pause()).isNull();
        assertThat(drill.pause()).contains("not running");
        assertThat(isShownCandidate(comes(address(0), NODE))).isFalse();
        assertThat(drill.resume()).isNull();
        assertThat(isShownCandidate(comes(address(0), NODE))).isTrue();
        assertThat(drill.finish()).isNull();
        assertThat(drill.abort()).contains("over already");
        assertThat(isShownCandidate(comes(address(0), NODE))).isFalse();
    }

    @Test
    void it_goes_on_after_a_restart_when_it_has_a_chain_again_and_there_is_one_at_a_time() {
        know(3);
        begin(2);
        letIn(comes(address(0), NODE), "d0");
        refuses(comes(address(1), NODE), null, "ClosedInHandshake");
        drills.tick();
        drills = open();
        Drill drill = drills.last().orElseThrow();
        assertThat(drills.lacksChain()).isTrue();
        assertThat(isShownCandidate(comes(address(2), NODE))).isFalse();
        drills.show(candidate);
        assertThat(isShownCandidate(comes(address(2), NODE))).isTrue();
        assertThat(devices(Outcome.ACCEPTED)).containsExactly("d0");
        assertThat(devices(Outcome.REFUSED)).containsExactly("d1");
        assertThat(isShownCandidate(comes(address(1), NODE))).isFalse();
        assertThat(drills.begin(drill.plan(), candidate, known)).isNull();
        assertThat(drill.abort()).isNull();
        known.clear();
        assertThat(drills.begin(drill.plan(), candidate, known)).isNotNull();
        drills.tick();
        assertThat(open().last().orElseThrow().members())
                .as("of the one before")
                .isEmpty();
    }

    @Test
    void a_cohort_is_who_fits_all_that_is_said() {
        know(300);
        known.add(new KnownDevice("named", "192.0.2.7", OTHER.id(), null));
        Cohort tenth = new Cohort(List.of(), 10, List.of(), List.of(), List.of());
        Cohort half = new Cohort(List.of(), 50, List.of(), List.of(), List.of());
        List<KnownDevice> few = known.stream().filter(tenth::includes).toList();
        assertThat(few).hasSizeBetween(15, 50);
        assertThat(few).as("more percent keep those of fewer").allMatch(half::includes);
        Cohort network = new Cohort(List.of(), 100, List.of("192.0.2.0/24"), List.of(), List.of());
        assertThat(known.stream().filter(network::includes))
                .extracting(KnownDevice::device)
                .containsExactly("named");
        Cohort named = new Cohort(List.of(), 100, List.of(), List.of("HUB1.test"), List.of());
        assertThat(known.stream().filter(named::includes)).hasSize(300);
        Cohort shaped = new Cohort(List.of("named", "d1"), 100, List.of(), List.of(), List.of(OTHER.id()));
        assertThat(known.stream().filter(shaped::includes))
                .extracting(KnownDevice::device)
                .containsExactly("named");
        assertThatThrownBy(() -> new Cohort(List.of(), 0, List.of(), List.of(), List.of()))
                .hasMessageContaining("percent");
        for (String wrong : List.of("x", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/x", "localhost", "")) {
            assertThatThrownBy(() -> new Cohort(List.of(), 1, List.of(wrong), List.of(), List.of()))
                    .as(wrong)
                    .hasMessageContaining("neither an address nor a network");
        }
    }
}
