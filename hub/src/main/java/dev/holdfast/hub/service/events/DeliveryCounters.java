package dev.holdfast.hub.service.events;

import dev.holdfast.base.HubName;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What was delivered to readers, by hub. Any thread. */
final class DeliveryCounters {
    /** One hub's. */
    static final class OfHub {
        private final LongAdder messages = new LongAdder();
        private final LongAdder bytes = new LongAdder();

        void delivered(int size) {
            messages.increment();
            bytes.add(size);
        }
    }

    /** As many as hubs were ever read since the start; what makes hubs is the operator alone. */
    private final Map<HubName, OfHub> hubs = new ConcurrentHashMap<>();

    OfHub of(HubName hub) {
        return hubs.computeIfAbsent(hub, _ -> new OfHub());
    }

    EventsPart.Counts counts(HubName hub, long readers) {
        OfHub counted = of(hub);
        return new EventsPart.Counts(readers, counted.messages.sum(), counted.bytes.sum());
    }
}
