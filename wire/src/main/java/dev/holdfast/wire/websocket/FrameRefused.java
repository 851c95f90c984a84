package dev.holdfast.wire.websocket;

/** Thrown by {@link FrameReader} and caught in one place, {@link WebSocketHandler}. Has no stack: it is not a bug. */
final class FrameRefused extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient FrameRefusal why;

    FrameRefused(FrameRefusal why) {
        super(why.reason(), null, false, false);
        this.why = why;
    }

    FrameRefusal why() {
        return why;
    }
}
