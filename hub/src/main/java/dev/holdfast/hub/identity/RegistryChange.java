package dev.holdfast.hub.identity;

import dev.holdfast.base.DeviceId;
import org.jspecify.annotations.Nullable;

/** A durable change of the registry after which a device or module may no longer be connected. */
public sealed interface RegistryChange {
    /** The device and its modules may not be connected. */
    record DeviceDisabled(DeviceId id) implements RegistryChange {}

    /** What may have opened its connection is not registered any more. */
    record CredentialWithdrawn(Identity identity) implements RegistryChange {}

    /**
     * A key is not registered any more; what it opened ends, what the other opened stays.
     *
     * @param keys that are registered now
     */
    record KeyReplaced(Identity identity, SymmetricKeys keys) implements RegistryChange {}

    /** The device is gone and its modules with it. */
    record DeviceDeleted(DeviceId id) implements RegistryChange {}

    record ModuleDeleted(ModuleName name) implements RegistryChange {}

    /** What another way to prove itself means for an identity's connection; null when nothing. */
    static @Nullable RegistryChange between(Identity identity, Authentication before, Authentication now) {
        if (now.withdraws(before)) {
            return new CredentialWithdrawn(identity);
        }
        return before instanceof Authentication.Sas(var old)
                        && now instanceof Authentication.Sas(var keys)
                        && !keys.containAll(old)
                ? new KeyReplaced(identity, keys)
                : null;
    }
}
