package dev.holdfast.cli.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.amqp.AmqpException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TelemetryReaderTest {
    private final FakeHub hub = new FakeHub();
    private final AtomicReference<Instant> clock = new AtomicReference<>(Instant.parse("2026-12-01T12:00:00Z"));
    private final LinkedBlockingQueue<TelemetryEvent> events = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<String> connections = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    @AfterEach
    void stop() {
        hub.close();
    }

    private TelemetryReader start(TelemetryStart start, String group) {
        TelemetryListener listener = new TelemetryListener() {
            @Override
            public void connected(String name, int partitions) {
                connections.add("connected " + name + " " + partitions);
            }

            @Override
            public void event(TelemetryEvent event) {
                events.add(event);
            }

            @Override
            public void interrupted(String why, Duration retryIn) {
                connections.add("interrupted");
            }
        };
        TelemetryReader reader = new TelemetryReader(
                new TelemetryReader.Options(
                        EventHubConnection.parse(hub.connectionString()), null, group, start, 100, Limits.defaults()),
                clock::get,
                listener);
        Thread.ofVirtual().start(() -> {
            try {
                reader.run();
                ended.complete(null);
            } catch (AmqpException | InterruptedException failed) {
                ended.completeExceptionally(failed);
            }
        });
        return reader;
    }

    private String next() throws InterruptedException {
        TelemetryEvent event = events.poll(30, TimeUnit.SECONDS);
        assertThat(event).as("an event within 30 s").isNotNull();
        return event.partition() + ":" + new String(event.body(), StandardCharsets.UTF_8);
    }

    private void awaitConnection(String what) throws InterruptedException {
        assertThat(connections.poll(30, TimeUnit.SECONDS)).isEqualTo(what);
    }

    @Test
    void reads_all_partitions_from_now_on() throws Exception {
        hub.append(0, "old");
        try (TelemetryReader reader = start(new TelemetryStart.Now(), "$Default")) {
            awaitConnection("connected hub1 2");
            hub.append(0, "new0");
            assertThat(next()).isEqualTo("0:new0");
            hub.append(1, "new1");
            assertThat(next()).isEqualTo("1:new1");
            assertThat(reader).isNotNull();
        }
        ended.get(30, TimeUnit.SECONDS);
    }

    @Test
    void gives_what_the_message_says() throws Exception {
        hub.append(0, "body");
        try (TelemetryReader reader = start(new TelemetryStart.Earliest(), "$Default")) {
            TelemetryEvent event = events.poll(30, TimeUnit.SECONDS);
            assertThat(event).isNotNull();
            assertThat(event.device()).isEqualTo("dev1");
            assertThat(event.module()).isNull();
            assertThat(event.sequenceNumber()).isZero();
            assertThat(event.enqueuedTime()).isEqualTo(Instant.EPOCH);
            assertThat(event.properties()).containsEntry("n", 0);
            assertThat(reader).isNotNull();
        }
    }

    @Test
    void starts_at_a_time() throws Exception {
        try (TelemetryReader reader = start(new TelemetryStart.Since(Instant.ofEpochMilli(7)), "$Default")) {
            awaitConnection("connected hub1 2");
            assertThat(hub.selectors)
                    .containsExactly(
                            "0 amqp.annotation.x-opt-enqueued-time >= '7'",
                            "1 amqp.annotation.x-opt-enqueued-time >= '7'");
            assertThat(reader).isNotNull();
        }
    }

    @Test
    void goes_on_after_a_break_without_loss_or_repetition() throws Exception {
        try (TelemetryReader reader = start(new TelemetryStart.Now(), "$Default")) {
            awaitConnection("connected hub1 2");
            hub.append(0, "a");
            assertThat(next()).isEqualTo("0:a");
            hub.cut();
            awaitConnection("interrupted");
            hub.append(0, "b");
            hub.append(1, "first of its partition, sent while the connection was broken");
            awaitConnection("connected hub1 2");
            List<String> missed = new ArrayList<>();
            missed.add(next());
            missed.add(next());
            assertThat(missed)
                    .containsExactlyInAnyOrder("0:b", "1:first of its partition, sent while the connection was broken");
            hub.append(0, "c");
            assertThat(next()).isEqualTo("0:c");
            assertThat(reader).isNotNull();
        }
        ended.get(30, TimeUnit.SECONDS);
        assertThat(events).isEmpty();
    }

    @Test
    void renews_its_token() throws Exception {
        try (TelemetryReader reader = start(new TelemetryStart.Now(), "$Default")) {
            awaitConnection("connected hub1 2");
            clock.updateAndGet(now -> now.plus(Duration.ofMinutes(46)));
            hub.append(0, "after");
            assertThat(next()).isEqualTo("0:after");
            long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (hub.tokens.size() < 2) {
                assertThat(System.nanoTime()).isLessThan(until);
                Thread.onSpinWait();
            }
            assertThat(hub.tokens.getLast()).isNotEqualTo(hub.tokens.getFirst());
            assertThat(reader).isNotNull();
        }
    }

    @Test
    void refusal_that_lasts_ends_it() {
        hub.refuseTokens = true;
        try (TelemetryReader reader = start(new TelemetryStart.Now(), "$Default")) {
            assertThatThrownBy(() -> ended.get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseMessage("amqp:unauthorized-access: wrong key");
            assertThat(reader).isNotNull();
        }
    }

    @Test
    void consumer_group_that_does_not_exist_ends_it() {
        try (TelemetryReader reader = start(new TelemetryStart.Now(), "nobody")) {
            assertThatThrownBy(() -> ended.get(30, TimeUnit.SECONDS))
                    .hasRootCauseMessage("amqp:not-found: no such consumer group");
            assertThat(reader).isNotNull();
        }
    }

    @Test
    void connection_string_names_what_is_missing_and_no_key() {
        EventHubConnection parsed = EventHubConnection.parse(
                "Endpoint=sb://h.example:5/;SharedAccessKeyName=p;SharedAccessKey=a+b/c==;EntityPath=hub1;");
        assertThat(parsed).isEqualTo(new EventHubConnection("h.example", 5, "h.example:5", "p", "a+b/c==", "hub1"));
        assertThat(parsed.toString()).doesNotContain("a+b/c==");
        assertThat(EventHubConnection.parse("endpoint=sb://h/;sharedaccesskeyname=p;sharedaccesskey=k;entitypath=e")
                        .port())
                .isEqualTo(5671);
        assertThatThrownBy(() -> EventHubConnection.parse("Endpoint=sb://h/;SharedAccessKey=secret"))
                .hasMessageContaining("SharedAccessKeyName")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> EventHubConnection.parse("Endpoint=what;SharedAccessKeyName=p"))
                .hasMessageContaining("sb://host/");
    }
}
