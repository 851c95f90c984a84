package dev.holdfast.server;

import dev.holdfast.tls.report.Report;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a line for every refused or ended connection: who, what, why, and what to change. A line in JSON has each of these as a
 * member, too.
 */
final class RefusalLog implements Consumer<Report> {
    private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);

    @Override
    public void accept(Report report) {
        String address = report.remoteAddress().getAddress().getHostAddress();
        LOG.atWarn()
                .addKeyValue("listener", report.listener())
                .addKeyValue("address", address)
                .addKeyValue("port", report.remoteAddress().getPort())
                .addKeyValue("hub", report.hub())
                .addKeyValue("device", report.device())
                .addKeyValue("reason", report.reason())
                .addKeyValue("explanation", report.explanation())
                .setMessage("{} {}:{} hub={} device={} {}: {}")
                .addArgument(report.listener())
                .addArgument(address)
                .addArgument(report.remoteAddress().getPort())
                .addArgument(report.hub() == null ? "-" : report.hub())
                .addArgument(report.device() == null ? "-" : report.device())
                .addArgument(report.reason())
                .addArgument(report.explanation())
                .log();
    }
}
