package dev.holdfast.hub.revocation;

import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.revocation.ListRefusal.UnknownAuthority;
import dev.holdfast.store.Table;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the authorities of one hub took back, and what follows: lists that were given or fetched, and OCSP. Nothing is asked of an
 * authority of which the operator does not say so. Any thread.
 */
public final class Revocation {
    private static final Logger LOG = LoggerFactory.getLogger(Revocation.class);
    /** With a tick each second this is every second one: a question, its answer and two ticks stay below 5 s. */
    private static final Duration SWEEP_EVERY = Duration.ofMillis(1_900);

    private static final Duration ALLOWED_TOLD_EVERY = Duration.ofMinutes(10);

    /**
     * What a hub asks others with.
     *
     * @param threads for asking: one that blocks must not keep others from running
     */
    public record Asking(Outgoing outgoing, Executor threads) {}

    /** @param answers of responders by what they said: good, revoked, unknown */
    public record Counts(long fetched, long fetchesFailed, long allowedUnknown, Map<String, Long> answers) {
        public Counts {
            answers = Map.copyOf(answers);
        }
    }

    /**
     * How an authority stands.
     *
     * @param failure of the last attempt to fetch its list; null when it did not fail
     */
    public record Standing(
            Issuer issuer,
            @Nullable HeldList held,
            @Nullable String url,
            @Nullable ListFailure failure) {}

    private final HubName hub;
    private final Supplier<List<Issuer>> issuers;
    private final InstantSource clock;
    private final ToIntFunction<Revocation> sweep;
    private final HeldLists lists;
    private final ListFetching fetching;
    private final Responses responses;
    private final IssuedBy issuedBy = new IssuedBy();
    private final AtomicBoolean news = new AtomicBoolean();
    private final AtomicLong allowedUnknown = new AtomicLong();
    private final Map<String, Instant> allowedTold = new ConcurrentHashMap<>();
    private volatile Instant swept = Instant.MIN;

    /**
     * @param issuers the registered authorities as they are now, asked for every judgement
     * @param sweep judges every connection by {@link #faultOfConnected} of what it is given and ends those that may not go on; returns how
     *     many
     */
    public Revocation(
            Table table,
            HubName hub,
            Supplier<List<Issuer>> issuers,
            Asking asking,
            InstantSource clock,
            Limits limits,
            ToIntFunction<Revocation> sweep) {
        this.hub = hub;
        this.issuers = issuers;
        this.clock = clock;
        this.sweep = sweep;
        this.lists = new HeldLists(table, hub, issuers, clock, limits);
        this.fetching = new ListFetching(
                hub, lists, asking.outgoing(), asking.threads(), clock, limits.revocation(), this::changed);
        this.responses = new Responses(asking.outgoing(), asking.threads(), clock, limits, () -> news.set(true));
    }

    /**
     * Judges the certificates that a device wants to come in with; may wait for a responder.
     *
     * @param path leaf first, the registered authority at the end
     * @return why it may not; null when nothing speaks against it
     */
    public @Nullable RevocationRefusal faultOf(List<X509Certificate> path) {
        List<Issuer> now = issuers.get();
        return isIdle(now)
                ? null
                : judgement(
                                now,
                                (_, issuer, certificate, responder) -> responses.ask(issuer, certificate, responder),
                                true)
                        .faultOf(path);
    }

    /** As {@link #faultOf} by what is known already, for a device that is connected. Does not wait. */
    public @Nullable RevocationRefusal faultOfConnected(List<X509Certificate> path) {
        List<Issuer> now = issuers.get();
        return isIdle(now)
                ? null
                : judgement(
                                now,
                                (_, issuer, certificate, responder) -> responses.known(issuer, certificate, responder),
                                false)
                        .faultOf(path);
    }

    /** Whether no authority was ever asked for, so that nothing can be revoked. */
    private boolean isIdle(List<Issuer> now) {
        return lists.isEmpty()
                && now.stream().allMatch(issuer -> issuer.settings().equals(RevocationSettings.NONE));
    }

    private Judgement judgement(List<Issuer> now, Judgement.Responders responders, boolean connecting) {
        return new Judgement(
                now, lists, responders, issuedBy, connecting ? this::allowed : (_, _) -> {}, clock.instant());
    }

    private void allowed(Issuer issuer, String why) {
        allowedUnknown.incrementAndGet();
        Instant now = clock.instant();
        Instant told = allowedTold.get(issuer.name());
        if (told == null || isAfter(told, ALLOWED_TOLD_EVERY, now)) {
            allowedTold.put(issuer.name(), now);
            LOG.warn(
                    "hub {} lets devices of the authority '{}' in though nobody can say whether they were revoked: {}. '--when-unknown"
                            + " refuse' would refuse them. Told again in {} min at the earliest.",
                    hub,
                    issuer.name(),
                    why,
                    ALLOWED_TOLD_EVERY.toMinutes());
        }
    }

