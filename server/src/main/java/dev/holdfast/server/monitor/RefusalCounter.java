package dev.holdfast.server.monitor;

import dev.holdfast.base.HubName;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.tls.report.Report;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts refused and ended connections by listener, reason and hub. A report's hub is what the client asked for, so it counts as
 * one only while there is such a hub: nobody makes new series by guessing names. Any thread.
 */
public final class RefusalCounter implements Consumer<Report>, Exposition.Collector {
    private static final String OTHER = "Other";

    private record Key(String listener, String reason, String hub) {}

    private volatile @Nullable HubDirectory hubs;
    private final int reasonsMax;
    private final Set<String> reasons = ConcurrentHashMap.newKeySet();
    private final Map<Key, LongAdder> counts = new ConcurrentHashMap<>();

    public RefusalCounter(int reasonsMax) {
        this.reasonsMax = reasonsMax;
    }

    /** From now on the hubs are told apart: the metrics listener, which refuses too, is there before them. */
    public void watch(HubDirectory directory) {
        hubs = directory;
    }

    @Override
    public void accept(Report report) {
        String asked = report.hub();
        HubDirectory known = hubs;
        String hub = asked == null || known == null
                ? ""
                : HubName.parse(asked)
                        .flatMap(known::byName)
                        .map(found -> found.name().value())
                        .orElse("");
        counts.computeIfAbsent(new Key(report.listener(), known(report.reason()), hub), _ -> new LongAdder())
                .increment();
    }

    private String known(String reason) {
        if (reasons.contains(reason)) {
            return reason;
        }
        if (reasons.size() >= reasonsMax) {
            return OTHER;
        }
        reasons.add(reason);
        return reason;
    }

    @Override
    public List<MetricSnapshot> collect() {
        Set<String> existing = ConcurrentHashMap.newKeySet();
        HubDirectory known = hubs;
        for (Hub hub : known == null ? List.<Hub>of() : known.all()) {
            existing.add(hub.name().value());
        }
        counts.keySet().removeIf(key -> !key.hub().isEmpty() && !existing.contains(key.hub()));
        Family.Counter refusals =
                Family.counter("holdfast_refusals", "Connections and requests that were refused or ended");
        counts.forEach((key, count) ->
                refusals.add(count.sum(), "listener", key.listener(), "reason", key.reason(), "hub", key.hub()));
        return List.of(refusals.snapshot());
    }
}
