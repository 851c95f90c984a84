package dev.holdfast.hub.throttle;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.throttle.FaultRuleRefusal.FaultCountOutOfRange;
import dev.holdfast.hub.throttle.FaultRuleRefusal.FaultEndOutOfRange;
import dev.holdfast.hub.throttle.FaultRuleRefusal.FaultInjectionOff;
import dev.holdfast.hub.throttle.FaultRuleRefusal.FaultProbabilityOutOfRange;
import dev.holdfast.hub.throttle.FaultRuleRefusal.FaultTimeOutOfRange;
import dev.holdfast.hub.throttle.FaultRuleRefusal.NothingToExpire;
import dev.holdfast.hub.throttle.FaultRuleRefusal.TooManyFaultRules;
import dev.holdfast.hub.throttle.FaultRuleRefusal.UnknownFaultRule;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The faults that an operator wants in one hub, in memory alone: a restart ends them all. The first rule that hits an operation decides.
 * Any thread; never blocks.
 */
public final class FaultRules {
    private final boolean allowed;
    private final InstantSource clock;
    private final Limits.Faults limits;
    private final Map<String, Held> rules = new LinkedHashMap<>();
    private final Map<Operation, Map<FaultAction, Long>> fired = new EnumMap<>(Operation.class);
    private volatile boolean any;
    private long last;

    /** @param allowed whether there may be any */
    public FaultRules(boolean allowed, InstantSource clock, Limits.Faults limits) {
        this.allowed = allowed;
        this.clock = clock;
        this.limits = limits;
    }

    /** Of which there are none, and never will be. */
    public static FaultRules none() {
        return new FaultRules(
                false, InstantSource.system(), Limits.defaults().telemetry().faults());
    }

    private static final class Held {
        final FaultRule rule;
        final Random dice;
        int fired;

        Held(FaultRule rule) {
            this.rule = rule;
            this.dice = new Random(rule.seed());
        }
    }

    /**
     * A rule that holds.
     *
     * @param fired how many operations it has hit
     */
    public record Listed(String id, FaultRule rule, int fired) {}

    /** What became of a new rule. */
    public sealed interface Added {
        record Done(Listed rule) implements Added {}

        record Refused(FaultRuleRefusal why) implements Added {}
    }

    public synchronized Added add(FaultRule rule) {
        FaultRuleRefusal fault = faultOf(rule);
        if (fault != null) {
            return new Added.Refused(fault);
        }
        String id = Long.toString(++last);
        rules.put(id, new Held(rule));
        any = true;
        return new Added.Done(new Listed(id, rule, 0));
    }

    private @Nullable FaultRuleRefusal faultOf(FaultRule rule) {
        if (!allowed) {
            return new FaultInjectionOff();
        }
        if (!(rule.probability() > 0 && rule.probability() <= 1)) {
            return new FaultProbabilityOutOfRange();
        }
        if (rule.count() < 1) {
            return new FaultCountOutOfRange();
        }
        Duration holds = Duration.between(clock.instant(), rule.until());
        if (!holds.isPositive() || holds.compareTo(limits.ruleMaxTime()) > 0) {
            return new FaultEndOutOfRange(limits.ruleMaxTime());
        }
        if (!rule.time().isPositive() || rule.time().compareTo(limits.holdUpMaxTime()) > 0) {
            return new FaultTimeOutOfRange(limits.holdUpMaxTime());
        }
        if (rule.action() == FaultAction.EXPIRE && isOfBackEnds(rule.operation())) {
            return new NothingToExpire(rule.operation());
        }
        dropOver();
        return rules.size() >= limits.rulesMax() ? new TooManyFaultRules(limits.rulesMax()) : null;
    }

    private static boolean isOfBackEnds(Operation operation) {
        return switch (operation) {
            case REGISTRY, MESSAGE_SEND, METHOD -> true;
            case CONNECT, TELEMETRY, MESSAGE_RECEIVE, TWIN_READ, TWIN_WRITE -> false;
        };
    }

    /** In the order in which they were made. */
    public synchronized List<Listed> list() {
        dropOver();
        List<Listed> listed = new ArrayList<>();
        rules.forEach((id, held) -> listed.add(new Listed(id, held.rule, held.fired)));
        return listed;
    }

    /** @return why not; null when it is gone */
    public synchronized @Nullable FaultRuleRefusal remove(String id) {
        dropOver();
        boolean there = rules.remove(id) != null;
        any = !rules.isEmpty();
        return there ? null : allowed ? new UnknownFaultRule(id) : new FaultInjectionOff();
    }

    /** @return how many there were */
    public synchronized int removeAll() {
        dropOver();
        int count = rules.size();
        rules.clear();
        any = false;
        return count;
    }

    /** Whether rules may be made here. */
    public boolean isAllowed() {
        return allowed;
    }

    /**
     * Throws the dice for an operation.
     *
     * @return the rule that hits it; null for none
     */
    @Nullable
    Listed fire(Operation operation, @Nullable DeviceId device) {
        return any ? fireAny(operation, device) : null;
    }

    private synchronized @Nullable Listed fireAny(Operation operation, @Nullable DeviceId device) {
        dropOver();
        for (Map.Entry<String, Held> entry : rules.entrySet()) {
            Held held = entry.getValue();
            boolean hit = held.rule.isAbout(operation, device)
                    && held.fired < held.rule.count()
                    && held.dice.nextDouble() < held.rule.probability();
            if (hit) {
                held.fired++;
                var _ = fired.computeIfAbsent(operation, _ -> new EnumMap<>(FaultAction.class))
                        .merge(held.rule.action(), 1L, Long::sum);
                return new Listed(entry.getKey(), held.rule, held.fired);
            }
        }
        return null;
    }

    private void dropOver() {
        Instant now = clock.instant();
        rules.values().removeIf(held -> !now.isBefore(held.rule.until()));
        any = !rules.isEmpty();
    }

    /** How often each action was done to each operation since the hub was opened. */
    public synchronized Map<Operation, Map<FaultAction, Long>> counts() {
        Map<Operation, Map<FaultAction, Long>> counts = new EnumMap<>(Operation.class);
        fired.forEach((operation, actions) -> counts.put(operation, Map.copyOf(actions)));
        return counts;
    }
}