    /** Whether so much time passed, or the clock was set back that far. */
    private static boolean isAfter(Instant before, Duration passed, Instant now) {
        return Duration.between(before, now).abs().compareTo(passed) > 0;
    }

    /** Remembers what the certificates of a device that proved itself say about lists. */
    public void saw(List<X509Certificate> path) {
        List<Issuer> now = issuers.get();
        if (now.stream().noneMatch(issuer -> issuer.settings().lists() instanceof Origin.InCertificate)) {
            return;
        }
        for (int i = 0; i < path.size() - 1; i++) {
            for (Issuer issuer : now) {
                if (issuer.speaksFor(path.get(i + 1))) {
                    fetching.saw(issuer, path.get(i));
                }
            }
        }
    }

    /** Takes a list that an operator gives for an authority, if it is good, and ends what it revokes. */
    public ListChange add(String authority, byte[] bytes) {
        Issuer issuer = find(authority);
        return issuer == null
                ? new ListChange.Refused(new UnknownAuthority(authority))
                : done(lists.put(issuer, bytes, HeldList.UPLOAD));
    }

    public ListChange remove(String authority) {
        Issuer issuer = find(authority);
        return issuer == null ? new ListChange.Refused(new UnknownAuthority(authority)) : done(lists.remove(issuer));
    }

    /** Fetches the list of an authority now; blocks. */
    public ListChange fetch(String authority) {
        Issuer issuer = find(authority);
        return issuer == null
                ? new ListChange.Refused(new UnknownAuthority(authority))
                : done(fetching.fetchNow(issuer));
    }

    private ListChange done(@Nullable ListRefusal why) {
        return why == null ? new ListChange.Done(sweep()) : new ListChange.Refused(why);
    }

    /** How every authority stands that has a list, or should have one. */
    public List<Standing> standings() {
        return issuers.get().stream()
                .map(this::standing)
                .filter(each ->
                        each.held() != null || !(each.issuer().settings().lists() instanceof Origin.Nowhere))
                .toList();
    }

    public Optional<Standing> standing(String authority) {
        return Optional.ofNullable(find(authority)).map(this::standing);
    }

    private Standing standing(Issuer issuer) {
        var uri = fetching.uriOf(issuer);
        return new Standing(
                issuer,
                lists.of(issuer).orElse(null),
                uri == null ? null : uri.toString(),
                fetching.failureOf(issuer.name()));
    }

    /** Whether a list of the authority is there, whether stale or not. */
    public boolean holdsListOf(String authority) {
        Issuer issuer = find(authority);
        return issuer != null && lists.of(issuer).isPresent();
    }

    private @Nullable Issuer find(String authority) {
        return issuers.get().stream()
                .filter(issuer -> issuer.name().equals(authority))
                .findFirst()
                .orElse(null);
    }

    /**
     * The authorities, or what is decided about them, changed.
     *
     * @return how many connections that ended
     */
    public int authoritiesChanged() {
        List<String> names = issuers.get().stream().map(Issuer::name).toList();
        lists.keepOnly(names);
        fetching.keepOnly(names);
        int ended = sweep();
        if (ended > 0) {
            LOG.warn("what was changed about the authorities of hub {} ended {} connections", hub, ended);
        }
        return ended;
    }

    private void changed() {
        int ended = sweep();
        if (ended > 0) {
            LOG.info("a revocation list that hub {} fetched ended {} connections", hub, ended);
        }
    }

    /** What time brings: lists that are due, and connections that may not go on. Called every second or so; quick. */
    public void tick() {
        List<Issuer> now = issuers.get();
        if (isIdle(now)) {
            return;
        }
        fetching.tick(now);
        boolean byTime = now.stream().anyMatch(issuer -> issuer.settings().dependsOnTime())
                && isAfter(swept, SWEEP_EVERY, clock.instant());
        if (news.getAndSet(false) || byTime) {
            int _ = sweep();
        }
    }

    private int sweep() {
        swept = clock.instant();
        return sweep.applyAsInt(this);
    }

    public Counts counts() {
        return new Counts(
                fetching.fetched(),
                fetching.failed(),
                allowedUnknown.get(),
                Map.of(
                        "good", responses.good(),
                        "revoked", responses.revoked(),
                        "unknown", responses.unknown()));
    }
}
