package dev.holdfast.server;

import dev.holdfast.tls.report.Report;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a line for every refused or ended connection: who, what, why, and what to change. */
final class RefusalLog implements Consumer<Report> {
    private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);

    @Override
    public void accept(Report report) {
        LOG.warn(
                "{} {}:{} hub={} device={} {}: {}",
                report.listener(),
                report.remoteAddress().getAddress().getHostAddress(),
                report.remoteAddress().getPort(),
                report.hub() == null ? "-" : report.hub(),
                report.device() == null ? "-" : report.device(),
                report.reason(),
                report.explanation());
    }
}
