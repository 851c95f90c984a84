package dev.holdfast.hub.identity;

import dev.holdfast.base.DeviceId;
import org.jspecify.annotations.Nullable;

/** One change of the registry. */
public sealed interface RegistryRequest {
    DeviceId id();

    /**
     * Refused when there is such a device.
     *
     * @param companion what is stored with it; null for nothing
     */
    record Create(DeviceSpec wanted, @Nullable Companion companion) implements RegistryRequest {
        public Create(DeviceSpec wanted) {
            this(wanted, null);
        }

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
