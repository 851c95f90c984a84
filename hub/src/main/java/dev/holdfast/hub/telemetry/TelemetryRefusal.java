package dev.holdfast.hub.telemetry;

/** Why a message was not taken: the whole list. */
public sealed interface TelemetryRefusal {
    /** Stable word for logs, metrics and reports: the name of the case. */
    default String reason() {
        return getClass().getSimpleName();
    }

    record MessageTooLarge(long bytes, long maxBytes) implements TelemetryRefusal {}

    record TooManyProperties(int count, int max) implements TelemetryRefusal {}

    /** The disk did not take it; the message is not acknowledged and the device sends it again. */
    record NotStored(String why) implements TelemetryRefusal {}

    /** What happened and what to change, in sentences. */
    default String explain() {
        return switch (this) {
            case MessageTooLarge(var bytes, var max) ->
                "The message has " + bytes + " bytes with its properties, and the limit is " + max
                        + ". Send less at once, or use a file upload.";
            case TooManyProperties(var count, var max) ->
                "The message has " + count + " application properties, and the limit is " + max + ". Send fewer.";
            case NotStored(var why) ->
                "The message could not be written to disk and was not acknowledged: " + why
                        + ". Look at the space and the health of the hub's disk; the device will send it again.";
        };
    }
}
