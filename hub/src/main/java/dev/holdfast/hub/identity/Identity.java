package dev.holdfast.hub.identity;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.ModuleId;
import java.util.List;
import java.util.Optional;
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

    /** Reads what {@link #toString} prints; empty when the text names neither a device nor a module. */
    public static Optional<Identity> parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return DeviceId.parse(text).map(Identity::of);
        }
        Optional<ModuleId> module = ModuleId.parse(text.substring(slash + 1));
        return DeviceId.parse(text.substring(0, slash))
                .flatMap(device -> module.map(named -> new Identity(device, named)));
    }

    /** What it is, as messages say it: {@code device} or {@code module}. */
    String kind() {
        return module == null ? "device" : "module";
    }

    /** Where it is below its hub, as tokens name it: decoded segments. */
    public List<String> path() {
        return module == null
                ? List.of("devices", device.value())
                : List.of("devices", device.value(), "modules", module.value());
    }

    /** Its module by name; empty for a device. */
    public Optional<ModuleName> moduleName() {
        return Optional.ofNullable(module).map(named -> new ModuleName(device, named));
    }

    @Override
    public String toString() {
        return module == null ? device.value() : device.value() + "/" + module.value();
    }
}
