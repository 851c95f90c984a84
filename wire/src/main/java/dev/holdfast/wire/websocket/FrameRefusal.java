package dev.holdfast.wire.websocket;

/** Why an open WebSocket was closed by its own rules. The client gets a close code and the word. */
public sealed interface FrameRefusal extends WebSocketRefusal {
    record FrameNotMasked() implements FrameRefusal {}

    /** RSV1 to RSV3, which extensions use; none was agreed on. */
    record ReservedBitsSet() implements FrameRefusal {}

    record UnknownOpcode(int opcode) implements FrameRefusal {}

    record TextFrame() implements FrameRefusal {}

    record ControlFrameFragmented() implements FrameRefusal {}

    record ControlFrameTooLong() implements FrameRefusal {}

    /** A continuation of nothing, or a new message in the middle of one. */
    record FragmentOutOfOrder(String what) implements FrameRefusal {}

    /** A length that is not in its shortest form, or that has the highest of 64 bits set. */
    record FrameLengthMalformed(String what) implements FrameRefusal {}

    record WebSocketFrameTooLarge(long bytes, int maxBytes) implements FrameRefusal {}

    record WebSocketMessageTooLarge(int maxBytes) implements FrameRefusal {}

    record CloseFrameMalformed(String what) implements FrameRefusal {}

    /** What the Close frame says (RFC 6455 section 7.4.1). */
    default int closeCode() {
        return switch (this) {
            case FrameNotMasked _,
                    ReservedBitsSet _,
                    UnknownOpcode _,
                    ControlFrameFragmented _,
                    ControlFrameTooLong _,
                    FragmentOutOfOrder _,
                    FrameLengthMalformed _,
                    CloseFrameMalformed _ -> CloseCode.PROTOCOL_ERROR;
            case TextFrame _ -> CloseCode.UNSUPPORTED_DATA;
            case WebSocketFrameTooLarge _, WebSocketMessageTooLarge _ -> CloseCode.TOO_BIG;
        };
    }

    @Override
    default String explain() {
        return switch (this) {
            case FrameNotMasked() ->
                "A WebSocket frame came without a mask, and clients have to mask every frame. Update the client's WebSocket"
                        + " library, or look at what is between.";
            case ReservedBitsSet() ->
                "A WebSocket frame has reserved bits set, which belong to an extension, and none was agreed on. Turn off"
                        + " compression (permessage-deflate) in the client, or update its WebSocket library.";
            case UnknownOpcode(var opcode) ->
                "A WebSocket frame has the opcode " + opcode
                        + ", which does not exist. Update the client's WebSocket library.";
            case TextFrame() ->
                "A text message came over the WebSocket, and MQTT and AMQP are sent in binary ones. Set the client's"
                        + " WebSocket to send binary messages.";
            case ControlFrameFragmented() ->
                "A Ping, Pong or Close of the WebSocket is in fragments, which is forbidden. Update the client's WebSocket"
                        + " library.";
            case ControlFrameTooLong() ->
                "A Ping, Pong or Close of the WebSocket has more than 125 bytes, which is forbidden. Update the client's"
                        + " WebSocket library.";
            case FragmentOutOfOrder(var what) ->
                "The fragments of a WebSocket message are out of order: " + what
                        + ". Update the client's WebSocket library.";
            case FrameLengthMalformed(var what) ->
                "The length of a WebSocket frame can't be: " + what
                        + ". Update the client's WebSocket library, or look at" + " what is between.";
            case WebSocketFrameTooLarge(var bytes, var max) ->
                "A WebSocket frame of " + bytes + " bytes was announced, and the limit is " + max
                        + ". Send less at once, each packet in a frame of its own.";
            case WebSocketMessageTooLarge(var max) ->
                "A WebSocket message has more than " + max
                        + " bytes over all its frames. Send less at once, each packet in a message of its own.";
            case CloseFrameMalformed(var what) ->
                "The Close of the WebSocket is malformed: " + what + ". Update the client's WebSocket library.";
        };
    }
}
