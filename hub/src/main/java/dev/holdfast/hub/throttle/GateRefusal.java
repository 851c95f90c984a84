package dev.holdfast.hub.throttle;

import dev.holdfast.base.Commands;
import dev.holdfast.base.HubName;
import java.time.Duration;
import java.util.OptionalLong;

/** Why a hub's gate let something not pass: the whole list. Each core has a case of its own that carries one of these. */
public sealed interface GateRefusal {
    /** Stable word for logs, metrics and reports: the name of the case. */
    default String reason() {
        return getClass().getSimpleName();
    }

    /** @param time until the same may be tried again */
    record Throttled(HubName hub, Operation operation, Rate rate, Duration time) implements GateRefusal {}

    /**
     * An operator wants it so, with a {@link FaultRule}.
     *
     * @param time to wait, where that is told
     */
    record InjectedByRule(HubName hub, Operation operation, String rule, FaultAction action, Duration time)
            implements GateRefusal {}

    /** Whether nobody is answered. */
    default boolean isSwallowed() {
        return this instanceof InjectedByRule(var _, var _, var _, var action, var _) && action == FaultAction.DROP;
    }

    /** How long to wait is told, in whole seconds and at least one; empty where nothing is. */
    default OptionalLong retryAfterSeconds() {
        return switch (this) {
            case Throttled(var _, var _, var _, var time) -> OptionalLong.of(wholeSeconds(time));
            case InjectedByRule(var _, var _, var _, var action, var time) ->
                action == FaultAction.THROTTLE ? OptionalLong.of(wholeSeconds(time)) : OptionalLong.empty();
        };
    }

    private static long wholeSeconds(Duration time) {
        return Math.max(1, time.plusNanos(999_999_999).toSeconds());
    }

    /** What happened and what to change, in sentences. */
    default String explain() {
        return switch (this) {
            case Throttled throttled ->
                "More " + throttled.operation.many() + " came to the hub '" + throttled.hub + "' than its throttle '"
                        + throttled.operation.word() + "' lets pass, which is " + throttled.rate.explain()
                        + ". Wait " + wholeSeconds(throttled.time)
                        + " s before the next one, and send fewer; or raise the throttle, with "
                        + Commands.plain(
                                "hub set " + throttled.hub + " --throttle " + throttled.operation.word() + "=RATE")
                        + " or the setting " + throttled.operation.setting() + ".";
            case InjectedByRule(var hub, var operation, var rule, var action, var _) ->
                "This is an injected fault: rule " + rule + " of the hub '" + hub + "' is to " + action.word() + " "
                        + operation.many()
                        + ". Wait until it is over or remove it; start the server without --fault-injection where no tests"
                        + " are run.";
        };
    }
}
