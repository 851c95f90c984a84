package dev.holdfast.wire.mqtt;

/** The CONNACK return codes that refuse (MQTT 3.1.1, table 3.1). */
public enum ConnackCode {
    UNACCEPTABLE_PROTOCOL_VERSION(1),
    IDENTIFIER_REJECTED(2),
    SERVER_UNAVAILABLE(3),
    BAD_USER_NAME_OR_PASSWORD(4),
    NOT_AUTHORIZED(5);

    private final int code;

    ConnackCode(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }
}
