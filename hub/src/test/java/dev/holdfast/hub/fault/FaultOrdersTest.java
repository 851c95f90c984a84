package dev.holdfast.hub.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.testkit.TestClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What messages ask for, and for how long the requests of a device are refused. */
final class FaultOrdersTest {
    private static final Identity DEV1 = Identity.of(new DeviceId("dev1"));
    private static final Identity DEV2 = Identity.of(new DeviceId("dev2"));
    private static final Limits.Faults LIMITS = new Limits.Faults(
            Duration.ofSeconds(60),
            Duration.ofSeconds(90),
            Duration.ofSeconds(10),
            16,
            2,
            2,
            2,
            Duration.ofHours(1),
            Duration.ofSeconds(5));
    private static final AskedFaults.Breaker NOTHING_BREAKS = new AskedFaults.Breaker() {
        @Override
        public Runnable after(Duration delay, Runnable task) {
            throw new AssertionError("nothing is to be broken");
        }

        @Override
        public boolean carryOut(FaultOrder order) {
            throw new AssertionError("nothing is to be broken");
        }
    };

    private final TestClock clock = new TestClock(Instant.parse("2026-12-01T12:00:00Z"));
    private final FaultOrders orders = new FaultOrders(true, clock, LIMITS);

    private static Map<String, String> asking(String type, String... more) {
        Map<String, String> properties = new HashMap<>(Map.of("AzIoTHub_FaultOperationType", type, "other", "1"));
        for (int i = 0; i < more.length; i += 2) {
            properties.put("AzIoTHub_FaultOperation" + more[i], more[i + 1]);
        }
        return properties;
    }

    private FaultOrder order(String type, String... more) {
        assertThat(orders.read(asking(type, more))).isInstanceOf(FaultOrders.Reading.Asked.class);
        return ((FaultOrders.Reading.Asked) orders.read(asking(type, more))).order();
    }

    private String refusal(String type, String... more) {
        assertThat(orders.read(asking(type, more))).isInstanceOf(FaultOrders.Reading.Refused.class);
        return ((FaultOrders.Reading.Refused) orders.read(asking(type, more)))
                .why()
                .explain();
    }

    @Test
    void each_word_of_the_suites_is_known() {
        List<String> words = List.of(
                "KillTcp",
                "KillAmqpConnection",
                "KillAmqpSession",
                "KillAmqpCBSLinkReq",
                "KillAmqpCBSLinkResp",
                "KillAmqpD2CLink",
                "KillAmqpC2DLink",
                "KillAmqpTwinLinkReq",
                "KillAmqpTwinLinkResp",
                "KillAmqpMethodReqLink",
                "KillAmqpMethodRespLink",
                "InvokeThrottling",
                "InvokeMaxMessageQuota",
                "InvokeAuthError",
                "ShutDownAmqp",
                "ShutDownMqtt");
        assertThat(words.stream().map(word -> order(word).kind().word())).containsExactlyElementsOf(words);
        assertThat(FaultKind.values()).hasSameSizeAs(words);
    }

    @Test
    void what_is_not_said_has_a_default_and_a_reason_is_made_printable() {
        assertThat(order("KillTcp"))
                .isEqualTo(new FaultOrder(FaultKind.KILL_TCP, "", Duration.ZERO, Duration.ofSeconds(10)));
        assertThat(order("KillTcp", "CloseReason", " bo\nom ", "DelayInSecs", "60", "DurationInSecs", "90"))
                .isEqualTo(new FaultOrder(FaultKind.KILL_TCP, "bo?om", Duration.ofSeconds(60), Duration.ofSeconds(90)));
        assertThat(order("KillTcp", "DelayInSecs", "", "DurationInSecs", "undefined", "CloseReason", "undefined"))
                .isEqualTo(order("KillTcp"));
    }

    @Test
    void a_message_whose_type_is_not_set_is_an_ordinary_one() {
        for (String type : List.of("", "undefined")) {
            assertThat(orders.read(asking(type, "DelayInSecs", "1"))).isEqualTo(new FaultOrders.Reading.Nothing());
            assertThat(orders.isAsked(asking(type)))
                    .as("in a batch or as a Will")
                    .isFalse();
        }
        assertThat(orders.isAsked(asking("Undefined"))).isTrue();
    }

    @Test
    void what_can_not_be_understood_is_refused_with_what_is_wrong() {
        assertThat(refusal("KillEverything")).contains("'KillEverything' is none of KillTcp, ");
        assertThat(refusal("killtcp")).contains("'killtcp' is none of");
        for (String wrong : List.of("61", "-1", "+1", "1.5", " 1", "1s", "٣", "9999999", "99999999999999999999")) {
            assertThat(refusal("KillTcp", "DelayInSecs", wrong))
                    .contains("DelayInSecs' is not a whole number from 0 to 60");
        }
        assertThat(refusal("InvokeThrottling", "DurationInSecs", "91"))
                .contains("DurationInSecs")
                .contains("to 90");
        assertThat(refusal("KillTcp", "CloseReason", "x".repeat(17))).contains("more than 16 characters");
    }

