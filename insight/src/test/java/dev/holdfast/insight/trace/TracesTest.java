package dev.holdfast.insight.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.testkit.TestClock;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.peer.PeerIdentity;
import dev.holdfast.tls.report.DeviceConnected;
import dev.holdfast.tls.report.Report;
import dev.holdfast.tls.trace.Recording;
import dev.holdfast.wire.Connection;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Who waits for which handshake, with connections that the test makes and ends. */
class TracesTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final TraceFilter ANYONE = new TraceFilter(null, null, null);
    private static final String HERE = "192.0.2.1";

    private final TestClock clock = new TestClock(NOW);
    private final Limits limits = Limits.defaults();
    private final Traces traces = new Traces(limits, clock, _ -> Optional.empty());

    private final class Guest {
        final EmbeddedChannel channel = new EmbeddedChannel();
        final Connection connection;
        final @Nullable Recording recording;

        Guest(String address) {
            connection = Connection.accept(channel, "mqtt", new InetSocketAddress(address, 40_000), clock.instant());
            recording = traces.begin(connection);
            if (recording != null) {
                connection.learn(Recording.class, recording);
            }
        }

        Guest shakesHands() {
            connection.learn(
                    Handshake.class,
                    new Handshake("TLSv1.3", "TLS_AES_128_GCM_SHA256", null, false, new PeerIdentity.Anonymous()));
            return this;
        }

        void letIn(String hub, String device) {
            traces.connected(new DeviceConnected(clock.instant(), connection, hub, device, null, "sas"));
            channel.runPendingTasks();
        }

        Report refused(@Nullable String device) {
            Report report = Report.of(connection, clock.instant(), null, device, "TokenExpired", "It expired.");
            traces.refused(report);
            channel.runPendingTasks();
            return report;
        }

        void closes() {
            if (recording != null) {
                traces.closed(connection, recording);
            }
        }
    }

    private TraceRequest ask(TraceFilter filter) {
        return traces.ask(filter, MINUTE).orElseThrow();
    }

    private static Optional<JsonNode> outcome(TraceRequest request) throws InterruptedException {
        return request.await(Duration.ZERO).map(trace -> trace.path("outcome"));
    }

    @Test
    void nobody_is_recorded_while_nobody_waits() {
        assertThat(new Guest(HERE).recording).isNull();
        TraceRequest request = ask(ANYONE);
        assertThat(new Guest(HERE).recording).isNotNull();
        traces.withdraw(request.id());
        assertThat(new Guest(HERE).recording).isNull();
    }

    @Test
    void a_device_is_shown_to_who_waits_for_it_and_others_are_dropped() throws Exception {
        TraceRequest request = ask(new TraceFilter("valve-1", "hub1", null));
        new Guest(HERE).shakesHands().letIn("hub1", "valve-2");
        new Guest(HERE).shakesHands().letIn("hub2", "valve-1");
        new Guest(HERE).shakesHands().closes();
        assertThat(outcome(request)).isEmpty();

        new Guest(HERE).shakesHands().letIn("hub1", "valve-1");

        JsonNode outcome = outcome(request).orElseThrow();
        assertThat(outcome.path("kind").asString()).isEqualTo("LetIn");
        assertThat(outcome.path("device").asString()).isEqualTo("valve-1");
        assertThat(new Guest(HERE).recording).as("who has it waits no longer").isNull();
    }

    @Test
    void the_modules_of_a_device_are_the_device_and_ids_that_begin_alike_are_not() throws Exception {
        TraceRequest request = ask(new TraceFilter("valve", null, null));
        new Guest(HERE).shakesHands().letIn("hub1", "valve-2");
        assertThat(outcome(request)).isEmpty();
        new Guest(HERE).shakesHands().letIn("hub1", "valve/edge");
        assertThat(outcome(request)).isPresent();
    }

    @Test
    void a_refused_device_is_shown_with_the_reason_and_the_report() throws Exception {
        TraceRequest request = ask(new TraceFilter("valve-1", null, null));
        new Guest(HERE).shakesHands().refused(null);
        assertThat(outcome(request)).as("of no device").isEmpty();

        Report report = new Guest(HERE).shakesHands().refused("valve-1");

        JsonNode outcome = outcome(request).orElseThrow();
        assertThat(outcome.path("reason").asString()).isEqualTo("TokenExpired");
        assertThat(outcome.path("report").asString()).isEqualTo(report.id());
    }

    @Test
    void one_address_is_told_from_others_when_it_is_accepted() throws Exception {
        TraceRequest request = ask(new TraceFilter(null, null, InetAddress.ofLiteral(HERE)));
        assertThat(new Guest("192.0.2.2").recording).isNull();

        new Guest(HERE).shakesHands().closes();

        assertThat(outcome(request).orElseThrow().path("kind").asString()).isEqualTo("Left");
    }

    @Test
    void who_asks_and_who_leaves_before_a_handshake_is_nobody() throws Exception {
        TraceRequest request = ask(ANYONE);
        Guest asking = new Guest(HERE).shakesHands();
        traces.leaveOut(asking.connection);
        asking.closes();
        new Guest(HERE).closes();
        assertThat(outcome(request)).isEmpty();
    }

    @Test
    void two_who_wait_for_the_same_both_get_it() throws Exception {
        TraceRequest first = ask(ANYONE);
        TraceRequest second = ask(new TraceFilter("valve-1", null, null));
        new Guest(HERE).shakesHands().letIn("hub1", "valve-1");
        assertThat(outcome(first)).isPresent();
        assertThat(outcome(second)).isPresent();
    }

    @Test
    void only_so_many_wait_until_one_is_withdrawn_or_its_time_is_over() {
        int max = limits.insight().traces().waitingMax();
        TraceRequest first = ask(ANYONE);
        for (int i = 1; i < max; i++) {
            ask(ANYONE);
        }
        assertThat(traces.ask(ANYONE, MINUTE)).isEmpty();
        traces.withdraw(first.id());
        assertThat(traces.ask(ANYONE, MINUTE)).isPresent();
        assertThat(traces.ask(ANYONE, MINUTE)).isEmpty();
        clock.advance(MINUTE);
        assertThat(traces.ask(ANYONE, MINUTE)).isPresent();
    }

    @Test
    void a_request_that_nobody_asks_for_is_withdrawn_and_one_that_is_asked_for_lives() {
        Duration step = limits.insight().traces().askedEvery().dividedBy(2);
        TraceRequest asked = traces.ask(ANYONE, Duration.ofMinutes(5)).orElseThrow();
        TraceRequest lonely = traces.ask(ANYONE, Duration.ofMinutes(5)).orElseThrow();
        clock.advance(step);
        assertThat(traces.find(asked.id())).isPresent();
        clock.advance(step);
        assertThat(traces.find(asked.id())).isPresent();
        assertThat(traces.find(lonely.id())).isEmpty();
    }

    @Test
    void of_a_storm_only_so_many_are_recorded_and_the_rest_is_counted() throws Exception {
        TraceRequest request = ask(new TraceFilter("valve-1", null, null));
        int max = limits.insight().traces().recordingsMax();
        Guest first = new Guest(HERE);
        for (int i = 1; i < max; i++) {
            assertThat(new Guest(HERE).recording).isNotNull();
        }
        assertThat(new Guest(HERE).recording).isNull();
        assertThat(request.notLookedAt()).isEqualTo(1);
        first.closes();
        new Guest(HERE).shakesHands().letIn("hub1", "valve-1");
        assertThat(outcome(request)).isPresent();
    }

    @Test
    void at_the_end_nobody_waits_any_longer() throws Exception {
        TraceRequest request = ask(ANYONE);
        traces.end();
        assertThat(request.await(MINUTE)).as("answered at once").isEmpty();
        assertThat(ask(ANYONE).await(MINUTE)).isEmpty();
        assertThat(new Guest(HERE).recording).isNull();
    }
}
