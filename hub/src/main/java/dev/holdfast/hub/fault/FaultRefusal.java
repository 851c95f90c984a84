package dev.holdfast.hub.fault;

/** Why a request is refused for the sake of a fault, or a fault is not brought about: the whole list. */
public sealed interface FaultRefusal {
    /** Stable word for logs, metrics and reports: the name of the case. */
    default String reason() {
        return getClass().getSimpleName();
    }

    /** The device asked that its requests be refused, and the time is not over. */
    record RequestRefusedByFault(FaultKind kind, RefusedAs as, String closeReason) implements FaultRefusal {}

    /** @param what is wrong with the message that asks for it */
    record FaultMalformed(String what) implements FaultRefusal {}

    record FaultImpossible(FaultKind kind, Carrier carrier) implements FaultRefusal {}

    /** Faults that wait on one connection, or devices of one hub whose requests are refused. */
    record TooManyFaults(int max) implements FaultRefusal {}

    /** What happened and what to change, in sentences. */
    default String explain() {
        return switch (this) {
            case RequestRefusedByFault(var kind, var _, var closeReason) ->
                "This is an injected fault, as the device asked with '" + FaultOrders.TYPE + "' " + kind
                        + (closeReason.isEmpty() ? "" : " ('" + closeReason + "')")
                        + ". Wait until its time is over; if no test is meant to run here, start the"
                        + " server without --fault-injection.";
            case FaultMalformed(var what) ->
                "The message asks for an injected fault and nothing was done: " + what
                        + ". Correct the properties that begin with 'AzIoTHub_FaultOperation', or start the server without"
                        + " --fault-injection to have them stored like any others.";
            case FaultImpossible(var kind, var carrier) ->
                "The message asks for the injected fault " + kind + ", which there is not over " + carrier
                        + ", and nothing was done. Send it over the protocol that it is about.";
            case TooManyFaults(var max) ->
                "The message asks for an injected fault, and " + max
                        + " wait already, which is the limit; nothing was done. Wait until they have happened.";
        };
    }
}
