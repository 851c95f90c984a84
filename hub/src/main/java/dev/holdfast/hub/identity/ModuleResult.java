package dev.holdfast.hub.identity;

/** What became of a {@link ModuleRequest}. */
public sealed interface ModuleResult {
    /** It is on disk. Of a deletion: the module as it was. */
    record Done(DeviceModule module) implements ModuleResult {}

    record Refused(RegistryRefusal refusal) implements ModuleResult {}
}
