package dev.holdfast.wire.mqtt;

/** The answer to one filter of a SUBSCRIBE (MQTT 3.1.1, 3.9.3). QoS 2 is never granted. */
public enum Grant {
    AT_MOST_ONCE(0),
    AT_LEAST_ONCE(1),
    REFUSED(0x80);

    private final int code;

    Grant(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
