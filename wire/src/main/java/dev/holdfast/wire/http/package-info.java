/**
 * HTTP/1.1 on connections that a listener accepted: bounded parsing, faces that may block. No other version.
 *
 * <p>Bytes pass {@link dev.holdfast.wire.http.HeadSyntax} (which spellings are taken), the decoder, {@link
 * dev.holdfast.wire.http.RequestHead} (what they mean) and {@link dev.holdfast.wire.http.HttpConversation} (what happens). A request
 * for another protocol is judged by the server's {@link dev.holdfast.wire.http.HttpUpgrade} before any face sees it.
 */
@NullMarked
package dev.holdfast.wire.http;

import org.jspecify.annotations.NullMarked;
