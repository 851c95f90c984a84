package dev.holdfast.hub.identity;

import dev.holdfast.base.DeviceId;

/** A durable change of the registry after which a device may no longer be connected. */
public sealed interface RegistryChange {
    record DeviceDisabled(DeviceId id) implements RegistryChange {}

    /** What may have opened its connection is not registered any more. */
    record CredentialWithdrawn(DeviceId id) implements RegistryChange {}

    /**
     * A key is not registered any more; what it opened ends, what the other opened stays.
     *
     * @param keys that are registered now
     */
    record KeyReplaced(DeviceId id, SymmetricKeys keys) implements RegistryChange {}

    record DeviceDeleted(DeviceId id) implements RegistryChange {}
}
