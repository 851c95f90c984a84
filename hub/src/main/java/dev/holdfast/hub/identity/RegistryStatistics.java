package dev.holdfast.hub.identity;

/** How many devices are registered, and how many of them are disabled. */
public record RegistryStatistics(long devices, long disabled) {
    public long enabled() {
        return devices - disabled;
    }
}
