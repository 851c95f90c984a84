package dev.holdfast.hub.throttle;

import dev.holdfast.base.Commands;
import dev.holdfast.base.HubName;
import java.time.Duration;

/** Why a hub's gate let something not pass: the whole list. Each core has a case of its own that carries one of these. */
public sealed interface GateRefusal {
    /** Stable word for logs, metrics and reports: the name of the case. */
    default String reason() {
        return getClass().getSimpleName();
    }

    /** @param time until the same may be tried again */
    record Throttled(HubName hub, Operation operation, Rate rate, Duration time) implements GateRefusal {
        /** As the header field Retry-After has it: whole seconds, at least one. */
        public long retryAfterSeconds() {
            return Math.max(1, time.plusNanos(999_999_999).toSeconds());
        }
    }

    /** What happened and what to change, in sentences. */
    default String explain() {
        return switch (this) {
            case Throttled throttled ->
                "More " + throttled.operation.many() + " came to the hub '" + throttled.hub + "' than its throttle '"
                        + throttled.operation.word() + "' lets pass, which is " + throttled.rate.explain()
                        + ". Wait " + throttled.retryAfterSeconds()
                        + " s before the next one, and send fewer; or raise the throttle, with "
                        + Commands.plain(
                                "hub set " + throttled.hub + " --throttle " + throttled.operation.word() + "=RATE")
                        + " or the setting " + throttled.operation.setting() + ".";
        };
    }
}
