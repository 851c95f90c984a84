package dev.holdfast.insight.journal;

import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.peer.Offer;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.Connection;
import org.jspecify.annotations.Nullable;

/** A report with what is known about its connection, taken out of it so that the connection can go. */
record PendingReport(
        Report report,
        @Nullable Offer offer,
        @Nullable Handshake handshake,
        @Nullable LikelyDevice likely) {

    static PendingReport of(Report report) {
        Connection connection = report.connection();
        Report alone = report.withoutConnection();
        return connection == null
                ? new PendingReport(alone, null, null, null)
                : new PendingReport(
                        alone,
                        connection.known(Offer.class).orElse(null),
                        connection.known(Handshake.class).orElse(null),
                        null);
    }

    PendingReport with(@Nullable LikelyDevice found) {
        return new PendingReport(report, offer, handshake, found);
    }
}
