package dev.holdfast.hub.revocation;

import dev.holdfast.base.Commands;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.revocation.ListRefusal.ListFromNowhere;
import dev.holdfast.hub.revocation.ListRefusal.ListNotFetched;
import dev.holdfast.pki.CertificateUrls;
import java.io.IOException;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fetches the lists of one hub's authorities, again and again, and tells when one is stale. Any thread. */
final class ListFetching {
    private static final Logger LOG = LoggerFactory.getLogger(ListFetching.class);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(15);
    private static final int DOUBLINGS_MAX = 10;

    /** An issuer that lets its list end at once would be asked without a pause. */
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    /** What is known of fetching one list. */
    private static final class State {
        private @Nullable URI uri;
        private Instant last = Instant.MIN;
        private Instant next = Instant.MIN;
        private int failures;
        private @Nullable ListFailure failure;
        private boolean running;
        private boolean staleTold;
    }

    private final HubName hub;
    private final HeldLists lists;
    private final Outgoing outgoing;
    private final Executor threads;
    private final InstantSource clock;
    private final Limits.Revocation limits;
    private final Runnable changed;
    private final Map<String, State> states = new ConcurrentHashMap<>();
    private final Map<String, URI> named = new ConcurrentHashMap<>();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong fetched = new AtomicLong();

    /** @param changed run when a list came that was not there before, on the thread that fetched it */
    ListFetching(
            HubName hub,
            HeldLists lists,
            Outgoing outgoing,
            Executor threads,
            InstantSource clock,
            Limits.Revocation limits,
            Runnable changed) {
        this.hub = hub;
        this.lists = lists;
        this.outgoing = outgoing;
        this.threads = threads;
        this.clock = clock;
        this.limits = limits;
        this.changed = changed;
    }

    /** Remembers where a certificate says that the list of its issuer is, if the operator wants that followed. */
    void saw(Issuer issuer, X509Certificate issued) {
        if (issuer.settings().lists() instanceof Origin.InCertificate && !named.containsKey(issuer.name())) {
            CertificateUrls.list(issued).flatMap(Origin::parseUrl).ifPresent(uri -> named.put(issuer.name(), uri));
        }
    }

    /** Forgets authorities that are not registered any more, lest another one that takes the name has what was theirs. */
    void keepOnly(List<String> authorities) {
        states.keySet().retainAll(authorities);
        named.keySet().retainAll(authorities);
    }

    /** Starts what is due; returns at once. */
    void tick(List<Issuer> issuers) {
        keepOnly(issuers.stream().map(Issuer::name).toList());
        Instant now = clock.instant();
        for (Issuer issuer : issuers) {
            tellIfStale(issuer, now);
            URI uri = uriOf(issuer);
            if (uri != null && begin(stateOf(issuer), uri, lists.of(issuer).isEmpty(), now)) {
                threads.execute(() -> {
                    ListRefusal _ = fetch(issuer, uri);
                });
            }
        }
    }

    /** Fetches a list now; null when it counts. */
    @Nullable
    ListRefusal fetchNow(Issuer issuer) {
        URI uri = uriOf(issuer);
        return uri == null ? new ListFromNowhere(issuer.name()) : fetch(issuer, uri);
    }

    @Nullable
    ListFailure failureOf(String authority) {
        State state = states.get(authority);
        if (state == null) {
            return null;
        }
        synchronized (state) {
            return state.failure;
        }
    }

    /** Where the list of an authority is fetched; null for nowhere. */
    @Nullable
    URI uriOf(Issuer issuer) {
        return switch (issuer.settings().lists()) {
            case Origin.Nowhere() -> null;
            case Origin.At(var uri) -> uri;
            case Origin.InCertificate() -> named.get(issuer.name());
        };
    }

    long failed() {
        return failed.get();
    }

    long fetched() {
        return fetched.get();
    }

    private State stateOf(Issuer issuer) {
        return states.computeIfAbsent(issuer.name(), _ -> new State());
    }

    /** @param missing whether there is no list: one that was fetched before is gone then, and its next turn may be far */
    private static boolean begin(State state, URI uri, boolean missing, Instant now) {
        synchronized (state) {
            // A clock that is before the last attempt was set back; when the next one is due means nothing then.
            boolean due = !now.isBefore(state.next)
                    || now.isBefore(state.last)
                    || !uri.equals(state.uri)
                    || (missing && state.failures == 0);
            if (state.running || !due) {
                return false;
            }
            state.running = true;
            state.uri = uri;
            return true;
        }
    }

    private @Nullable ListRefusal fetch(Issuer issuer, URI uri) {
        Optional<HeldList> before = lists.of(issuer);
        ListRefusal why;
        try {
            byte[] bytes = outgoing.get(uri, 2 * limits.listMaxBytes());
            why = lists.put(issuer, bytes, uri.toString());
        } catch (IOException e) {
            why = new ListNotFetched(uri.toString(), String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            ended(issuer, uri, "an internal failure");
            throw e;
        }
        ended(issuer, uri, why == null ? null : why.explain(new Commands(hub)));
        if (why == null && !lists.of(issuer).equals(before)) {
            changed.run();
        }
        return why;
    }

    private void ended(Issuer issuer, URI uri, @Nullable String failure) {
        State state = stateOf(issuer);
        Instant now = clock.instant();
        boolean first;
        synchronized (state) {
            state.running = false;
            state.uri = uri;
            state.last = now;
            first = failure != null && state.failures == 0;
            state.failures = failure == null ? 0 : state.failures + 1;
            state.failure = failure == null ? null : new ListFailure(now, failure);
            state.next = now.plus(failure == null ? pauseAfterSuccess(issuer, now) : pauseAfterFailure(state.failures));
        }
        (failure == null ? fetched : failed).incrementAndGet();
        if (first) {
            LOG.warn(
                    "the revocation list of the authority '{}' of hub {} could not be fetched and is tried again: {}",
                    issuer.name(),
                    hub,
                    failure);
        }
    }

    /** Three quarters of what is left of the list's time, and no longer than the operator says. */
    private Duration pauseAfterSuccess(Issuer issuer, Instant now) {
        Duration left = lists.of(issuer)
                .map(held -> Duration.between(now, held.list().nextUpdate())
                        .dividedBy(4)
                        .multipliedBy(3))
                .orElse(limits.listEvery());
        Duration pause = left.compareTo(limits.listEvery()) < 0 ? left : limits.listEvery();
        return shortened(pause.compareTo(SHORTEST) < 0 ? SHORTEST : pause);
    }

    private static Duration pauseAfterFailure(int failures) {
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, DOUBLINGS_MAX));
        return shortened(pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE);
    }

    /** By up to a fifth, so that not all hubs of the world ask in the same second. */
    private static Duration shortened(Duration pause) {
        return pause.minusMillis(ThreadLocalRandom.current().nextLong(pause.toMillis() / 5 + 1));
    }

    private void tellIfStale(Issuer issuer, Instant now) {
        HeldList held = lists.of(issuer).orElse(null);
        State state = stateOf(issuer);
        boolean stale = held != null && held.isStale(now);
        synchronized (state) {
            if (stale == state.staleTold) {
                return;
            }
            state.staleTold = stale;
        }
        if (held != null && stale) {
            LOG.warn(
                    "the revocation list of the authority '{}' of hub {} is stale: the next one was due at {}. Devices whose"
                            + " status it should tell are {}.",
                    issuer.name(),
                    hub,
                    held.list().nextUpdate(),
                    issuer.settings().whenUnknown() == WhenUnknown.REFUSE ? "refused" : "let in unless it names them");
        }
    }
}
