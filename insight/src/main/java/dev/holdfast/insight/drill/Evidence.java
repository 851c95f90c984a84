package dev.holdfast.insight.drill;

import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.report.HandshakeFailure;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.Connection;
import dev.holdfast.wire.mqtt.MqttFault;

/**
 * What the end of a connection that was shown the chain says of the client's trust in it. None is an acceptance: who names a device
 * without its key may be anybody.
 */
enum Evidence {
    /** It ended the handshake with an alert. */
    REFUSED,
    /** It went away in the handshake without an alert, or the handshake came to nothing otherwise. */
    GONE,
    /** It went on after the handshake, or the server itself was at fault: no word against the chain. */
    NO_REFUSAL,
    /** Nothing so far: a client that looks at the chain after the handshake goes away from here without a word. */
    NONE;

    static Evidence of(Report report, Connection connection) {
        String alert = report.alert();
        if (alert != null && alert.startsWith("received ") && !alert.equals("received close_notify")) {
            return REFUSED;
        }
        boolean finished = connection.known(Handshake.class).isPresent();
        return switch (report.refusal()) {
            case HandshakeFailure.ServerBusy _, HandshakeFailure.ServerKeyLost _ -> NO_REFUSAL;
            case HandshakeFailure _ -> finished ? NONE : GONE;
            case MqttFault.ConnectLate _ -> NONE;
            case null, default -> finished ? NO_REFUSAL : GONE;
        };
    }
}
