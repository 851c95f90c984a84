package dev.holdfast.hub.identity;

/**
 * A registered module, as stored. Whether it is enabled is its device's to say.
 *
 * @param version of its row; the etag is made of it
 * @param generation changes when a module is deleted and created again under the same id
 * @param managedBy who looks after it, such as {@code IotEdge}; empty when nobody said
 */
public record DeviceModule(
        ModuleName name, long version, String generation, String managedBy, Authentication authentication) {
    public String etag() {
        return Etag.of(version);
    }

    Registered registered() {
        return new Registered(name.identity(), generation, authentication);
    }

    /** What it is, with another way to prove it. */
    ModuleSpec spec(Authentication other) {
        return new ModuleSpec(name, other, false, managedBy);
    }

    /** The same module in the version in which it was stored. */
    DeviceModule at(long storedVersion) {
        return new DeviceModule(name, storedVersion, generation, managedBy, authentication);
    }
}
