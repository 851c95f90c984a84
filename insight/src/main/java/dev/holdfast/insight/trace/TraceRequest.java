package dev.holdfast.insight.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.node.ObjectNode;

/** Someone who waits for one handshake. Any thread. */
public final class TraceRequest {
    private final String id = UUID.randomUUID().toString();
    private final TraceFilter filter;
    private final Instant until;
    private final CompletableFuture<Optional<TracedHandshake>> found = new CompletableFuture<>();
    private final AtomicInteger notLookedAt = new AtomicInteger();
    private volatile Instant askedAt;

    TraceRequest(TraceFilter filter, Instant now, Instant until) {
        this.filter = filter;
        this.until = until;
        this.askedAt = now;
    }

    public String id() {
        return id;
    }

    /** When it is over if nobody comes. */
    public Instant until() {
        return until;
    }

    TraceFilter filter() {
        return filter;
    }

    boolean isOver(Instant now, Duration askedEvery) {
        return !until.isAfter(now) || !askedAt.plus(askedEvery).isAfter(now);
    }

    boolean isWaiting() {
        return !found.isDone();
    }

    void asked(Instant now) {
        askedAt = now;
    }

    void isNotLookedAt() {
        notLookedAt.incrementAndGet();
    }

    void complete(TracedHandshake handshake) {
        found.complete(Optional.of(handshake));
    }

    /** Whoever asks for it now waits no longer. */
    void end() {
        found.complete(Optional.empty());
    }

    /** Connections that fit as far as could be told, and came while too many were recorded. */
    public int notLookedAt() {
        return notLookedAt.get();
    }

    /** Waits for the handshake; empty when none came in that time. */
    public Optional<ObjectNode> await(Duration max) throws InterruptedException {
        try {
            return found.get(max.toMillis(), TimeUnit.MILLISECONDS).map(TraceDocument::of);
        } catch (TimeoutException _) {
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a request is completed and never fails", e);
        }
    }
}
