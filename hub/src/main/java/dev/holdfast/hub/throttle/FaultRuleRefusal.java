package dev.holdfast.hub.throttle;

import java.time.Duration;

/** Why an operator's rule about faults is not taken: the whole list. */
public sealed interface FaultRuleRefusal {
    /** Stable word for programs: the name of the case. */
    default String reason() {
        return getClass().getSimpleName();
    }

    /** The server was started without it. */
    record FaultInjectionOff() implements FaultRuleRefusal {}

    record TooManyFaultRules(int max) implements FaultRuleRefusal {}

    record UnknownFaultRule(String id) implements FaultRuleRefusal {}

    /** What is asked for by back ends has no credential of a device. */
    record NothingToExpire(Operation operation) implements FaultRuleRefusal {}

    record FaultProbabilityOutOfRange() implements FaultRuleRefusal {}

    record FaultCountOutOfRange() implements FaultRuleRefusal {}

    /** How long a rule holds. */
    record FaultEndOutOfRange(Duration max) implements FaultRuleRefusal {}

    /** How long an operation is held up. */
    record FaultTimeOutOfRange(Duration max) implements FaultRuleRefusal {}

    /** What happened and what to change, in sentences. */
    default String explain() {
        return switch (this) {
            case FaultInjectionOff() ->
                "This server brings about no faults on purpose. Start it with 'up --fault-injection', or the setting"
                        + " faultInjection, where tests are run.";
            case TooManyFaultRules(var max) ->
                "The hub has " + max + " fault rules, and that is the limit. Remove some.";
            case UnknownFaultRule(var id) ->
                "The hub has no fault rule '" + id + "'. It may be over; look at the list of rules.";
            case NothingToExpire(var operation) ->
                "The operation '" + operation.word()
                        + "' is asked for by back ends, which have no credential of a device. Choose connect, telemetry,"
                        + " message-receive, twin-read or twin-write for a rule that expires one.";
            case FaultProbabilityOutOfRange() -> "The probability is out of range. Give more than 0, and at most 1.";
            case FaultCountOutOfRange() -> "The count is out of range. Give at least 1, or none for no end.";
            case FaultEndOutOfRange(var max) ->
                "The time for which the rule holds is out of range. Give 1 to " + max.toSeconds() + " seconds.";
            case FaultTimeOutOfRange(var max) ->
                "The time of the fault is out of range. Give 1 to " + max.toMillis() + " milliseconds.";
        };
    }
}
