package dev.holdfast.hub.throttle;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.hub.throttle.GateRefusal.Throttled;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Asked by the cores of one hub before they do something: it may pass now, later, or not. Any thread. */
public final class Gate {
    private final HubName hub;
    private final Function<Operation, Rate> rates;
    private final LongSupplier nanoTime;
    private final FaultRules faults;
    private final BiConsumer<DeviceId, String> expire;
    private final Map<Operation, Bucket> buckets = new ConcurrentHashMap<>();
    private final Map<Operation, LongAdder> throttled = new EnumMap<>(Operation.class);

    /** Without faults. */
    public Gate(HubName hub, Function<Operation, Rate> rates, LongSupplier nanoTime) {
        this(hub, rates, nanoTime, FaultRules.none(), (_, _) -> {});
    }

    /**
     * @param rates what holds now, asked each time: another rate begins with a full bucket
     * @param nanoTime as {@link System#nanoTime}
     * @param faults come before throttles
     * @param expire ends the connections of a device, by the rule of this id; quick
     */
    public Gate(
            HubName hub,
            Function<Operation, Rate> rates,
            LongSupplier nanoTime,
            FaultRules faults,
            BiConsumer<DeviceId, String> expire) {
        this.hub = hub;
        this.rates = rates;
        this.nanoTime = nanoTime;
        this.faults = faults;
        this.expire = expire;
        for (Operation operation : Operation.values()) {
            throttled.put(operation, new LongAdder());
        }
    }

    /** The faults that an operator wants here. */
    public FaultRules faults() {
        return faults;
    }

    /** Through which everything passes; so it never names its hub. */
    public static Gate open() {
        return new Gate(new HubName("any"), _ -> Rate.OFF, System::nanoTime);
    }

    /**
     * Asks for something that is done on this thread, or not at all. Blocks where a fault is to delay it.
     *
     * @param device whom it is about; null where that is nobody, or more than one
     * @param amount how often it counts, at least 1
     * @return why not; null when it passes
     */
    public @Nullable GateRefusal pass(Operation operation, @Nullable DeviceId device, int amount) {
        return switch (ask(operation, device, amount, Duration.ZERO)) {
            case Passage.Now() -> null;
            case Passage.Later(var time) -> {
                try {
                    Thread.sleep(time);
                } catch (InterruptedException _) {
                    // Whoever wants the thread to end finds that out where it waits next.
                    Thread.currentThread().interrupt();
                }
                yield null;
            }
            case Passage.No(var why) -> why;
        };
    }

    /**
     * As {@link #pass}, and never blocks.
     *
     * @param patience how long it may be held up by a throttle; a fault may delay it for longer
     */
    public Passage ask(Operation operation, @Nullable DeviceId device, int amount, Duration patience) {
        FaultRules.Listed fault = faults.fire(operation, device);
        return fault == null ? throttle(operation, amount, patience) : injected(fault, operation, device, patience);
    }

    private Passage injected(
            FaultRules.Listed fault, Operation operation, @Nullable DeviceId device, Duration patience) {
        FaultRule rule = fault.rule();
        if (rule.action() == FaultAction.EXPIRE && device != null) {
            expire.accept(device, fault.id());
        }
        boolean later = switch (rule.action()) {
            case DELAY -> true;
            case THROTTLE -> rule.time().compareTo(patience) <= 0;
            case DROP, REFUSE, EXPIRE -> false;
        };
        return later
                ? new Passage.Later(rule.time())
                : new Passage.No(
                        new GateRefusal.InjectedByRule(hub, operation, fault.id(), rule.action(), rule.time()));
    }

    private Passage throttle(Operation operation, int amount, Duration patience) {
        Rate rate = rates.apply(operation);
        if (rate.isOff()) {
            return new Passage.Now();
        }
        long now = nanoTime.getAsLong();
        Bucket bucket = buckets.compute(
                operation, (_, held) -> held != null && held.rate().equals(rate) ? held : new Bucket(rate, now));
        long wait = bucket.take(amount, now, patience.toNanos());
        if (wait == 0) {
            return new Passage.Now();
        }
        if (wait <= patience.toNanos()) {
            return new Passage.Later(Duration.ofNanos(wait));
        }
        count(operation);
        return new Passage.No(new Throttled(hub, operation, rate, Duration.ofNanos(wait)));
    }

    /** Fills the buckets of some operations. */
    public void refill(Set<Operation> operations) {
        operations.forEach(buckets::remove);
    }

    private void count(Operation operation) {
        LongAdder count = throttled.get(operation);
        if (count != null) {
            count.increment();
        }
    }

    /** How often something was throttled since the hub was opened. */
    public Map<Operation, Long> throttled() {
        Map<Operation, Long> sums = new EnumMap<>(Operation.class);
        throttled.forEach((operation, count) -> sums.put(operation, count.sum()));
        return sums;
    }
}
