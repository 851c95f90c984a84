package dev.holdfast.hub.service.events;

import dev.holdfast.base.HubName;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.amqp.AnswerNode;
import dev.holdfast.hub.amqp.ConnectionRefusal;
import dev.holdfast.hub.amqp.Refusal;
import dev.holdfast.hub.amqp.Refusing;
import dev.holdfast.store.Log;
import dev.holdfast.wire.amqp.AmqpMessage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code $management}: tells about a hub and its partitions. Each request proves that it may, by its own token or one of before. */
final class ManagementHandler implements AnswerNode.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(ManagementHandler.class);
    private static final List<String> PATH = List.of("$management");

    private final EventsSettings settings;
    private final Grants grants;
    private final Refusing refused;

    ManagementHandler(EventsSettings settings, Grants grants, Refusing refused) {
        this.settings = settings;
        this.grants = grants;
        this.refused = refused;
    }

    @Override
    public void handle(AmqpMessage request, Consumer<AnswerNode.Answer> answer) {
        String name = text(request, "name");
        Optional<Hub> hub = HubName.parse(name).flatMap(settings.hubs()::byName);
        Refusal refusal = faultOf(request, name, hub.orElse(null));
        if (refusal != null || hub.isEmpty()) {
            answer.accept(refused(
                    hub.map(Hub::name).orElse(null),
                    refusal == null ? new ConnectionRefusal.UnknownHub(name) : refusal));
            return;
        }
        String partition = text(request, "partition");
        boolean whole = text(request, "type").equals("com.microsoft:eventhub");
        try {
            settings.threads().execute(() -> answer.accept(whole ? hub(hub.get()) : partition(hub.get(), partition)));
        } catch (RejectedExecutionException stopping) {
            answer.accept(refused(hub.get().name(), new EventsRefusal.LogUnreadable()));
        }
    }

    private @Nullable Refusal faultOf(AmqpMessage request, String name, @Nullable Hub hub) {
        Refusal fault = faultOfProof(request, name, hub);
        if (fault != null) {
            return fault;
        }
        String operation = text(request, "operation");
        if (!operation.equals("READ")) {
            return new ConnectionRefusal.UnknownOperation(operation);
        }
        String type = text(request, "type");
        if (type.equals("com.microsoft:eventhub") || hub == null) {
            return null;
        }
        if (!type.equals("com.microsoft:partition")) {
            return new ConnectionRefusal.RequestMalformed(
                    "its type is neither com.microsoft:eventhub nor com.microsoft:partition");
        }
        String partition = text(request, "partition");
        return Partitions.find(hub, partition).isPresent()
                ? null
                : new EventsRefusal.UnknownPartition(
                        hub.name(), partition, hub.log().partitions());
    }

    private @Nullable Refusal faultOfProof(AmqpMessage request, String name, @Nullable Hub hub) {
        Refusal none = grants.faultFor(hub, PATH, name + "/$management");
        String token = text(request, "security_token");
        if (none == null || token.isEmpty()) {
            return none == null || hub != null || grants.isEmpty() ? none : new ConnectionRefusal.UnknownHub(name);
        }
        Credential.Token shown = new Credential.Token(token);
        Refusal fault = shown.fault(settings);
        if (fault != null || hub == null) {
            return fault;
        }
        return shown.faultFor(settings, hub, PATH);
    }

    private static AnswerNode.Answer hub(Hub hub) {
        int partitions = hub.log().partitions();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("type", "com.microsoft:eventhub");
        facts.put("name", hub.name().value());
        facts.put("created_at", hub.settings().get().createdAt());
        facts.put("partition_count", partitions);
        facts.put(
                "partition_ids",
                IntStream.range(0, partitions).mapToObj(Integer::toString).toList());
        return ok(facts);
    }

    private AnswerNode.Answer partition(Hub hub, String partition) {
        Log.Extent extent;
        try {
            extent = hub.log().extent(Partitions.find(hub, partition).orElseThrow());
        } catch (RuntimeException unreadable) {
            LOG.warn(
                    "The telemetry log of hub {} could not be asked for partition {}",
                    hub.name(),
                    partition,
                    unreadable);
            return refused(hub.name(), new EventsRefusal.LogUnreadable());
        }
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("type", "com.microsoft:partition");
        facts.put("name", hub.name().value());
        facts.put("partition", partition);
        facts.put("begin_sequence_number", extent.first());
        facts.put("last_enqueued_sequence_number", extent.next() - 1);
        facts.put("last_enqueued_offset", Long.toString(extent.next() - 1));
        facts.put("last_enqueued_time_utc", extent.lastTime());
        facts.put("is_partition_empty", extent.isEmpty());
        return ok(facts);
    }

    private static AnswerNode.Answer ok(Map<String, Object> facts) {
        return new AnswerNode.Answer(Map.of("status-code", 200, "status-description", "OK"), facts);
    }

    private AnswerNode.Answer refused(@Nullable HubName hub, Refusal refusal) {
        return AnswerNode.Answer.refused(refused.errorOf(hub, refusal));
    }

    private static String text(AmqpMessage request, String name) {
        return request.applicationProperties().get(name) instanceof String text ? text : "";
    }
}
