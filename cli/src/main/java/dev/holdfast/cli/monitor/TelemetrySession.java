package dev.holdfast.cli.monitor;

import dev.holdfast.wire.amqp.AmqpClient;
import dev.holdfast.wire.amqp.AmqpError;
import dev.holdfast.wire.amqp.AmqpException;
import dev.holdfast.wire.amqp.AmqpMessage;
import dev.holdfast.wire.amqp.IncomingLink;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One connection of a {@link TelemetryReader}, from its token to its end. */
final class TelemetrySession {
    private static final Duration TOKEN_LIFE = Duration.ofHours(1);
    private static final Duration RENEW_AFTER = Duration.ofMinutes(45);
    private static final AmqpError LINK_CLOSED = new AmqpError(AmqpError.LINK_DETACH_FORCED, "A link was closed.");
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    /** What came on the event loop and waits for the thread of the reader; bounded by the credit of the links. */
    private record Waiting(int partition, IncomingLink.Arrived arrived) {}

    private final AmqpClient client;
    private final TelemetryReader.Options options;
    private final InstantSource clock;
    private final TelemetryListener listener;
    private final Map<Integer, Long> lastSeen;
    private final LinkedBlockingQueue<Waiting> waiting = new LinkedBlockingQueue<>();
    private final List<Waiting> given = new ArrayList<>();
    private volatile @Nullable AmqpError linkLost;
    private Instant renewAt = Instant.EPOCH;

    /** @param lastSeen sequence numbers by partition, kept up to date for the next session */
    TelemetrySession(
            AmqpClient client,
            TelemetryReader.Options options,
            InstantSource clock,
            TelemetryListener listener,
            Map<Integer, Long> lastSeen) {
        this.client = client;
        this.options = options;
        this.clock = clock;
        this.listener = listener;
        this.lastSeen = lastSeen;
    }

    void begin() throws IOException, InterruptedException {
        putToken();
        List<Integer> partitions = partitions();
        for (int partition : partitions) {
            receive(partition);
        }
        listener.connected(options.connection().hub(), partitions.size());
    }

    private void putToken() throws IOException, InterruptedException {
        Instant now = clock.instant();
        AmqpMessage answer = TelemetryReader.await(client.request(
                "$cbs",
                Map.of(
                        "operation", "put-token",
                        "type", "servicebus.windows.net:sastoken",
                        "name", options.connection().audience()),
                options.connection().token(now.plus(TOKEN_LIFE))));
        check(answer);
        renewAt = now.plus(RENEW_AFTER);
    }

    private List<Integer> partitions() throws IOException, InterruptedException {
        Map<?, ?> facts = management(Map.of("type", "com.microsoft:eventhub"));
        if (!(facts.get("partition_ids") instanceof List<?> ids)) {
            throw new IOException("the server did not name the partitions of hub "
                    + options.connection().hub());
        }
        return ids.stream().map(id -> Integer.parseInt(String.valueOf(id))).toList();
    }

    private Map<?, ?> management(Map<String, Object> question) throws IOException, InterruptedException {
        Map<String, Object> properties = new LinkedHashMap<>(question);
        properties.put("operation", "READ");
        properties.put("name", options.connection().hub());
        AmqpMessage answer = TelemetryReader.await(client.request("$management", properties, ""));
        check(answer);
        return answer.body() instanceof AmqpMessage.Body.Value(Map<?, ?> facts) ? facts : Map.of();
    }

    private static void check(AmqpMessage answer) throws AmqpException {
        Object status = answer.applicationProperties().get("status-code");
        if (status instanceof Integer code && code >= 200 && code < 300) {
            return;
        }
        Object condition = answer.applicationProperties().get("error-condition");
        throw new AmqpException(new AmqpError(
                condition instanceof String named ? named : AmqpError.INTERNAL_ERROR,
                String.valueOf(answer.applicationProperties().get("status-description"))));
    }

    private void receive(int partition) throws IOException, InterruptedException {
        if (!lastSeen.containsKey(partition) && options.start() instanceof TelemetryStart.Now) {
            // Asked once, so that what comes while the connection is broken is not missed.
            Map<?, ?> facts =
                    management(Map.of("type", "com.microsoft:partition", "partition", Integer.toString(partition)));
            lastSeen.put(partition, facts.get("last_enqueued_sequence_number") instanceof Long last ? last : -1L);
        }
        String source =
                options.connection().hub() + "/ConsumerGroups/" + options.consumerGroup() + "/Partitions/" + partition;
        IncomingLink link = TelemetryReader.await(client.receive(
                new AmqpClient.ReceiverOptions(source, null, selector(partition), Map.of(), options.credit()),
                arrived -> waiting.add(new Waiting(partition, arrived))));
        client.execute(() -> link.whenClosed(() -> {
            AmqpError error = link.remoteError();
            linkLost = error == null ? LINK_CLOSED : error;
        }));
    }

    private String selector(int partition) {
        Long last = lastSeen.get(partition);
        if (last != null) {
            return last < 0
                    ? "amqp.annotation.x-opt-offset > '-1'"
                    : "amqp.annotation.x-opt-sequence-number > '" + last + "'";
        }
        return switch (options.start()) {
            case TelemetryStart.Now() -> "amqp.annotation.x-opt-offset > '@latest'";
            case TelemetryStart.Earliest() -> "amqp.annotation.x-opt-offset > '-1'";
            case TelemetryStart.Since(var time) ->
                "amqp.annotation.x-opt-enqueued-time >= '" + time.toEpochMilli() + "'";
        };
    }

    /**
     * Gives out what comes until the connection is over or the reader closed.
     *
     * @return why it is over
     */
    String read(CountDownLatch closed) throws IOException, InterruptedException {
        while (closed.getCount() > 0) {
            Waiting next =
                    given.isEmpty() ? waiting.poll(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS) : waiting.poll();
            if (next != null) {
                give(next);
                continue;
            }
            if (!given.isEmpty()) {
                settle();
                continue;
            }
            AmqpError lost = linkLost;
            // Links end with their connection and know nothing more; what is said of the connection says why.
            if (client.closed().isDone() || (LINK_CLOSED.equals(lost) && isClosedSoon())) {
                return client.closed().join().toString();
            }
            if (lost != null) {
                client.close();
                throw new AmqpException(lost);
            }
            if (clock.instant().isAfter(renewAt)) {
                putToken();
            }
        }
        settle();
        client.close();
        return "closed";
    }

    private boolean isClosedSoon() throws InterruptedException {
        try {
            var _ = client.closed().get(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException | TimeoutException _) {
            return client.closed().isDone();
        }
    }

    private void give(Waiting next) {
        Optional<AmqpMessage> message = AmqpMessage.decode(next.arrived().encoded());
        if (message.isPresent()) {
            TelemetryEvent event = TelemetryEvent.of(next.partition(), message.get());
            listener.event(event);
            if (event.sequenceNumber() >= 0) {
                lastSeen.put(next.partition(), event.sequenceNumber());
            }
        }
        given.add(next);
        if (given.size() >= options.credit() / 2) {
            settle();
        }
    }

    /** Says that these were given out and lets as many more come: many at once, since each time is a frame to the hub. */
    private void settle() {
        List<Waiting> settled = List.copyOf(given);
        given.clear();
        client.execute(() -> {
            Map<Integer, Integer> more = new HashMap<>();
            settled.forEach(one -> {
                one.arrived().accept();
                more.merge(one.partition(), 1, Integer::sum);
            });
            settled.forEach(one -> {
                Integer credit = more.remove(one.partition());
                if (credit != null) {
                    one.arrived().grant(credit);
                }
            });
        });
    }
}
