package dev.holdfast.tls.report;

/**
 * Why a connection did not get through the front door, or was thrown out of it: the whole list, in the order of the way in. The
 * alert that a client gets is derived from it in the listener; the sentences for people are in {@link TlsExplanation}.
 */
public sealed interface TlsRefusal permits HelloRefusal, VerdictRefusal, HandshakeFailure {
    /** Stable word for logs, metrics and reports: the name of the case. */
    default String reason() {
        return getClass().getSimpleName();
    }
}
