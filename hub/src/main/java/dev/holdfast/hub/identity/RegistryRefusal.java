package dev.holdfast.hub.identity;

import dev.holdfast.base.DeviceId;
import dev.holdfast.hub.throttle.GateRefusal;

/** Why the registry did not change: the whole list. */
public sealed interface RegistryRefusal {
    /** Stable word for logs, metrics and reports: the name of the case, or that of the gate's own list. */
    default String reason() {
        return this instanceof NotPassed(var why) ? why.reason() : getClass().getSimpleName();
    }

    /** The hub's gate did not let it pass. Reported by that reason. */
    record NotPassed(GateRefusal why) implements RegistryRefusal {}

    record DeviceExists(DeviceId id) implements RegistryRefusal {}

    record DeviceMissing(DeviceId id) implements RegistryRefusal {}

    record ModuleExists(ModuleName name) implements RegistryRefusal {}

    record ModuleMissing(ModuleName name) implements RegistryRefusal {}

    /** The device has as many modules as one may have. */
    record TooManyModules(DeviceId id, int max) implements RegistryRefusal {}

    /** The device or module was changed since the caller read it. */
    record EtagMismatch(Identity identity) implements RegistryRefusal {}

    /** The device proves itself by something else. */
    record DeviceWithoutKeys(DeviceId id, Authentication authentication) implements RegistryRefusal {}

    /** As {@link DeviceWithoutKeys}, of a module. */
    record ModuleWithoutKeys(ModuleName name, Authentication authentication) implements RegistryRefusal {}

    record ManagedByTooLong(int chars, int maxChars) implements RegistryRefusal {}

    record StatusReasonTooLong(int chars, int maxChars) implements RegistryRefusal {}

    /** What happened and what to change, in sentences. */
    default String explain() {
        return switch (this) {
            case NotPassed(var why) -> why.explain();
            case DeviceExists(var id) ->
                "A device with the id '" + id + "' exists already. Delete it first, or update it with If-Match.";
            case DeviceMissing(var id) -> "No device with the id '" + id + "' is registered. Ids are compared by case.";
            case ModuleExists(var name) ->
                "A module with the id '" + name.module() + "' exists already on the device '" + name.device()
                        + "'. Delete it first, or update it with If-Match.";
            case ModuleMissing(var name) ->
                "The device '" + name.device() + "' has no module with the id '" + name.module()
                        + "'. Ids are compared by case.";
            case TooManyModules(var id, var max) ->
                "The device '" + id + "' has " + max + " modules already, and that is the limit. Delete one of them.";
            case EtagMismatch(var identity) ->
                "The " + (identity.module() == null ? "device" : "module") + " '" + identity
                        + "' was changed since it was read. Read it again and repeat the change on what it"
                        + " is now, or use If-Match: * to overwrite it.";
            case DeviceWithoutKeys(var id, var authentication) ->
                "The device '" + id + "' has no symmetric keys to renew: its type of authentication is "
                        + authentication.wireName() + ".";
            case ModuleWithoutKeys(var name, var authentication) ->
                "The module '" + name + "' has no symmetric keys to renew: its type of authentication is "
                        + authentication.wireName() + ".";
            case ManagedByTooLong(var chars, var max) ->
                "The managedBy has " + chars + " characters, and the limit is " + max + ".";
            case StatusReasonTooLong(var chars, var max) ->
                "The statusReason has " + chars + " characters, and the limit is " + max + ".";
        };
    }
}
