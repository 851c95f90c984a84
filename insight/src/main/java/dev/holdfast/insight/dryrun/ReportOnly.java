package dev.holdfast.insight.dryrun;

import dev.holdfast.base.Commands;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.insight.fleet.Fleet;
import dev.holdfast.insight.fleet.FleetDevice;
import dev.holdfast.tls.policy.TlsPolicy;
import dev.holdfast.tls.report.DeviceConnected;
import dev.holdfast.tls.report.Report;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Judges devices that were let in by a policy that their hub only tries, and reports those that it would refuse: once for each
 * device, until what it offers or what the policy makes of it changes.
 *
 * <p>{@link #accept} is quick and for any thread, and comes after the {@link Fleet} has taken the device.
 */
public final class ReportOnly implements Consumer<DeviceConnected> {
    private static final int MARK_CHARS = 16;

    /**
     * A policy that is tried.
     *
     * @param path all policies as they would be with it
     */
    public record Tried(TlsPolicy policy, PolicyPath path) {}

    /** For counts. */
    public record Kind(String hub, String reason) {}

    private final Fleet fleet;
    private final Function<String, Optional<Tried>> triedBy;
    private final Predicate<Report> journal;
    private final Limits.RefusalLines limits;
    private final Map<Kind, LongAdder> counts = new ConcurrentHashMap<>();
    private Instant windowEnd = Instant.MIN;
    private long inWindow;

    /**
     * @param triedBy what a hub, by its name, tries; quick
     * @param journal takes the reports and says whether it keeps them; quick
     * @param limits of them how many reports there are of all within a time; the rest is told as devices connect again
     */
    public ReportOnly(
            Fleet fleet,
            Function<String, Optional<Tried>> triedBy,
            Predicate<Report> journal,
            Limits.RefusalLines limits) {
        this.fleet = fleet;
        this.triedBy = triedBy;
        this.journal = journal;
        this.limits = limits;
    }

    @Override
    public void accept(DeviceConnected connected) {
        triedBy.apply(connected.hub())
                .ifPresent(tried -> fleet.latest(connected.hub(), connected.device())
                        .ifPresent(device -> judge(connected, device, tried)));
    }

    private void judge(DeviceConnected connected, FleetDevice device, Tried tried) {
        Instant now = connected.time();
        if (!(new Prophet(tried.path, now).of(device, fleet.shapeOf(device)) instanceof Prediction.Fails(var loss))) {
            boolean _ = fleet.tell(device.hub(), device.device(), null);
            return;
        }
        counts.computeIfAbsent(new Kind(device.hub(), loss.reason()), _ -> new LongAdder())
                .increment();
        String name = tried.policy.name();
        String explanation = loss.explain(now, new Commands(new HubName(device.hub())));
        if (!fleet.tell(device.hub(), device.device(), mark(name, device.shape(), explanation))) {
            return;
        }
        boolean kept = hasRoom(now)
                && journal.test(Report.of(
                        connected.connection(),
                        now,
                        device.hub(),
                        device.device(),
                        loss.reason(),
                        "The device was let in. Under the policy " + name
                                + ", which its hub only tries (report-only), it would be refused: " + explanation,
                        ReportOnlyRefusal.of(name, loss)));
        if (!kept) {
            // There were too many at once; next time, then.
            boolean _ = fleet.tell(device.hub(), device.device(), null);
        }
    }

    private synchronized boolean hasRoom(Instant now) {
        if (now.isAfter(windowEnd)) {
            windowEnd = now.plus(limits.every());
            inWindow = 0;
        }
        return inWindow++ < limits.allMax();
    }

    /** The same as long as the device offers the same and the policy says the same about it. */
    private static String mark(String policy, @Nullable String shape, String explanation) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest((policy + "\n" + shape + "\n" + explanation).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, MARK_CHARS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /** Devices that were let in and would not have been, since the start. */
    public Map<Kind, Long> counts() {
        Map<Kind, Long> now = new TreeMap<>(Comparator.comparing(Kind::hub).thenComparing(Kind::reason));
        counts.forEach((kind, count) -> now.put(kind, count.sum()));
        return now;
    }
}
