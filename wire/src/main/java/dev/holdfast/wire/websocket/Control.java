package dev.holdfast.wire.websocket;

/** A control frame that came whole. */
sealed interface Control {
    /** @param payload at most 125 bytes, to be sent back */
    record Ping(byte[] payload) implements Control {}

    record Pong() implements Control {}

    /** @param code {@link CloseCode#NONE} when there was none */
    record Close(int code) implements Control {}
}
