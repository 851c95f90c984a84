/**
 * WebSocket, version 13 (RFC 6455), as a transport for protocols that have frames of their own: the server's side, binary messages
 * only, no extensions.
 *
 * <p>{@link dev.holdfast.wire.websocket.WebSocketServer} judges the handshake, which is a request of {@code wire.http};
 * {@link dev.holdfast.wire.websocket.FrameReader} takes the frames off what comes; {@link
 * dev.holdfast.wire.websocket.WebSocketHandler} hands their payload on as one stream, and puts what goes out into frames. What is
 * mounted behind sees bytes, as behind TLS alone.
 */
@NullMarked
package dev.holdfast.wire.websocket;

import org.jspecify.annotations.NullMarked;
