package dev.holdfast.insight.trace;

import dev.holdfast.tls.report.DeviceConnected;
import dev.holdfast.tls.report.HandshakeFailure;
import dev.holdfast.tls.report.HelloRefusal;
import dev.holdfast.tls.report.Report;
import dev.holdfast.tls.report.TlsRefusal;
import dev.holdfast.tls.report.VerdictRefusal;
import dev.holdfast.tls.trace.Side;
import org.jspecify.annotations.Nullable;

/** What became of a connection. */
sealed interface TraceOutcome {
    /** A device was let in. */
    record LetIn(DeviceConnected connected) implements TraceOutcome {}

    /** In the handshake or after it. */
    record Refused(Report report) implements TraceOutcome {}

    /** The client shook hands and went away; it was neither let in as a device nor refused. */
    record Left() implements TraceOutcome {}

    /** The device that was named, if one was. */
    default @Nullable String device() {
        return switch (this) {
            case LetIn(var connected) -> connected.device();
            case Refused(var report) -> report.device();
            case Left() -> null;
        };
    }

    /** The hub that the protocol named, if it did. */
    default @Nullable String hub() {
        return switch (this) {
            case LetIn(var connected) -> connected.hub();
            case Refused(var report) -> report.hub();
            case Left() -> null;
        };
    }

    /** Who ended the handshake; null when it was not TLS that ended the connection. */
    default @Nullable Side endedBy() {
        return this instanceof Refused(var report) && report.refusal() instanceof TlsRefusal why ? by(why) : null;
    }

    private static Side by(TlsRefusal why) {
        return switch (why) {
            case HelloRefusal.NotTls _, HelloRefusal.HelloTooSlow _, HelloRefusal.ClosedInHello _ -> Side.CLIENT;
            case HelloRefusal.HelloMalformed _, HelloRefusal.HelloTooLarge _, VerdictRefusal _ -> Side.SERVER;
            case HandshakeFailure.AlertReceived _,
                    HandshakeFailure.HandshakeTooSlow _,
                    HandshakeFailure.ClosedInHandshake _ -> Side.CLIENT;
            case HandshakeFailure.HandshakeRejected _,
                    HandshakeFailure.ServerKeyLost _,
                    HandshakeFailure.ServerBusy _,
                    HandshakeFailure.RenegotiationRefused _,
                    HandshakeFailure.NoApplicationData _,
                    HandshakeFailure.TooManySockets _,
                    HandshakeFailure.TooManySocketsFromAddress _ -> Side.SERVER;
        };
    }
}
