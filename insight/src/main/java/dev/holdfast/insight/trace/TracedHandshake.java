package dev.holdfast.insight.trace;

import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.peer.Offer;
import dev.holdfast.tls.report.HandshakeFailure.ServerKeyLost;
import dev.holdfast.tls.trace.HandshakeFacts;
import dev.holdfast.tls.trace.NineSteps;
import dev.holdfast.tls.trace.Recording;
import dev.holdfast.tls.trace.Seen;
import dev.holdfast.tls.trace.ServerHello;
import dev.holdfast.tls.trace.Side;
import dev.holdfast.tls.trace.TracedStep;
import dev.holdfast.wire.Connection;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One handshake as this server saw it, and what became of it. It holds on to nothing of the connection.
 *
 * @param hub of the outcome, else of the name that the client asked for; null when neither is known
 * @param offer null when no hello was understood
 * @param handshake null when it was not finished
 * @param chosen null when this server did not choose
 */
record TracedHandshake(
        Instant time,
        String listener,
        InetSocketAddress address,
        UUID connectionId,
        @Nullable String hub,
        @Nullable Offer offer,
        @Nullable Handshake handshake,
        @Nullable ServerHello chosen,
        List<Seen> seen,
        TraceOutcome outcome) {

    /** @param hubOf the name of the hub that a host name leads to */
    static TracedHandshake of(
            Connection connection,
            Recording recording,
            TraceOutcome outcome,
            Function<String, Optional<String>> hubOf) {
        Offer offer = Offer.of(connection).orElse(null);
        String serverName = offer == null ? null : offer.serverName();
        return new TracedHandshake(
                connection.acceptedAt(),
                connection.listener(),
                connection.remoteAddress(),
                connection.id(),
                outcome.hub() != null || serverName == null
                        ? outcome.hub()
                        : hubOf.apply(serverName).orElse(null),
                offer,
                connection.known(Handshake.class).orElse(null),
                recording.chosen().orElse(null),
                recording.seen(),
                outcome);
    }

    boolean isFinished() {
        return handshake != null;
    }

    boolean isResumed() {
        return handshake != null && handshake.resumed();
    }

    /** This server asks everyone, except where a session is resumed, whose first handshake did. */
    boolean isCertificateRequested() {
        return chosen != null && !isResumed() && !chosen.resumesByKey();
    }

    List<TracedStep> steps() {
        // A handshake that came to its end was ended by nobody, whatever happened to the connection.
        return NineSteps.of(
                seen,
                new HandshakeFacts(
                        isFinished(),
                        isServerFinished(),
                        isCertificateRequested(),
                        isFinished() ? null : outcome.endedBy()));
    }

    /** In TLS 1.3 the server says all that it has to say at once, encrypted, unless it can't sign. */
    private boolean isServerFinished() {
        boolean couldNot =
                outcome instanceof TraceOutcome.Refused(var report) && report.refusal() instanceof ServerKeyLost;
        return !couldNot
                && seen.stream()
                        .anyMatch(
                                each -> each instanceof Seen.Encrypted(var from, var _, var _) && from == Side.SERVER);
    }
}
