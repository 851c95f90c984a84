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
    private long nanos = 17;
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
                () -> nanos,
                (hub, world, serverName) -> !"other.test".equals(serverName)
                        && (serverName == null || !serverName.startsWith("hub") || serverName.startsWith(hub)),
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
            known.add(known("hub1", "d" + i, address(i), NODE, "hub1.test"));
        }
    }

    private static KnownDevice known(
            String hub, String device, String address, HelloShape shape, @Nullable String serverName) {
        return new KnownDevice(hub, device, "mqtt", address, shape.id(), serverName, "ECDSA");
    }

    private void pass(Duration time) {
        clock.advance(time);
        nanos += time.toNanos();
    }

    private Drill begin(int refusedMax) {
        Cohort all = new Cohort(List.of(), 100, List.of(), List.of(), List.of());
        return begin(refusedMax, all);
    }

    private Drill begin(int refusedMax, Cohort cohort) {
        Drill drill =
                drills.begin(plan(refusedMax, cohort), candidate, select(cohort).devices(), known);
        assertThat(drill).isNotNull();
        return drill;
    }

    private DrillPlan plan(int refusedMax, Cohort cohort) {
        return new DrillPlan("hub1", "default", "ecdsa", "AB", "CN=New root", cohort, 0, refusedMax, PATIENCE);
    }

    private Selection select(Cohort cohort) {
        return drills.select("hub1", "default", ServerKeyType.ECDSA, cohort, known);
    }

    /** One that comes by its address and hello, as the front door sees it. */
    private Connection comes(String address, HelloShape shape) {
        return comes("mqtt", address, "hub1.test", shape, ServerKeyType.ECDSA);
    }

    private Connection comes(
            String listener, String address, @Nullable String name, HelloShape shape, ServerKeyType keyType) {
        InetAddress source = InetAddress.ofLiteral(address);
        Connection connection = Connection.accept(
                new EmbeddedChannel(), listener, new InetSocketAddress(source, 40_000), clock.instant());
        ServerChain chosen = drills.choose(connection, name, shape, keyType);
        connection.learn(Offer.class, new Offer(shape, name, 0, "p", null, chosen, chosen != null));
        return connection;
    }

    /** To the end of the handshake. */
    private Connection shakesHands(String address, HelloShape shape) {
        Connection connection = comes(address, shape);
        connection.learn(
                Handshake.class,
                new Handshake("TLSv1.3", "TLS_AES_128_GCM_SHA256", "hub1.test", false, new PeerIdentity.Anonymous()));
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

    /** It named a device, and was refused by that. */
    private void speaks(Connection connection, String hub, String device) {
        drills.refused(Report.of(connection, clock.instant(), hub, device, "WrongSignature", "It was refused."));
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
        pass(PATIENCE.plusSeconds(1));
        connected.add("d1");
        drills.tick();
        assertThat(drills.last().orElseThrow().state())
                .as("it came back, so it does not stay away")
                .isEqualTo(DrillState.RUNNING);
    }

    @Test
    void one_that_goes_away_without_a_word_gets_the_usual_chain_next_and_is_tried_once_more() {
        know(1);
        Drill drill = begin(0);
        assertThat(isShownCandidate(comes(address(0), NODE))).isTrue();
        assertThat(isShownCandidate(comes(address(0), NODE))).as("at once").isTrue();
        pass(Duration.ofSeconds(2));
        Connection usual = comes(address(0), NODE);
        assertThat(isShownCandidate(usual)).isFalse();
        letIn(usual, "d0");
        assertThat(devices(Outcome.SHOWN)).containsExactly("d0");
        assertThat(drill.members().getFirst().why()).contains("without a word");
        assertThat(isShownCandidate(comes(address(0), NODE))).isTrue();
        pass(Duration.ofSeconds(2));
        assertThat(isShownCandidate(comes(address(0), NODE))).isFalse();
        assertThat(devices(Outcome.REFUSED)).containsExactly("d0");
        assertThat(drill.because()).isEqualTo("1 device refused the root, and 0 were allowed to");
    }

    @Test
    void a_stranger_that_shakes_hands_and_leaves_makes_no_refusal_of_a_device_that_connects_well() {
        know(1);
        Drill drill = begin(0);
        var _ = shakesHands(address(0), NODE);
        pass(Duration.ofSeconds(2));
        letIn(shakesHands(address(0), NODE), "d0");
        assertThat(drill.state()).isEqualTo(DrillState.RUNNING);
        assertThat(drill.count(Outcome.REFUSED)).isZero();
        pass(PATIENCE.plusSeconds(1));
        drills.tick();
        assertThat(drill.state()).as("it came back").isEqualTo(DrillState.RUNNING);
        Connection again = shakesHands(address(0), NODE);
        assertThat(isShownCandidate(again)).isTrue();
        letIn(again, "d0");
        assertThat(devices(Outcome.ACCEPTED)).containsExactly("d0");
    }

    @Test
    void several_that_go_away_without_a_word_are_no_chance() {
        know(2);
        Drill drill = begin(0);
        drills.refused(
                Report.of(comes(address(0), NODE), clock.instant(), null, null, "ClosedInHandshake", "It went away."));
        assertThat(drill.state()).isEqualTo(DrillState.RUNNING);
        var _ = comes(address(1), NODE);
        pass(Duration.ofSeconds(2));
        assertThat(isShownCandidate(comes(address(1), NODE))).isFalse();
        assertThat(devices(Outcome.REFUSED)).containsExactly("d0", "d1");
        assertThat(drill.because()).startsWith("2 devices refused the root");
    }

    @Test
    void another_client_of_the_address_on_another_listener_is_not_shown_the_chain() {
        know(1);
        begin(0);
        assertThat(isShownCandidate(comes("https", address(0), "hub1.test", NODE, ServerKeyType.ECDSA)))
                .isFalse();
        assertThat(isShownCandidate(comes(address(0), NODE))).isTrue();
    }

    @Test
    void to_name_a_device_without_its_key_is_neither_acceptance_nor_refusal() {
        know(1);
        Drill drill = begin(0);
        for (String hub : List.of("hub1", "hub2")) {
            speaks(shakesHands(address(0), NODE), hub, "d0");
            pass(Duration.ofSeconds(2));
        }
        assertThat(devices(Outcome.ACCEPTED)).isEmpty();
        assertThat(drill.state()).isEqualTo(DrillState.RUNNING);
        Connection device = shakesHands(address(0), NODE);
        assertThat(isShownCandidate(device)).isTrue();
        letIn(device, "d0");
        assertThat(devices(Outcome.ACCEPTED)).containsExactly("d0");
    }

    @Test
    void a_refusal_that_follows_an_acceptance_is_somebody_elses() {
        know(2);
        Drill drill = begin(0);
        letIn(comes(address(0), NODE), "d0");
        refuses(comes(address(0), NODE), null, "ClientAlertUnknownCa");
        assertThat(drill.state()).isEqualTo(DrillState.RUNNING);
        Connection usual = comes(address(0), NODE);
        assertThat(isShownCandidate(usual)).isFalse();
        letIn(usual, "d1");
        assertThat(devices(Outcome.NOT_TOLD_APART)).containsExactly("d0", "d1");
    }

    @Test
    void a_device_is_not_blamed_any_more_when_another_one_turns_out_to_come_from_its_place() {
        know(1);
        Drill drill = begin(0);
        refuses(comes(address(0), NODE), null, "ClientAlertUnknownCa");
        assertThat(drill.state()).isEqualTo(DrillState.WENT_BACK);
        letIn(comes(address(0), NODE), "stranger");
        assertThat(devices(Outcome.NOT_TOLD_APART)).containsExactly("d0");
    }

    @Test
    void a_device_of_another_hub_is_never_of_the_cohort_and_nobody_is_blamed_for_it() {
        know(3);
        known.add(known("hub2", "e0", address(0), NODE, "hub2.test"));
        known.add(known("hub2", "e1", address(1), NODE, "hub1.test"));
        known.add(known("hub2", "e2", address(2), NODE, null));
        begin(0);
        assertThat(devices(Outcome.NOT_TOLD_APART))
                .as("neither with the same name nor with none")
                .containsExactly("d1", "d2");
        Connection other = comes("mqtt", address(0), "hub2.test", NODE, ServerKeyType.ECDSA);
        assertThat(isShownCandidate(other)).isFalse();
        refuses(other, null, "ClientAlertUnknownCa");
        assertThat(devices(Outcome.NOT_SEEN)).containsExactly("d0");
        assertThat(isShownCandidate(comes("mqtt", address(0), "HUB1.test.", NODE, ServerKeyType.ECDSA)))
                .as("the same name")
                .isTrue();
        // It is known under a name of another hub now, by which nobody is shown the chain.
        letIn(comes("mqtt", address(0), "hub2.test", NODE, ServerKeyType.ECDSA), "d0");
        assertThat(isShownCandidate(comes("mqtt", address(0), "hub2.test", NODE, ServerKeyType.ECDSA)))
                .isFalse();
        assertThat(isShownCandidate(comes(address(0), NODE))).isFalse();
    }

    @Test
    void neighbours_are_known_again_after_a_restart() {
        know(2);
        known.add(known("hub2", "e1", "127.8.8.8", OTHER, "hub1.test"));
        begin(0);
        drills.tick();
        drills = open();
        assertThat(drills.lacksChain()).isTrue();
        drills.show(candidate, known);
        letIn(comes("127.8.8.8", OTHER), "d0");
        assertThat(isShownCandidate(comes("127.8.8.8", OTHER))).isFalse();
        assertThat(devices(Outcome.NOT_TOLD_APART)).containsExactly("d0");
    }

    @Test
    void only_devices_that_would_be_shown_the_chain_are_of_the_cohort() {
        know(1);
        known.add(new KnownDevice("hub1", "rsa", "mqtt", address(5), NODE.id(), "hub1.test", "RSA"));
        known.add(new KnownDevice("hub1", "unknown", "mqtt", address(6), NODE.id(), "hub1.test", null));
        known.add(known("hub1", "here", "192.0.2.9", NODE, "localhost"));
        known.add(known("hub1", "nameless-here", address(7), NODE, null));
        known.add(known("hub1", "nameless", "192.0.2.7", NODE, null));
        known.add(known("hub1", "elsewhere", address(8), NODE, "hub2.test"));
        known.add(known("hub1", "other-world", address(9), NODE, "other.test"));
        known.add(known("hub2", "e0", address(4), NODE, "hub2.test"));
        Selection selection = select(new Cohort(List.of(), 100, List.of(), List.of(), List.of()));
        assertThat(selection.devices()).extracting(KnownDevice::device).containsExactly("d0", "nameless");
        assertThat(selection.leftOut()).isEqualTo(6);
    }

    @Test
    void a_clock_that_jumps_makes_nobody_stay_away() {
        know(1);
        Drill drill = begin(0);
        assertThat(isShownCandidate(comes(address(0), NODE))).isTrue();
        clock.advance(Duration.ofDays(400));
        drills.tick();
        assertThat(drill.state()).isEqualTo(DrillState.RUNNING);
        assertThat(isShownCandidate(comes(address(0), NODE))).as("at once").isTrue();
        clock.advance(Duration.ofDays(-800));
        nanos += PATIENCE.plusSeconds(1).toNanos();
        drills.tick();
        assertThat(devices(Outcome.STAYED_AWAY)).containsExactly("d0");
    }

    @Test
    void nothing_is_left_of_a_device_that_is_forgotten() {
        know(2);
        Drill drill = begin(5, new Cohort(List.of("d0", "d1"), 100, List.of(), List.of(), List.of()));
        var _ = comes(address(0), NODE);
        pass(PATIENCE.plusSeconds(1));
        drills.tick();
        assertThat(drill.because()).contains("'d0'");
        assertThat(drills.member("hub1", "d0")).isPresent();
        assertThat(drills.forget("hub2", "d0")).isFalse();
        assertThat(drills.forget("hub1", "d0")).isTrue();
        assertThat(drills.forget("hub1", "d0")).isFalse();
        for (Drills each : List.of(drills, open())) {
            Drill left = each.last().orElseThrow();
            assertThat(left.members()).extracting(Member::device).containsExactly("d1");
            assertThat(DrillDocument.of(left).toString())
                    .doesNotContain("d0")
                    .contains("a device that was forgotten since was shown the chain");
            assertThat(left.count(Outcome.STAYED_AWAY)).isZero();
        }
        letIn(comes(address(0), NODE), "d0");
        drills.tick();
        assertThat(drills.member("hub1", "d0")).isEmpty();
    }

    @Test
    void a_drill_ends_and_is_forgotten_with_its_hub() {
        know(1);
        Drill drill = begin(0);
        drills.forgetHub("hub2");
        drills.dropOld(hub -> true, Duration.ofDays(1));
        assertThat(isShownCandidate(comes(address(0), NODE))).isTrue();
        drills.forgetHub("hub1");
        assertThat(drill.state()).isEqualTo(DrillState.FINISHED);
        assertThat(isShownCandidate(comes(address(0), NODE))).isFalse();
        assertThat(drills.last()).isEmpty();
        drills.tick();
        assertThat(open().last()).isEmpty();
        assertThat(begin(0).abort()).isNull();
        drills.dropOld(hub -> false, Duration.ofDays(1));
        assertThat(drills.last()).as("its hub is gone").isEmpty();
        assertThat(begin(0).abort()).isNull();
        clock.advance(Duration.ofDays(2));
        drills.dropOld(hub -> true, Duration.ofDays(1));
        assertThat(open().last()).as("it ended long ago").isEmpty();
    }

    @Test
    void devices_that_can_not_be_told_apart_stay_with_the_usual_chain_and_are_told() {
        know(3);
        known.add(known("hub1", "twin", address(0), NODE, "hub1.test"));
        known.add(known("hub1", "near", address(1), OTHER, "hub1.test"));
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
        pass(PATIENCE.minusSeconds(1));
        drills.tick();
        assertThat(drill.state()).isEqualTo(DrillState.RUNNING);
        pass(Duration.ofSeconds(2));
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
        assertThat(isShownCandidate(comes("mqtt", address(0), "hub1.test", NODE, ServerKeyType.RSA)))
                .isFalse();
        assertThat(isShownCandidate(comes("mqtt", address(0), "other.test", NODE, ServerKeyType.ECDSA)))
                .isFalse();
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
        refuses(comes(address(1), NODE), null, "ClientAlertUnknownCa");
        drills.tick();
        drills = open();
        Drill drill = drills.last().orElseThrow();
        assertThat(drills.lacksChain()).isTrue();
        assertThat(isShownCandidate(comes(address(2), NODE))).isFalse();
        drills.show(candidate, known);
        assertThat(isShownCandidate(comes(address(2), NODE))).isTrue();
        assertThat(devices(Outcome.ACCEPTED)).containsExactly("d0");
        assertThat(devices(Outcome.REFUSED)).containsExactly("d1");
        assertThat(isShownCandidate(comes(address(1), NODE))).isFalse();
        assertThat(drills.begin(drill.plan(), candidate, known, known)).isNull();
        assertThat(drill.abort()).isNull();
        known.clear();
        assertThat(drills.begin(drill.plan(), candidate, known, known)).isNotNull();
        drills.tick();
        assertThat(open().last().orElseThrow().members())
                .as("of the one before")
                .isEmpty();
    }

    @Test
    void a_cohort_is_who_fits_all_that_is_said() {
        know(300);
        known.add(known("hub1", "named", "192.0.2.7", OTHER, null));
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
