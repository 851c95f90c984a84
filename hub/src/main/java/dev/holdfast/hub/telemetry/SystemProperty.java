package dev.holdfast.hub.telemetry;

/**
 * What a sender may say about its own message, whatever the protocol calls it. What the hub says about it is in
 * {@link Stamp}; no sender can set that.
 */
public enum SystemProperty {
    MESSAGE_ID(1),
    CORRELATION_ID(2),
    USER_ID(3),
    TO(4),
    CONTENT_TYPE(5),
    CONTENT_ENCODING(6),
    /** Absolute, as the client spelled it. */
    EXPIRY_TIME(7),
    /** When the client made the message, as it spelled it. */
    CREATION_TIME(8),
    /** The output of a module that the message leaves by. */
    OUTPUT_NAME(9),
    /** The digital-twin component that the message belongs to. */
    COMPONENT_NAME(10),
    INTERFACE_ID(11),
    MESSAGE_SCHEMA(12),
    DIAGNOSTIC_ID(13),
    DIAGNOSTIC_CONTEXT(14);

    private final int code;

    SystemProperty(int code) {
        this.code = code;
    }

    /** What stands for it in stored records: never changed, never used again. */
    int code() {
        return code;
    }
}
