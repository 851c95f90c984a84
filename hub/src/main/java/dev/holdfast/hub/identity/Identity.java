package dev.holdfast.hub.identity;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.ModuleId;
import org.jspecify.annotations.Nullable;

/**
 * Who connects: a device, or a module of a device. Printed as clients spell it: {@code dev1} or {@code dev1/mod1}.
 *
 * @param module null for the device itself
 */
public record Identity(DeviceId device, @Nullable ModuleId module) {
    public static Identity of(DeviceId device) {
        return new Identity(device, null);
    }

    @Override
    public String toString() {
        return module == null ? device.value() : device.value() + "/" + module.value();
    }
}
