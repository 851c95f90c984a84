package dev.holdfast.tls.trace;

import org.jspecify.annotations.Nullable;

/**
 * What a side of the handshake knows and no reader of the wire can see.
 *
 * @param finished whether the handshake came to its end on this side
 * @param serverFinished whether the server has said its Finished; only heeded in TLS 1.3, where it is encrypted
 * @param certificateRequested whether the server asked for a client certificate; only heeded in TLS 1.3, where it asks encrypted
 * @param endedBy who ended it before, or right after; null when nobody did
 */
public record HandshakeFacts(
        boolean finished,
        boolean serverFinished,
        boolean certificateRequested,
        @Nullable Side endedBy) {}
