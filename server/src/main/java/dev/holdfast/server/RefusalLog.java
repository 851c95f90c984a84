package dev.holdfast.server;

import dev.holdfast.base.Limits;
import dev.holdfast.tls.report.RefusalQuota;
import dev.holdfast.tls.report.Report;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a line for a refused or ended connection: who, what, why, and what to change. A line in JSON has each of these as a member,
 * too. Beyond a {@link RefusalQuota} they are only counted, and told in one line when the time is over. Any thread.
 */
final class RefusalLog implements Consumer<Report>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);

    private final RefusalQuota quota;
    private final Limits.RefusalLines limits;
    private final LongSupplier nanoTime;

    /** @param nanoTime as {@link System#nanoTime} */
    RefusalLog(Limits.RefusalLines limits, LongSupplier nanoTime) {
        this.limits = limits;
        this.nanoTime = nanoTime;
        quota = new RefusalQuota(limits);
    }

    @Override
    public void accept(Report report) {
        tellLeftOut();
        if (quota.admits(report, nanoTime.getAsLong())) {
            write(report);
        }
    }

    /** Also to be called from time to time: who was left out may have been the last one for long. */
    void tellLeftOut() {
        quota.over(nanoTime.getAsLong()).forEach(this::write);
    }

    /** Nothing more will come. */
    @Override
    public void close() {
        quota.over(nanoTime.getAsLong() + limits.every().toNanos()).forEach(this::write);
    }

    private void write(RefusalQuota.LeftOut leftOut) {
        long seconds = limits.every().toSeconds();
        if (leftOut.bound() == RefusalQuota.Bound.ALL) {
            LOG.atWarn()
                    .addKeyValue("leftOut", leftOut.count())
                    .log(
                            "{} more refusals within {} s have no line, since there were too many of all clients;"
                                    + " the metric holdfast_refusals_total counts them by reason",
                            leftOut.count(),
                            seconds);
            return;
        }
        boolean ofKind = leftOut.bound() == RefusalQuota.Bound.KIND;
        Report last = leftOut.last();
        String address = last.remoteAddress().getAddress().getHostAddress();
        LOG.atWarn()
                .addKeyValue("listener", last.listener())
                .addKeyValue("address", address)
                .addKeyValue("reason", last.reason())
                .addKeyValue("leftOut", leftOut.count())
                .log(
                        "{} {} {}: and {} more {} from this address (in IPv6: from its /64 network) within {} s, without"
                                + " lines of their own; the last one had hub={} device={}",
                        last.listener(),
                        address,
                        last.reason(),
                        leftOut.count(),
                        ofKind ? "like this" : "of any kind",
                        seconds,
                        orDash(last.hub()),
                        orDash(last.device()));
    }

    private static void write(Report report) {
        String address = report.remoteAddress().getAddress().getHostAddress();
        LOG.atWarn()
                .addKeyValue("listener", report.listener())
                .addKeyValue("address", address)
                .addKeyValue("port", report.remoteAddress().getPort())
                .addKeyValue("hub", report.hub())
                .addKeyValue("device", report.device())
                .addKeyValue("reason", report.reason())
                .addKeyValue("explanation", report.explanation())
                .addKeyValue("report", report.id())
                .setMessage("{} {}:{} hub={} device={} {}: {} [report {}]")
                .addArgument(report.listener())
                .addArgument(address)
                .addArgument(report.remoteAddress().getPort())
                .addArgument(orDash(report.hub()))
                .addArgument(orDash(report.device()))
                .addArgument(report.reason())
                .addArgument(report.explanation())
                .addArgument(report.id())
                .log();
    }

    private static String orDash(@Nullable String name) {
        return name == null ? "-" : name;
    }
}
