package dev.holdfast.hub.identity;

import org.jspecify.annotations.Nullable;

/**
 * What a caller wants a module to be; the rest of a {@link DeviceModule} is the registry's own.
 *
 * @param authentication null when the caller names none: what the module has stays, and a new one gets fresh keys
 * @param symmetricKeys as of a {@link DeviceSpec}
 * @param managedBy who looks after it, empty when nobody says
 */
public record ModuleSpec(
        ModuleName name, @Nullable Authentication authentication, boolean symmetricKeys, String managedBy) {
    /** A module with this authentication (null: fresh keys) and nothing else. */
    public static ModuleSpec of(ModuleName name, @Nullable Authentication authentication) {
        return new ModuleSpec(name, authentication, false, "");
    }
}
