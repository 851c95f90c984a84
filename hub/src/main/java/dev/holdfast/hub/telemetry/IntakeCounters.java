package dev.holdfast.hub.telemetry;

import dev.holdfast.base.Histogram;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/** What came in to one hub. Any thread; a message that is stored costs two additions and no object. */
final class IntakeCounters {
    private record Refusals(LongAdder messages, LongAdder bytes) {}

    private final Histogram durableNanos = Histogram.ofNanos();
    private final LongAdder bytes = new LongAdder();

    /** By reason word, of which the sealed list has a few. */
    private final Map<String, Refusals> refused = new ConcurrentHashMap<>();

    void stored(long size, long nanos) {
        durableNanos.observe(nanos);
        bytes.add(size);
    }

    void refused(TelemetryRefusal why, long size) {
        Refusals refusals = refused.computeIfAbsent(why.reason(), _ -> new Refusals(new LongAdder(), new LongAdder()));
        refusals.messages().increment();
        refusals.bytes().add(size);
    }

    Intake.Counts counts() {
        return new Intake.Counts(
                durableNanos.snapshot(),
                bytes.sum(),
                refused.entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey,
                                entry -> new Intake.Refused(
                                        entry.getValue().messages().sum(),
                                        entry.getValue().bytes().sum()))));
    }
}
