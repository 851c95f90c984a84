package dev.holdfast.hub.telemetry;

import dev.holdfast.hub.fault.FaultRefusal;
import dev.holdfast.hub.throttle.GateRefusal;

/** Why a message was not taken: the whole list. */
public sealed interface TelemetryRefusal {
    /** Stable word for logs, metrics and reports: the name of the case, or that of another list. */
    default String reason() {
        return switch (this) {
            case Faulted(var why) -> why.reason();
            case NotPassed(var why) -> why.reason();
            default -> getClass().getSimpleName();
        };
    }

    /** The hub's gate did not let it pass. Reported by that reason. */
    record NotPassed(GateRefusal why) implements TelemetryRefusal {}

    record MessageTooLarge(long bytes, long maxBytes) implements TelemetryRefusal {}

    record TooManyProperties(int count, int max) implements TelemetryRefusal {}

    /** A batch of no message. */
    record BatchEmpty() implements TelemetryRefusal {}

    /** All messages of a batch together; or the request that brings it, before it is read. */
    record BatchTooLarge(long bytes, long maxBytes) implements TelemetryRefusal {}

    record TooManyInBatch(int count, int max) implements TelemetryRefusal {}

    /** The disk did not take it; the message is not acknowledged and the device sends it again. */
    record NotStored(String why) implements TelemetryRefusal {}

    /** For the sake of an injected fault. */
    record Faulted(FaultRefusal why) implements TelemetryRefusal {}

    /** What happened and what to change, in sentences. */
    default String explain() {
        return switch (this) {
            case NotPassed(var why) -> why.explain();
            case MessageTooLarge(var bytes, var max) ->
                "The message has " + bytes + " bytes with its properties, and the limit is " + max
                        + ". Send less at once, or use a file upload.";
            case TooManyProperties(var count, var max) ->
                "The message has " + count + " application properties, and the limit is " + max + ". Send fewer.";
            case BatchEmpty() -> "The batch has no message. Send at least one, or nothing at all.";
            case BatchTooLarge(var bytes, var max) ->
                "The batch has " + bytes + " bytes, and the limit for all its messages with their properties is " + max
                        + ". Send fewer at once.";
            case TooManyInBatch(var count, var max) ->
                "The batch has " + count + " messages, and the limit is " + max + ". Send fewer at once.";
            case NotStored(var why) ->
                "The message could not be written to disk and was not acknowledged: " + why
                        + ". Look at the space and the health of the hub's disk; the device will send it again.";
            case Faulted(var why) -> why.explain();
        };
    }
}
