package dev.holdfast.wire.websocket;

/** Why a WebSocket was not opened, or was closed by its own rules: the whole list. */
public sealed interface WebSocketRefusal permits HandshakeRefusal, FrameRefusal {
    /** Stable word for logs, metrics and reports: the name of the case. */
    default String reason() {
        return getClass().getSimpleName();
    }

    /** What happened and what to change, in sentences. */
    String explain();
}
