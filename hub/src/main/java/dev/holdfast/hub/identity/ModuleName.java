package dev.holdfast.hub.identity;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.ModuleId;

/** Which module of which device. Printed as clients spell it: {@code dev1/mod1}. */
public record ModuleName(DeviceId device, ModuleId module) {
    public Identity identity() {
        return new Identity(device, module);
    }

    @Override
    public String toString() {
        return identity().toString();
    }
}
