package dev.holdfast.hub.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.MemoryTable;
import dev.holdfast.hub.identity.DeviceSpec;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.Registry;
import dev.holdfast.hub.identity.RegistryRequest;
import dev.holdfast.testkit.TestClock;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** When feedback is given out, in what form, and until when. */
class FeedbackTest {
    private static final HubName HUB = new HubName("hub1");
    private static final Identity DEV1 = Identity.of(new DeviceId("dev1"));

    private final Limits.Feedback limits = Limits.defaults().message().feedback();
    private final MemoryTable table = new MemoryTable();
    private final TestClock clock = new TestClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final Registry registry = new Registry(
            table, HUB, clock, new SecureRandom(), Limits.defaults().registry(), _ -> {});
    private final Feedback feedback = new Feedback(table, HUB, registry, clock, limits);
    private final String generation;

    FeedbackTest() {
        registry.apply(new RegistryRequest.Create(DeviceSpec.of(DEV1.device(), null)));
        generation = registry.generation(DEV1).orElseThrow();
    }

    private void book(int records) {
        List<FeedbackRecord> made = IntStream.range(0, records)
                .mapToObj(i -> new FeedbackRecord(DEV1, generation, "id" + i, Fate.SUCCESS, clock.instant()))
                .toList();
        long first = feedback.reserve(records);
        int booked = table.transact(HUB.value(), rows -> feedback.add(rows, first, made));
        feedback.added(booked);
    }

    @Test
    void a_full_batch_is_given_out_at_once_and_another_waits_fifteen_seconds() {
        book(65);
        assertThat(feedback.next().orElseThrow().records()).hasSize(64);
        assertThat(feedback.next()).isEmpty();
        clock.advance(limits.batchTime());
        assertThat(feedback.next().orElseThrow().records()).hasSize(1);
    }

    @Test
    void it_is_written_as_service_sdks_read_it() {
        book(1);
        clock.advance(limits.batchTime());
        JsonNode json = JsonMapper.shared()
                .readTree(new String(feedback.next().orElseThrow().json(), StandardCharsets.UTF_8));
        assertThat(json).hasSize(1);
        JsonNode record = json.get(0);
        assertThat(record.path("originalMessageId").stringValue()).isEqualTo("id0");
        assertThat(record.path("deviceId").stringValue()).isEqualTo("dev1");
        assertThat(record.path("deviceGenerationId").stringValue()).isEqualTo(generation);
        assertThat(record.path("statusCode").stringValue()).isEqualTo("Success");
        assertThat(record.path("enqueuedTimeUtc").stringValue()).isEqualTo("2026-01-01T00:00:00Z");
    }

    @Test
    void a_batch_that_is_not_settled_is_given_out_again() {
        book(2);
        clock.advance(limits.batchTime());
        FeedbackBatch first = feedback.next().orElseThrow();
        assertThat(feedback.next()).isEmpty();
        clock.advance(limits.lockTime());
        FeedbackBatch second = feedback.next().orElseThrow();
        assertThat(second.records()).isEqualTo(first.records());
        assertThat(feedback.settle(first.lock(), Settlement.COMPLETED)).isNotNull();
        feedback.release(second.lock());
        FeedbackBatch third = feedback.next().orElseThrow();
        assertThat(third.abandoned()).isZero();
        assertThat(feedback.settle(third.lock(), Settlement.COMPLETED)).isNull();
        assertThat(feedback.count()).isZero();
    }

    @Test
    void a_batch_that_was_abandoned_too_often_is_dropped() {
        book(1);
        clock.advance(limits.batchTime());
        for (int i = 0; i < limits.abandonedMax(); i++) {
            FeedbackBatch batch = feedback.next().orElseThrow();
            assertThat(batch.abandoned()).isEqualTo(i);
            assertThat(feedback.settle(batch.lock(), Settlement.ABANDONED)).isNull();
        }
        assertThat(feedback.next()).isEmpty();
        assertThat(feedback.count()).isZero();
    }

    @Test
    void what_nobody_takes_for_an_hour_is_dropped() {
        book(3);
        clock.advance(limits.keptTime());
        feedback.look();
        assertThat(feedback.count()).isZero();
        assertThat(feedback.next()).isEmpty();
    }
}