    @Test
    void where_it_is_not_allowed_it_is_an_ordinary_property() {
        FaultOrders none = new FaultOrders(false, clock, LIMITS);
        assertThat(none.read(asking("KillTcp"))).isEqualTo(new FaultOrders.Reading.Nothing());
        assertThat(none.isAsked(asking("KillTcp"))).isFalse();
        assertThat(orders.read(Map.of("AzIoTHub_FaultOperationDelayInSecs", "1")))
                .isEqualTo(new FaultOrders.Reading.Nothing());
    }

    @Test
    void requests_are_refused_from_the_delay_on_until_the_duration_is_over_and_of_that_device_alone() {
        AskedFaults faults = new AskedFaults(orders, Carrier.AMQP, DEV1, new WaitingFaults());
        FaultOrder order = order("InvokeThrottling", "DelayInSecs", "5", "DurationInSecs", "20", "CloseReason", "boom");
        assertThat(faults.ask("g1", order, NOTHING_BREAKS)).isNull();
        clock.advance(Duration.ofSeconds(4));
        assertThat(orders.inForce(DEV1, "g1")).isNull();
        clock.advance(Duration.ofSeconds(1));
        assertThat(orders.inForce(DEV1, "g1"))
                .isEqualTo(new FaultRefusal.RequestRefusedByFault(
                        FaultKind.INVOKE_THROTTLING, RefusedAs.THROTTLED, "boom"));
        assertThat(orders.inForce(DEV2, "g1")).isNull();
        clock.advance(Duration.ofSeconds(20).minusMillis(1));
        assertThat(orders.inForce(DEV1, "g1")).isNotNull();
        clock.advance(Duration.ofMillis(1));
        assertThat(orders.inForce(DEV1, "g1")).isNull();
        assertThat(orders.counts()).containsEntry(FaultKind.INVOKE_THROTTLING, 1L);
    }

    @Test
    void who_is_made_anew_by_the_same_name_is_not_refused() {
        AskedFaults faults = new AskedFaults(orders, Carrier.AMQP, DEV1, new WaitingFaults());
        assertThat(faults.ask("g1", order("InvokeThrottling"), NOTHING_BREAKS)).isNull();
        assertThat(orders.inForce(DEV1, "g2")).isNull();
        assertThat(orders.inForce(DEV1, "g1")).isNotNull();
    }

    @Test
    void refusals_count_once_from_the_first_request_that_is_refused() {
        AskedFaults faults = new AskedFaults(orders, Carrier.AMQP, DEV1, new WaitingFaults());
        FaultOrder order = order("InvokeThrottling", "DelayInSecs", "5");
        assertThat(faults.ask("g1", order, NOTHING_BREAKS)).isNull();
        assertThat(faults.ask("g1", order, NOTHING_BREAKS)).as("in its place").isNull();
        assertThat(orders.inForce(DEV1, "g1")).as("not yet").isNull();
        assertThat(orders.counts()).containsEntry(order.kind(), 0L);
        clock.advance(Duration.ofSeconds(5));
        assertThat(orders.counts()).as("nobody asked for anything").containsEntry(order.kind(), 0L);
        for (int request = 0; request < 2; request++) {
            assertThat(orders.inForce(DEV1, "g1")).isNotNull();
            assertThat(orders.counts()).containsEntry(order.kind(), 1L);
        }
    }

    @Test
    void devices_whose_requests_are_refused_are_bounded_and_those_that_are_through_make_room() {
        FaultOrder order = order("InvokeAuthError", "DurationInSecs", "20");
        for (String device : List.of("dev1", "dev2", "dev1")) {
            assertThat(new AskedFaults(orders, Carrier.AMQP, Identity.of(new DeviceId(device)), new WaitingFaults())
                            .ask("g1", order, NOTHING_BREAKS))
                    .isNull();
        }
        AskedFaults third =
                new AskedFaults(orders, Carrier.AMQP, Identity.of(new DeviceId("dev3")), new WaitingFaults());
        assertThat(third.ask("g1", order, NOTHING_BREAKS)).isEqualTo(new FaultRefusal.TooManyFaults(2));
        clock.advance(Duration.ofSeconds(20));
        assertThat(third.ask("g1", order, NOTHING_BREAKS)).isNull();
    }

