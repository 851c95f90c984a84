package dev.holdfast.hub.fault;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.identity.Identity;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The faults that devices of one hub ask for in telemetry, as the official SDKs' end-to-end suites do. Where the installation does not
 * allow it, such a message is telemetry like any other.
 *
 * <p>It knows what is asked for and whose requests are refused now; what breaks a connection, its face carries out. In memory only: after
 * a restart nothing of it is left. Any thread; never blocks.
 */
public final class FaultOrders {
    static final String TYPE = "AzIoTHub_FaultOperationType";
    private static final String CLOSE_REASON = "AzIoTHub_FaultOperationCloseReason";
    private static final String DELAY = "AzIoTHub_FaultOperationDelayInSecs";
    private static final String DURATION = "AzIoTHub_FaultOperationDurationInSecs";

    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,6}");
    private static final int PRINTED_MAX_CHARS = 60;

    private final boolean allowed;
    private final InstantSource clock;
    private final Limits.Faults limits;
    private final Map<Who, Mode> modes = new ConcurrentHashMap<>();
    private final Map<FaultKind, LongAdder> happened = new EnumMap<>(FaultKind.class);

    /** Whoever is made anew by the same name is another one. */
    private record Who(Identity identity, String generation) {}

    /** @param felt whether a request was refused for it */
    private record Mode(FaultKind kind, FaultRefusal why, Instant from, Instant until, AtomicBoolean felt) {}

    public FaultOrders(boolean allowed, InstantSource clock, Limits.Faults limits) {
        this.allowed = allowed;
        this.clock = clock;
        this.limits = limits;
        for (FaultKind kind : FaultKind.values()) {
            happened.put(kind, new LongAdder());
        }
    }

    /** Where nobody may ask for faults. */
    public static FaultOrders none() {
        return new FaultOrders(
                false, InstantSource.system(), Limits.defaults().telemetry().faults());
    }

    /** What a message asks for. */
    public sealed interface Reading {
        /** It is telemetry. */
        record Nothing() implements Reading {}

        record Asked(FaultOrder order) implements Reading {}

        record Refused(FaultRefusal why) implements Reading {}
    }

    /** Whether devices may ask for faults here. */
    public boolean isAllowed() {
        return allowed;
    }

    /** @param properties of a message, by the names that its device gave them */
    public Reading read(Map<String, String> properties) {
        String word = allowed ? said(properties, TYPE) : null;
        if (word == null) {
            return new Reading.Nothing();
        }
        FaultKind kind = FaultKind.of(word).orElse(null);
        if (kind == null) {
            return malformed("'" + printed(word) + "' is none of " + FaultKind.words());
        }
        String saidReason = said(properties, CLOSE_REASON);
        String closeReason = saidReason == null ? "" : saidReason.strip();
        if (closeReason.length() > limits.closeReasonMaxChars()) {
            return malformed("'" + CLOSE_REASON + "' has more than " + limits.closeReasonMaxChars() + " characters");
        }
        Duration delay = seconds(said(properties, DELAY), Duration.ZERO, limits.delayMaxTime());
        if (delay == null) {
            return malformed(outOfRange(DELAY, limits.delayMaxTime()));
        }
        Duration duration = seconds(said(properties, DURATION), limits.durationTime(), limits.durationMaxTime());
        if (duration == null) {
            return malformed(outOfRange(DURATION, limits.durationMaxTime()));
        }
        return new Reading.Asked(new FaultOrder(kind, printable(closeReason), delay, duration));
    }

    /** Whether a message asks for a fault, well or badly. */
    public boolean isAsked(Map<String, String> properties) {
        return allowed && said(properties, TYPE) != null;
    }

    /** Why a fault can't be had over a protocol; null when it can. */
    public static @Nullable FaultRefusal faultOver(Carrier carrier, FaultOrder order) {
        return order.kind().isPossibleOver(carrier) ? null : new FaultRefusal.FaultImpossible(order.kind(), carrier);
    }

    /**
     * Has the requests of a device refused, as it asked; a later order of the same device replaces an earlier one.
     *
     * @param generation of the identity, which the order does not outlive
     * @return why not; null when it will be so
     */
    @Nullable
    FaultRefusal begin(Identity identity, String generation, FaultOrder order) {
        FaultRefusal why = refusalOf(order);
        if (why == null) {
            throw new IllegalArgumentException(order.kind() + " has no requests refused");
        }
        Who who = new Who(identity, generation);
        Instant now = clock.instant();
        if (modes.size() >= limits.devicesMax()) {
            modes.values().removeIf(mode -> !now.isBefore(mode.until));
        }
        if (modes.size() >= limits.devicesMax() && !modes.containsKey(who)) {
            return new FaultRefusal.TooManyFaults(limits.devicesMax());
        }
        Instant from = now.plus(order.delay());
        modes.put(who, new Mode(order.kind(), why, from, from.plus(order.duration()), new AtomicBoolean()));
        return null;
    }

    /** Why a request of a device is to be refused now, which counts as a fault with the first one; null when it is not. */
    public @Nullable FaultRefusal inForce(Identity identity, String generation) {
        Who who = new Who(identity, generation);
        Mode mode = allowed ? modes.get(who) : null;
        if (mode == null) {
            return null;
        }
        Instant now = clock.instant();
        if (!now.isBefore(mode.until)) {
            modes.remove(who, mode);
            return null;
        }
        if (now.isBefore(mode.from)) {
            return null;
        }
        if (mode.felt.compareAndSet(false, true)) {
            happened(mode.kind);
        }
        return mode.why;
    }

    /** How a request is refused that an order is about; null for an order that breaks something instead. */
    public static @Nullable FaultRefusal refusalOf(FaultOrder order) {
        RefusedAs as = order.kind().refusedAs();
        return as == null ? null : new FaultRefusal.RequestRefusedByFault(order.kind(), as, order.closeReason());
    }

    /** How many faults may wait on one connection. */
    int waitingMax() {
        return limits.waitingMax();
    }

    /** Counts a fault that was carried out. */
    public void happened(FaultKind kind) {
        LongAdder count = happened.get(kind);
        if (count != null) {
            count.increment();
        }
    }

    /** How often each kind happened since the hub was opened. */
    public Map<FaultKind, Long> counts() {
        Map<FaultKind, Long> counts = new EnumMap<>(FaultKind.class);
        happened.forEach((kind, count) -> counts.put(kind, count.sum()));
        return counts;
    }

    /** Null for what is missing. For a value that is not set, suites in JavaScript send the two texts below. */
    private static @Nullable String said(Map<String, String> properties, String name) {
        String text = properties.get(name);
        return text == null || text.isEmpty() || text.equals("undefined") ? null : text;
    }

    /** Null for what is no number, or none that is allowed. */
    private static @Nullable Duration seconds(@Nullable String text, Duration otherwise, Duration max) {
        if (text == null) {
            return otherwise;
        }
        if (!SECONDS.matcher(text).matches()) {
            return null;
        }
        Duration time = Duration.ofSeconds(Integer.parseInt(text));
        return time.compareTo(max) > 0 ? null : time;
    }

    private static String outOfRange(String property, Duration max) {
        return "'" + property + "' is not a whole number from 0 to " + max.toSeconds();
    }

    private static Reading malformed(String what) {
        return new Reading.Refused(new FaultRefusal.FaultMalformed(what));
    }

    private static String printed(String word) {
        return printable(word.length() > PRINTED_MAX_CHARS ? word.substring(0, PRINTED_MAX_CHARS) + "…" : word);
    }

    private static String printable(String text) {
        return text.replaceAll("\\p{Cc}", "?");
    }
}
