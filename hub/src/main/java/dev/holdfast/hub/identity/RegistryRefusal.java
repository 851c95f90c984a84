package dev.holdfast.hub.identity;

import dev.holdfast.base.DeviceId;

/** Why the registry did not change: the whole list. */
public sealed interface RegistryRefusal {
    /** Stable word for logs, metrics and reports: the name of the case. */
    default String reason() {
        return getClass().getSimpleName();
    }

    record DeviceExists(DeviceId id) implements RegistryRefusal {}

    record DeviceMissing(DeviceId id) implements RegistryRefusal {}

    /** The device was changed since the caller read it. */
    record EtagMismatch(DeviceId id) implements RegistryRefusal {}

    /** The device proves itself by something else. */
    record DeviceWithoutKeys(DeviceId id, Authentication authentication) implements RegistryRefusal {}

    record StatusReasonTooLong(int chars, int maxChars) implements RegistryRefusal {}

    /** What happened and what to change, in sentences. */
    default String explain() {
        return switch (this) {
            case DeviceExists(var id) ->
                "A device with the id '" + id + "' exists already. Delete it first, or update it with If-Match.";
            case DeviceMissing(var id) -> "No device with the id '" + id + "' is registered. Ids are compared by case.";
            case EtagMismatch(var id) ->
                "The device '" + id + "' was changed since it was read. Read it again and repeat the change on what it"
                        + " is now, or use If-Match: * to overwrite it.";
            case DeviceWithoutKeys(var id, var authentication) ->
                "The device '" + id + "' has no symmetric keys to renew: its type of authentication is "
                        + authentication.wireName() + ".";
            case StatusReasonTooLong(var chars, var max) ->
                "The statusReason has " + chars + " characters, and the limit is " + max + ".";
        };
    }
}
