package dev.holdfast.hub.device.http;

/** What a device may want at a path. */
enum DeviceOperation {
    SEND("POST /devices/{id}/messages/events"),
    RECEIVE("other"),
    FILES("other"),
    NONE("other");

    private final String word;

    DeviceOperation(String word) {
        this.word = word;
    }

    /** As metrics name it. */
    String word() {
        return word;
    }
}
