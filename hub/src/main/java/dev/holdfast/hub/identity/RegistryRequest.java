package dev.holdfast.hub.identity;

import dev.holdfast.base.DeviceId;

/** One change of the registry. */
public sealed interface RegistryRequest {
    DeviceId id();

    /** Refused when there is such a device. */
    record Create(DeviceSpec wanted) implements RegistryRequest {
        @Override
        public DeviceId id() {
            return wanted.id();
        }
    }

    /** Everything that {@link DeviceSpec} says is replaced; the device stays the same one. */
    record Replace(DeviceSpec wanted, Precondition precondition) implements RegistryRequest {
        @Override
        public DeviceId id() {
            return wanted.id();
        }
    }

    /** Refused when the device has no keys. What a replaced key opened ends. */
    record RenewKeys(DeviceId id, KeyRenewal which) implements RegistryRequest {}

    record Delete(DeviceId id, Precondition precondition) implements RegistryRequest {}
}
