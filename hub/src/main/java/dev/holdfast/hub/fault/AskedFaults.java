package dev.holdfast.hub.fault;

import dev.holdfast.hub.identity.Identity;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The faults that one device asks for on one connection, from the order until they happen. Any thread. */
public final class AskedFaults {
    /** What the connection of a device can do for it. */
    public interface Breaker {
        /** Runs a task later, unless the connection is over by then. */
        void after(Duration delay, Runnable task);

        /** Breaks what was asked for, now; false when there is nothing of the kind. */
        boolean carryOut(FaultOrder order);
    }

    private final FaultOrders orders;
    private final Carrier carrier;
    private final Identity identity;
    private final AtomicInteger waiting = new AtomicInteger();

    public AskedFaults(FaultOrders orders, Carrier carrier, Identity identity) {
        this.orders = orders;
        this.carrier = carrier;
        this.identity = identity;
    }

    /**
     * Has a fault carried out when its time has come.
     *
     * @return why not; null when it will be
     */
    public @Nullable FaultRefusal ask(FaultOrder order, Breaker breaker) {
        FaultRefusal impossible = FaultOrders.faultOver(carrier, order);
        if (impossible != null) {
            return impossible;
        }
        if (order.kind().refusedAs() != null) {
            return orders.begin(identity, order);
        }
        if (waiting.incrementAndGet() > orders.waitingMax()) {
            waiting.decrementAndGet();
            return new FaultRefusal.TooManyFaults(orders.waitingMax());
        }
        breaker.after(order.delay(), () -> {
            waiting.decrementAndGet();
            if (breaker.carryOut(order)) {
                orders.happened(order.kind());
            }
        });
        return null;
    }
}
