package dev.holdfast.hub.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.testkit.TestClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FaultRulesTest {
    private static final Limits.Faults LIMITS = Limits.defaults().telemetry().faults();
    private static final DeviceId DEVICE = new DeviceId("dev1");

    private final TestClock clock = new TestClock(Instant.parse("2026-11-23T05:00:00Z"));
    private final FaultRules rules = new FaultRules(true, clock, LIMITS);
    private final List<String> expired = new ArrayList<>();
    private final Gate gate = new Gate(
            new HubName("hub1"),
            _ -> Rate.OFF,
            System::nanoTime,
            rules,
            (device, rule) -> expired.add(device + " by " + rule));

    private FaultRule rule(FaultAction action, @Nullable DeviceId device, double probability, long seed, int count) {
        return new FaultRule(
                action,
                Operation.TWIN_READ,
                device,
                probability,
                seed,
                count,
                clock.instant().plusSeconds(60),
                Duration.ofSeconds(2));
    }

    private FaultRule rule(FaultAction action) {
        return rule(action, null, 1, 0, Integer.MAX_VALUE);
    }

    private void add(FaultRule rule) {
        assertThat(rules.add(rule)).isInstanceOf(FaultRules.Added.Done.class);
    }

    private void isRefused(FaultRule rule, FaultRuleRefusal why) {
        assertThat(rules.add(rule)).isEqualTo(new FaultRules.Added.Refused(why));
    }

    private Passage ask(Operation operation, @Nullable DeviceId device) {
        return gate.ask(operation, device, 1, Duration.ZERO);
    }

    @Test
    void hits_its_operation_and_its_device_alone() {
        add(rule(FaultAction.REFUSE, DEVICE, 1, 0, 100));
        assertThat(ask(Operation.TWIN_WRITE, DEVICE)).isEqualTo(new Passage.Now());
        assertThat(ask(Operation.TWIN_READ, new DeviceId("DEV1"))).isEqualTo(new Passage.Now());
        assertThat(ask(Operation.TWIN_READ, null)).isEqualTo(new Passage.Now());
        assertThat(ask(Operation.TWIN_READ, DEVICE)).isInstanceOf(Passage.No.class);
    }

    @Test
    void each_action_is_answered_in_its_own_way() {
        add(rule(FaultAction.DELAY));
        assertThat(ask(Operation.TWIN_READ, DEVICE)).isEqualTo(new Passage.Later(Duration.ofSeconds(2)));
        for (FaultAction action :
                List.of(FaultAction.DROP, FaultAction.REFUSE, FaultAction.EXPIRE, FaultAction.THROTTLE)) {
            assertThat(rules.removeAll()).isOne();
            add(rule(action));
            assertThat(ask(Operation.TWIN_READ, DEVICE)).isInstanceOfSatisfying(Passage.No.class, no -> {
                assertThat(no.why().reason()).isEqualTo("InjectedByRule");
                assertThat(no.why().explain()).contains("injected fault", action.word(), "'hub1'");
                assertThat(no.why().isSwallowed()).isEqualTo(action == FaultAction.DROP);
                assertThat(no.why().retryAfterSeconds().isPresent()).isEqualTo(action == FaultAction.THROTTLE);
            });
        }
        assertThat(expired).containsExactly("dev1 by 4");
    }

    @Test
    void a_throttle_waits_where_the_caller_can() {
        add(rule(FaultAction.THROTTLE));
        assertThat(gate.ask(Operation.TWIN_READ, DEVICE, 1, Duration.ofSeconds(2)))
                .isEqualTo(new Passage.Later(Duration.ofSeconds(2)));
    }

    @Test
    void the_same_seed_hits_the_same_ones() {
        List<Boolean> first = throwDice(7);
        assertThat(throwDice(7)).isEqualTo(first);
        assertThat(throwDice(8)).isNotEqualTo(first);
        assertThat(first.stream().filter(hit -> hit).count()).isBetween(230L, 370L);
    }

    private List<Boolean> throwDice(long seed) {
        int _ = rules.removeAll();
        add(rule(FaultAction.REFUSE, null, 0.3, seed, Integer.MAX_VALUE));
        List<Boolean> hits = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            hits.add(ask(Operation.TWIN_READ, DEVICE) instanceof Passage.No);
        }
        return hits;
    }

    @Test
    void ends_after_so_many_and_after_its_time() {
        add(rule(FaultAction.REFUSE, null, 1, 0, 2));
        assertThat(ask(Operation.TWIN_READ, DEVICE)).isInstanceOf(Passage.No.class);
        assertThat(ask(Operation.TWIN_READ, DEVICE)).isInstanceOf(Passage.No.class);
        assertThat(ask(Operation.TWIN_READ, DEVICE)).isEqualTo(new Passage.Now());
        assertThat(rules.list())
                .singleElement()
                .satisfies(listed -> assertThat(listed.fired()).isEqualTo(2));
        add(rule(FaultAction.REFUSE));
        clock.advance(Duration.ofSeconds(59));
        assertThat(ask(Operation.TWIN_READ, DEVICE)).isInstanceOf(Passage.No.class);
        clock.advance(Duration.ofSeconds(1));
        assertThat(ask(Operation.TWIN_READ, DEVICE)).isEqualTo(new Passage.Now());
        assertThat(rules.list()).isEmpty();
        assertThat(rules.counts().get(Operation.TWIN_READ)).containsEntry(FaultAction.REFUSE, 3L);
    }

    @Test
    void removed_rules_hit_nothing() {
        add(rule(FaultAction.REFUSE));
        assertThat(rules.remove("2")).isEqualTo(new FaultRuleRefusal.UnknownFaultRule("2"));
        assertThat(rules.remove("1")).isNull();
        assertThat(ask(Operation.TWIN_READ, DEVICE)).isEqualTo(new Passage.Now());
    }

    @Test
    void without_the_flag_there_are_none() {
        FaultRules none = FaultRules.none();
        assertThat(none.add(rule(FaultAction.REFUSE)))
                .isEqualTo(new FaultRules.Added.Refused(new FaultRuleRefusal.FaultInjectionOff()));
        assertThat(new FaultRuleRefusal.FaultInjectionOff().explain()).contains("up --fault-injection");
    }

    @Test
    void bounds_are_kept() {
        for (double probability : new double[] {0, -1, 1.0000001, Double.NaN, Double.POSITIVE_INFINITY}) {
            isRefused(
                    rule(FaultAction.REFUSE, null, probability, 0, 1),
                    new FaultRuleRefusal.FaultProbabilityOutOfRange());
        }
        isRefused(rule(FaultAction.REFUSE, null, 1, 0, 0), new FaultRuleRefusal.FaultCountOutOfRange());
        for (Duration holds : List.of(
                Duration.ZERO, Duration.ofSeconds(-1), LIMITS.ruleMaxTime().plusMillis(1))) {
            isRefused(
                    new FaultRule(
                            FaultAction.REFUSE,
                            Operation.TWIN_READ,
                            null,
                            1,
                            0,
                            1,
                            clock.instant().plus(holds),
                            Duration.ofSeconds(1)),
                    new FaultRuleRefusal.FaultEndOutOfRange(LIMITS.ruleMaxTime()));
        }
        for (Operation operation : List.of(Operation.REGISTRY, Operation.METHOD, Operation.MESSAGE_SEND)) {
            isRefused(
                    new FaultRule(
                            FaultAction.EXPIRE,
                            operation,
                            null,
                            1,
                            0,
                            1,
                            clock.instant().plusSeconds(1),
                            Duration.ofSeconds(1)),
                    new FaultRuleRefusal.NothingToExpire(operation));
        }
        for (int i = 0; i < LIMITS.rulesMax(); i++) {
            add(rule(FaultAction.DELAY));
        }
        isRefused(rule(FaultAction.DELAY), new FaultRuleRefusal.TooManyFaultRules(LIMITS.rulesMax()));
    }

    /** Whatever an operator asks for: it is refused, or it holds within the bounds. */
    @Test
    void no_rule_goes_beyond_the_bounds() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            FaultRule any = new FaultRule(
                    pick(random, FaultAction.values()),
                    pick(random, Operation.values()),
                    null,
                    random.nextGaussian(),
                    random.nextLong(),
                    random.nextInt(),
                    clock.instant().plusSeconds(random.nextInt(200_000) - 50_000),
                    Duration.ofMillis(random.nextInt(200_000) - 50_000));
            if (rules.add(any) instanceof FaultRules.Added.Done(var added)) {
                FaultRule rule = added.rule();
                assertThat(rule.probability())
                        .as("seed %d", seed)
                        .isGreaterThan(0)
                        .isLessThanOrEqualTo(1);
                assertThat(rule.count()).isPositive();
                assertThat(rule.time()).isBetween(Duration.ofMillis(1), LIMITS.holdUpMaxTime());
                assertThat(rules.list()).hasSizeLessThanOrEqualTo(LIMITS.rulesMax());
            }
            if (random.nextInt(200) == 0) {
                int _ = rules.removeAll();
            }
        }
    }

    private static <T> T pick(Random random, T[] all) {
        return all[random.nextInt(all.length)];
    }
}
