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
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Asked by the cores of one hub before they do something: it may pass now, later, or not. Any thread; never blocks. */
public final class Gate {
    private final HubName hub;
    private final Function<Operation, Rate> rates;
    private final LongSupplier nanoTime;
    private final Map<Operation, Bucket> buckets = new ConcurrentHashMap<>();
    private final Map<Operation, LongAdder> throttled = new EnumMap<>(Operation.class);

    /**
     * @param rates what holds now, asked each time: another rate begins with a full bucket
     * @param nanoTime as {@link System#nanoTime}
     */
    public Gate(HubName hub, Function<Operation, Rate> rates, LongSupplier nanoTime) {
        this.hub = hub;
        this.rates = rates;
        this.nanoTime = nanoTime;
        for (Operation operation : Operation.values()) {
            throttled.put(operation, new LongAdder());
        }
    }

    /** Through which everything passes; so it never names its hub. */
    public static Gate open() {
        return new Gate(new HubName("any"), _ -> Rate.OFF, System::nanoTime);
    }

    /**
     * Asks for something that is done at once or not at all.
     *
     * @param device whom it is about; null where that is nobody, or more than one
     * @param amount how often it counts, at least 1
     * @return why not; null when it passes
     */
    public @Nullable GateRefusal pass(Operation operation, @Nullable DeviceId device, int amount) {
        return ask(operation, device, amount, Duration.ZERO) instanceof Passage.No(var why) ? why : null;
    }

    /**
     * As {@link #pass}, of what can wait.
     *
     * @param patience how long it may be held up
     */
    public Passage ask(Operation operation, @Nullable DeviceId device, int amount, Duration patience) {
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
