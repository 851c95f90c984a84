/**
 * HTTP/1.1 on connections that a listener accepted: bounded parsing, faces that may block. No other version.
 *
 * <p>Bytes pass {@link dev.holdfast.wire.http.HeadSyntax} (which spellings are taken), the decoder, {@link
 * dev.holdfast.wire.http.RequestHead} (what they mean) and {@link dev.holdfast.wire.http.HttpConversation} (what happens). A request
 * to speak WebSocket is answered as the plain request that it also is; the place to take such a connection over is where the
 * conversation dispatches a request.
 */
@NullMarked
package dev.holdfast.wire.http;

import org.jspecify.annotations.NullMarked;
