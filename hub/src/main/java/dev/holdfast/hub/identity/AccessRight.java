package dev.holdfast.hub.identity;

/** What a shared access policy may allow. Nothing is allowed that no right names. */
public enum AccessRight {
    /** Read identities. */
    REGISTRY_READ("RegistryRead"),
    /** Create, change and delete identities; implies nothing else. */
    REGISTRY_WRITE("RegistryWrite"),
    /** Everything a back end does: read telemetry, send commands. */
    SERVICE_CONNECT("ServiceConnect"),
    /** Everything a device does, in the name of any device. */
    DEVICE_CONNECT("DeviceConnect");

    private final String wireName;

    AccessRight(String wireName) {
        this.wireName = wireName;
    }

    /** The name in connection strings' documentation and in the management API. */
    public String wireName() {
        return wireName;
    }
}
