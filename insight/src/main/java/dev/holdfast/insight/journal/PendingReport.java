package dev.holdfast.insight.journal;

import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.peer.Offer;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.Connection;
import org.jspecify.annotations.Nullable;

/** A report with what is known about its connection, taken out of it so that the connection can go. */
record PendingReport(
        Report report,
        @Nullable String hub,
        @Nullable Offer offer,
        @Nullable Handshake handshake,
        @Nullable LikelyDevice likely) {

    static PendingReport of(Report report) {
        Connection connection = report.connection();
        Report alone = report.withoutConnection();
        return connection == null
                ? new PendingReport(alone, report.hub(), null, null, null)
                : new PendingReport(
                        alone,
                        report.hub(),
                        connection.known(Offer.class).orElse(null),
                        connection.known(Handshake.class).orElse(null),
                        null);
    }

    PendingReport with(@Nullable String foundHub, @Nullable LikelyDevice found) {
        return new PendingReport(report, foundHub, offer, handshake, found);
    }
}
