package dev.holdfast.server.operator;

import dev.holdfast.base.Live;
import dev.holdfast.base.Version;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.store.Log;
import dev.holdfast.tls.listen.Accelerator;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code status}: what runs, since when, and how much is in it. */
public final class StatusResource {
    private final HubDirectory hubs;
    private final Live<Accelerator> accelerator;
    private final boolean faultInjection;
    private final InstantSource clock;
    private final Instant startedAt;

    public StatusResource(
            HubDirectory hubs, Live<Accelerator> accelerator, boolean faultInjection, InstantSource clock) {
        this.faultInjection = faultInjection;
        this.hubs = hubs;
        this.accelerator = accelerator;
        this.clock = clock;
        this.startedAt = clock.instant();
    }

    HttpResponse answer(HttpRequest request) {
        if (!request.method().equals("GET")) {
            return Answers.methodNotAllowed("GET");
        }
        ObjectNode status = Answers.object()
                .put("version", Version.current())
                .put("startedAt", startedAt.toString())
                .put(
                        "uptimeSeconds",
                        Duration.between(startedAt, clock.instant()).toSeconds());
        status.set("tls", tls());
        status.put("faultInjection", faultInjection);
        ArrayNode list = status.putArray("hubs");
        hubs.all().forEach(hub -> list.add(json(hub)));
        return Answers.json(200, status);
    }

    /** What computes under TLS. */
    private ObjectNode tls() {
        return switch (accelerator.get()) {
            case Accelerator.InUse(String name, String version) ->
                Answers.object().put("provider", name).put("version", version);
            case Accelerator.NotInUse(String why) ->
                Answers.object()
                        .put("provider", "Java runtime")
                        .put("version", Runtime.version().toString())
                        .put("notAccelerated", why);
        };
    }

    private static ObjectNode json(Hub hub) {
        return Answers.object()
                .put("name", hub.name().value())
                .put("hostName", hub.settings().get().hostName())
                .put("devices", hub.registry().statistics().devices())
                .put("connections", hub.links().count())
                .put("messages", messages(hub.log()));
    }

    /** Messages that can still be read. */
    private static long messages(Log log) {
        long messages = 0;
        for (int partition = 0; partition < log.partitions(); partition++) {
            Log.Extent extent = log.extent(partition);
            messages += extent.next() - extent.first();
        }
        return messages;
    }
}
