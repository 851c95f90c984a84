package dev.holdfast.hub.telemetry;

import java.util.Arrays;
import java.util.Optional;

/** What the hub itself tells of, beside the telemetry of devices. */
public enum EventSource {
    TWIN_CHANGES(1, "TwinChangeEvents", "twinChangeNotification"),
    LIFECYCLE(2, "DeviceLifecycleEvents", "deviceLifecycleNotification"),
    CONNECTIONS(3, "DeviceConnectionStateEvents", "deviceConnectionStateNotification");

    private final int code;
    private final String word;
    private final String schema;

    EventSource(int code, String word, String schema) {
        this.code = code;
        this.word = word;
        this.schema = schema;
    }

    /** What stands for it in stored records: never changed, never used again. */
    int code() {
        return code;
    }

    /** As operators write it: the name that Azure's routes have for it. */
    public String word() {
        return word;
    }

    /** As readers find it in {@code iothub-message-source}. */
    public String annotation() {
        return Character.toLowerCase(word.charAt(0)) + word.substring(1);
    }

    /** As readers find it in {@code iothub-message-schema}. */
    public String schema() {
        return schema;
    }

    public static Optional<EventSource> of(String word) {
        return Arrays.stream(values())
                .filter(each -> each.word.equalsIgnoreCase(word))
                .findFirst();
    }
}
