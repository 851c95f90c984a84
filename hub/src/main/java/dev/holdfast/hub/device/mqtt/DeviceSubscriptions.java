package dev.holdfast.hub.device.mqtt;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.identity.DeviceAuthentication;
import dev.holdfast.wire.mqtt.Grant;
import dev.holdfast.wire.mqtt.MqttSubscription;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What one session is subscribed to, kept on disk when the client asked for that. Changed by one thread at a time, read by any. */
final class DeviceSubscriptions {
    private final DeviceAuthentication.Accepted owner;
    private final TopicFilters filters;
    private final Limits.Mqtt limits;
    private final @Nullable MqttSessions kept;
    private final BooleanSupplier ended;
    private volatile Map<String, Integer> current;

    /**
     * @param kept where they are kept; null for a session that ends with its connection
     * @param ended whether a newer connection took over
     */
    DeviceSubscriptions(
            DeviceAuthentication.Accepted owner,
            Limits.Mqtt limits,
            @Nullable MqttSessions kept,
            Map<String, Integer> current,
            BooleanSupplier ended) {
        this.owner = owner;
        this.filters = new TopicFilters(owner.identity());
        this.limits = limits;
        this.kept = kept;
        this.current = Map.copyOf(current);
        this.ended = ended;
    }

    /** The QoS at which a filter was granted; null when it was not. Any thread. */
    @Nullable
    Integer granted(String filter) {
        return current.get(filter);
    }

    List<Grant> subscribe(List<MqttSubscription> asked) {
        Map<String, Integer> next = new HashMap<>(current);
        List<Grant> grants = new ArrayList<>();
        for (MqttSubscription one : asked) {
            boolean room = next.containsKey(one.filter()) || next.size() < limits.subscriptionsMax();
            if (filters.allow(one.filter()) && room) {
                next.put(one.filter(), Math.min(one.qos(), 1));
                grants.add(one.qos() == 0 ? Grant.AT_MOST_ONCE : Grant.AT_LEAST_ONCE);
            } else {
                grants.add(Grant.REFUSED);
            }
        }
        replace(next);
        return grants;
    }

    void unsubscribe(List<String> gone) {
        Map<String, Integer> next = new HashMap<>(current);
        gone.forEach(next::remove);
        replace(next);
    }

    private void replace(Map<String, Integer> next) {
        if (kept != null && !next.equals(current)) {
            kept.save(owner.identity(), owner.generation(), next, () -> !ended.getAsBoolean());
        }
        current = Map.copyOf(next);
    }
}