    @Test
    void faults_wait_for_their_time_and_only_so_many_of_one_connection() {
        List<Runnable> waiting = new ArrayList<>();
        List<FaultOrder> broken = new ArrayList<>();
        AskedFaults.Breaker breaker = new AskedFaults.Breaker() {
            @Override
            public Runnable after(Duration delay, Runnable task) {
                assertThat(delay).isEqualTo(Duration.ofSeconds(3));
                waiting.add(task);
                return () -> {};
            }

            @Override
            public boolean carryOut(FaultOrder order) {
                broken.add(order);
                return broken.size() == 1;
            }
        };
        AskedFaults faults = new AskedFaults(orders, Carrier.AMQP, DEV1, new WaitingFaults());
        FaultOrder order = order("KillAmqpSession", "DelayInSecs", "3");
        assertThat(faults.ask("g1", order, breaker)).isNull();
        assertThat(faults.ask("g1", order, breaker)).isNull();
        assertThat(faults.ask("g1", order, breaker)).isEqualTo(new FaultRefusal.TooManyFaults(2));
        assertThat(broken).isEmpty();
        waiting.forEach(Runnable::run);
        assertThat(broken).containsExactly(order, order);
        assertThat(orders.counts()).as("the second found nothing to break").containsEntry(order.kind(), 1L);
        assertThat(faults.ask("g1", order, breaker)).isNull();
    }

    @Test
    void what_waits_is_called_off_when_the_device_leaves_and_nothing_is_broken_after() {
        List<Runnable> waiting = new ArrayList<>();
        AtomicInteger calledOff = new AtomicInteger();
        AskedFaults.Breaker breaker = new AskedFaults.Breaker() {
            @Override
            public Runnable after(Duration delay, Runnable task) {
                waiting.add(task);
                return calledOff::incrementAndGet;
            }

            @Override
            public boolean carryOut(FaultOrder order) {
                return true;
            }
        };
        AskedFaults faults = new AskedFaults(orders, Carrier.AMQP, DEV1, new WaitingFaults());
        FaultOrder order = order("KillTcp", "DelayInSecs", "3");
        assertThat(faults.ask("g1", order, breaker)).isNull();
        waiting.getFirst().run();
        assertThat(faults.ask("g1", order, breaker)).isNull();
        faults.leave();
        assertThat(calledOff).as("not the one that happened").hasValue(1);
        assertThat(faults.ask("g1", order, breaker)).isNull();
        waiting.forEach(Runnable::run);
        assertThat(waiting).as("what is asked for after that does not wait").hasSize(2);
        assertThat(orders.counts()).containsEntry(order.kind(), 1L);
    }

    @Test
    void what_a_protocol_does_not_have_can_not_be_broken_over_it() {
        for (FaultKind kind : FaultKind.values()) {
            FaultOrder order = order(kind.word());
            boolean amqp = kind.word().contains("Amqp");
            boolean mqtt = kind.word().contains("Mqtt");
            assertThat(FaultOrders.faultOver(Carrier.AMQP, order) == null)
                    .as("%s over AMQP", kind)
                    .isEqualTo(!mqtt);
            assertThat(FaultOrders.faultOver(Carrier.MQTT, order) == null)
                    .as("%s over MQTT", kind)
                    .isEqualTo(!amqp);
            assertThat(FaultOrders.faultOver(Carrier.HTTPS, order) == null)
                    .as("%s over HTTPS", kind)
                    .isEqualTo(!amqp && !mqtt);
        }
    }

    @Test
    void any_text_is_an_order_within_the_bounds_or_a_refusal_that_can_be_printed() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> good = List.of("KillTcp", "InvokeAuthError", "0", "5", "60", "boom", "");
        for (int round = 0; round < 5000; round++) {
            Map<String, String> properties = asking(text(random, good));
            for (String name : List.of("CloseReason", "DelayInSecs", "DurationInSecs")) {
                if (random.nextBoolean()) {
                    properties.put("AzIoTHub_FaultOperation" + name, text(random, good));
                }
            }
            String printed = "seed " + seed + ": " + properties;
            switch (orders.read(properties)) {
                case FaultOrders.Reading.Asked(var order) -> {
                    assertThat(order.delay()).as(printed).isBetween(Duration.ZERO, LIMITS.delayMaxTime());
                    assertThat(order.duration()).as(printed).isBetween(Duration.ZERO, LIMITS.durationMaxTime());
                    assertThat(order.closeReason().codePoints().noneMatch(Character::isISOControl))
                            .as(printed)
                            .isTrue();
                }
                case FaultOrders.Reading.Refused(var why) ->
                    assertThat(Objects.requireNonNull(why.explain())
                                    .codePoints()
                                    .noneMatch(Character::isISOControl))
                            .as(printed)
                            .isTrue();
                case FaultOrders.Reading.Nothing() ->
                    assertThat(properties).as(printed).containsEntry("AzIoTHub_FaultOperationType", "");
            }
        }
    }

    private static String text(Random random, List<String> good) {
        if (random.nextInt(3) > 0) {
            return good.get(random.nextInt(good.size()));
        }
        byte[] bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
        return new String(bytes, random.nextBoolean() ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
    }
}
