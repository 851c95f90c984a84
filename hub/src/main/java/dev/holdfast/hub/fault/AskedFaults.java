package dev.holdfast.hub.fault;

import dev.holdfast.hub.identity.Identity;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The faults that one device asks for on one connection, from the order until they happen or the device leaves. Any thread. */
public final class AskedFaults {
    /** What the connection of a device can do for it. */
    public interface Breaker {
        /**
         * Runs a task later, unless the connection is over by then.
         *
         * @return calls it off, and lets go of all that it holds; any thread
         */
        Runnable after(Duration delay, Runnable task);

        /** Breaks what was asked for, now; false when there is nothing of the kind. */
        boolean carryOut(FaultOrder order);
    }

    private final FaultOrders orders;
    private final Carrier carrier;
    private final Identity identity;
    private final WaitingFaults onConnection;
    /** Under this object's lock, as all that is below. */
    private final Set<Waiting> waiting = new HashSet<>();

    private boolean left;

    /** @param onConnection what waits on the connection, for other devices too */
    public AskedFaults(FaultOrders orders, Carrier carrier, Identity identity, WaitingFaults onConnection) {
        this.orders = orders;
        this.carrier = carrier;
        this.identity = identity;
        this.onConnection = onConnection;
    }

    /**
     * Has a fault carried out when its time has come, unless the device leaves before.
     *
     * @param generation of the device, as it is now
     * @return why not; null when it will be
     */
    public @Nullable FaultRefusal ask(String generation, FaultOrder order, Breaker breaker) {
        FaultRefusal impossible = FaultOrders.faultOver(carrier, order);
        if (impossible != null) {
            return impossible;
        }
        if (order.kind().refusedAs() != null) {
            return orders.begin(identity, generation, order);
        }
        return await(new Waiting(order, breaker));
    }

    private synchronized @Nullable FaultRefusal await(Waiting one) {
        if (left) {
            return null;
        }
        if (!onConnection.begin(orders.waitingMax())) {
            return new FaultRefusal.TooManyFaults(orders.waitingMax());
        }
        waiting.add(one);
        one.callOff = one.breaker.after(one.order.delay(), one);
        return null;
    }

    /** Calls off what waits: nothing is broken for a device that is not there any more, and nothing of it is kept. */
    public void leave() {
        List<Waiting> calledOff;
        synchronized (this) {
            left = true;
            calledOff = List.copyOf(waiting);
            waiting.clear();
            onConnection.end(calledOff.size());
        }
        calledOff.forEach(one -> one.callOff.run());
    }

    /** Whether it waited until now. */
    private synchronized boolean isDue(Waiting one) {
        boolean waited = waiting.remove(one);
        if (waited) {
            onConnection.end(1);
        }
        return waited;
    }

    /** A fault whose time has not come. */
    private final class Waiting implements Runnable {
        private final FaultOrder order;
        private final Breaker breaker;
        private Runnable callOff = () -> {};

        private Waiting(FaultOrder order, Breaker breaker) {
            this.order = order;
            this.breaker = breaker;
        }

        @Override
        public void run() {
            if (isDue(this) && breaker.carryOut(order)) {
                orders.happened(order.kind());
            }
        }
    }
}
