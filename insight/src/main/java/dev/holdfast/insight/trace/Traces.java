package dev.holdfast.insight.trace;

import dev.holdfast.base.Limits;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.report.DeviceConnected;
import dev.holdfast.tls.report.Report;
import dev.holdfast.tls.trace.Recording;
import dev.holdfast.tls.trace.Recordings;
import dev.holdfast.wire.Connection;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Requests for the next handshake, and the recordings of those that could be it. Who is at the other end is known late, so that
 * every connection from an address that fits is recorded until it is known; when nobody waits, none is. Any thread.
 */
public final class Traces implements Recordings {
    private final Limits.Trace perHandshake;
    private final Limits.Traces limits;
    private final InstantSource clock;
    private final Function<String, Optional<String>> hubOf;
    private final Set<Recording> recordings = new HashSet<>();
    /** Replaced as a whole, so that an arrival looks at it without waiting. */
    private volatile List<TraceRequest> requests = List.of();

    private boolean ended;

    /** @param hubOf the name of the hub that a host name leads to */
    public Traces(Limits limits, InstantSource clock, Function<String, Optional<String>> hubOf) {
        this.perHandshake = limits.tls().trace();
        this.limits = limits.insight().traces();
        this.clock = clock;
        this.hubOf = hubOf;
    }

    public Limits.Traces limits() {
        return limits;
    }

    /** @return empty when too many wait already */
    public synchronized Optional<TraceRequest> ask(TraceFilter filter, Duration timeout) {
        drop();
        if (requests.size() >= limits.waitingMax()) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        TraceRequest request = new TraceRequest(filter, now, now.plus(timeout));
        if (ended) {
            request.end();
            return Optional.of(request);
        }
        List<TraceRequest> more = new ArrayList<>(requests);
        more.add(request);
        requests = List.copyOf(more);
        return Optional.of(request);
    }

    /** One that is asked for now; empty when there is none, or its time is over. */
    public Optional<TraceRequest> find(String id) {
        drop();
        Optional<TraceRequest> found =
                requests.stream().filter(each -> each.id().equals(id)).findFirst();
        found.ifPresent(each -> each.asked(clock.instant()));
        return found;
    }

    public synchronized void withdraw(String id) {
        keep(requests.stream().filter(each -> !each.id().equals(id)).toList());
    }

    /** Withdraws those whose time is over or for which nobody has asked for long. */
    public synchronized void drop() {
        Instant now = clock.instant();
        keep(requests.stream()
                .filter(each -> !each.isOver(now, limits.askedEvery()))
                .toList());
    }

    /** Withdraws all, and whatever comes: the server stops. */
    public synchronized void end() {
        ended = true;
        keep(List.of());
    }

    private void keep(List<TraceRequest> kept) {
        requests.stream().filter(each -> !kept.contains(each)).forEach(TraceRequest::end);
        requests = kept;
        forgetUnwanted();
    }

    private void forgetUnwanted() {
        if (requests.stream().noneMatch(TraceRequest::isWaiting)) {
            recordings.forEach(Recording::forget);
            recordings.clear();
        }
    }

    @Override
    public @Nullable Recording begin(Connection connection) {
        // Read once and without a lock: this is the way of every connection.
        List<TraceRequest> all = requests;
        if (all.isEmpty()) {
            return null;
        }
        InetAddress from = connection.remoteAddress().getAddress();
        List<TraceRequest> wanted = all.stream()
                .filter(each -> each.isWaiting() && each.filter().fits(from))
                .toList();
        return wanted.isEmpty() ? null : begin(wanted);
    }

    private synchronized @Nullable Recording begin(List<TraceRequest> wanted) {
        if (recordings.size() >= limits.recordingsMax()) {
            wanted.forEach(TraceRequest::isNotLookedAt);
            return null;
        }
        Recording recording = new Recording(perHandshake);
        recordings.add(recording);
        return recording;
    }

    /** Takes every device that was let in. */
    public void connected(DeviceConnected device) {
        told(device.connection(), new TraceOutcome.LetIn(device));
    }

    /** Takes every refused or ended connection. */
    public void refused(Report report) {
        Connection connection = report.connection();
        if (connection != null) {
            told(connection, new TraceOutcome.Refused(report));
        }
    }

    /** Takes this connection for none that anybody waits for: it is the one that asks. */
    public void leaveOut(Connection connection) {
        connection.known(Recording.class).filter(Recording::claim).ifPresent(this::forget);
    }

    @Override
    public void closed(Connection connection, Recording recording) {
        if (recording.claim()) {
            if (connection.known(Handshake.class).isPresent()) {
                recording.stop();
                offer(connection, recording, new TraceOutcome.Left());
            }
            forget(recording);
        }
    }

    private void told(Connection connection, TraceOutcome outcome) {
        connection.known(Recording.class).filter(Recording::claim).ifPresent(recording -> {
            try {
                // A refusal is told before its alert is sent.
                connection.channel().eventLoop().execute(() -> {
                    recording.stop();
                    offer(connection, recording, outcome);
                    forget(recording);
                });
            } catch (RejectedExecutionException _) {
                // The server ends.
                forget(recording);
            }
        });
    }

    /** Gives it to everyone whom it fits: it is the next one of each. */
    private synchronized void offer(Connection connection, Recording recording, TraceOutcome outcome) {
        if (!recordings.contains(recording)) {
            return;
        }
        TracedHandshake handshake = TracedHandshake.of(connection, recording, outcome, hubOf);
        requests.stream().filter(each -> each.filter().fits(handshake)).forEach(each -> each.complete(handshake));
        forgetUnwanted();
    }

    private synchronized void forget(Recording recording) {
        recordings.remove(recording);
        recording.forget();
    }
}
