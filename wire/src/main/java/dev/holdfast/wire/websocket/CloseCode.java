package dev.holdfast.wire.websocket;

/** The codes of Close frames that are sent here, and which ones may come (RFC 6455 section 7.4). */
final class CloseCode {
    static final int NORMAL = 1000;
    static final int GOING_AWAY = 1001;
    static final int PROTOCOL_ERROR = 1002;
    static final int UNSUPPORTED_DATA = 1003;
    static final int TOO_BIG = 1009;

    /** What a Close without a code counts as; it is never sent. */
    static final int NONE = 1005;

    private CloseCode() {}

    /** Whether a peer may send it: registered and meant for frames, or of a library or application. */
    static boolean mayCome(int code) {
        boolean registered = code >= NORMAL && code <= 1014 && code != 1004 && code != NONE && code != 1006;
        return registered || (code >= 3000 && code <= 4999);
    }
}
