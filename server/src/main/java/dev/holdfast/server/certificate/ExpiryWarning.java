package dev.holdfast.server.certificate;

import dev.holdfast.pki.TrustWorld;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once a day in the log which certificates end within 30 days or have ended. One thread at a time. */
public final class ExpiryWarning {
    private static final Logger LOG = LoggerFactory.getLogger(ExpiryWarning.class);
    private static final Duration AHEAD = Duration.ofDays(30);
    private static final Duration EVERY = Duration.ofDays(1);

    private final Supplier<List<ShownCertificate>> shown;
    private final InstantSource clock;
    private Instant last = Instant.MIN;

    public ExpiryWarning(Supplier<List<ShownCertificate>> shown, InstantSource clock) {
        this.shown = shown;
        this.clock = clock;
    }

    /** As often as you like. */
    public void look() {
        Instant now = clock.instant();
        if (last.plus(EVERY).isAfter(now)) {
            return;
        }
        List<ShownCertificate> ending = shown.get().stream()
                .filter(each -> each.end().minus(AHEAD).isBefore(now))
                .toList();
        if (ending.isEmpty()) {
            return;
        }
        last = now;
        LOG.warn(
                "certificates that clients are shown end: {}. Have them issued anew and give the new chain with 'holdfast cert"
                        + " server replace', or go back to the installation's own with 'holdfast cert server renew'",
                ending.stream().map(each -> describe(each, now)).collect(Collectors.joining(", ")));
    }

    private static String describe(ShownCertificate each, Instant now) {
        return "%s%s %s '%s' %s at %s"
                .formatted(
                        each.world().equals(TrustWorld.DEFAULT) ? "" : "in world " + each.world() + " ",
                        ShownCertificate.word(each.slot()),
                        each.level().word(),
                        each.certificate().getSubjectX500Principal().getName(),
                        each.end().isBefore(now) ? "has ended" : "ends",
                        each.end());
    }
}
