package dev.holdfast.hub.identity;

/** What became of a {@link RegistryRequest}. */
public sealed interface RegistryResult {
    /** It is on disk. Of a deletion: the device as it was. */
    record Done(Device device) implements RegistryResult {}

    record Refused(RegistryRefusal refusal) implements RegistryResult {}
}
