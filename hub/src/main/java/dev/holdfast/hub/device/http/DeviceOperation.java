package dev.holdfast.hub.device.http;

import java.util.List;

/** What a device may want: one method at one kind of path. */
enum DeviceOperation {
    SEND("POST", "messages/events"),
    RECEIVE("GET", "messages/deviceBound"),
    COMPLETE("DELETE", "messages/deviceBound/{lock}"),
    ABANDON("POST", "messages/deviceBound/{lock}/abandon"),
    /** Whatever the method is. */
    FILES("", ""),
    /** There is nothing. */
    NONE("", "");

    private final String method;
    private final String pattern;

    DeviceOperation(String method, String pattern) {
        this.method = method;
        this.pattern = pattern;
    }

    /** The only one that the path takes. */
    String method() {
        return method;
    }

    /** Method and pattern, as metrics name it. */
    String word() {
        return method.isEmpty() ? "other" : method + " /devices/{id}/" + pattern;
    }

    /** @param below in lower case, without the ids */
    static DeviceOperation at(List<String> below) {
        if (below.getFirst().equals("files")) {
            return FILES;
        }
        return switch (below.size() < 2 ? "" : below.get(1)) {
            case "events" -> below.size() == 2 ? SEND : NONE;
            case "devicebound" ->
                switch (below.size()) {
                    case 2 -> RECEIVE;
                    case 3 -> COMPLETE;
                    case 4 -> below.get(3).equals("abandon") ? ABANDON : NONE;
                    default -> NONE;
                };
            default -> NONE;
        };
    }
}
