package dev.holdfast.server;

import dev.holdfast.base.Version;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubSettings;
import dev.holdfast.hub.Hubs;
import dev.holdfast.hub.identity.Device;
import dev.holdfast.server.operator.ConnectionStrings;
import dev.holdfast.server.operator.OperatorToken;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What there is to say about a running server; the hubs change while it runs.
 *
 * @param startupMillis from the beginning of the start to the last open listener
 */
record Installation(
        Hubs hubs,
        OperatorToken token,
        Path trustBundle,
        Ports ports,
        int socketsMax,
        Ready.@Nullable Monitoring monitoring,
        long startupMillis) {
    /** As they were bound. */
    record Ports(int mqtt, int amqp, int https) {}

    Ready describe() {
        ConnectionStrings strings = new ConnectionStrings(ports.amqp());
        return new Ready(
                Version.current(),
                ProcessHandle.current().pid(),
                startupMillis,
                token.value(),
                trustBundle.toAbsolutePath().toString(),
                new Ready.Operator("https://localhost:" + ports.https() + "/"),
                new Ready.Sockets(socketsMax),
                monitoring,
                hubs.all().stream().map(hub -> describe(hub, strings)).toList());
    }

    private Ready.HubEntry describe(Hub hub, ConnectionStrings strings) {
        HubSettings settings = hub.settings().get();
        return new Ready.HubEntry(
                hub.name().value(),
                settings.hostName(),
                ports.mqtt(),
                ports.amqp(),
                ports.https(),
                strings.service(settings).orElse(null),
                strings.eventHub(settings).orElse(null),
                demoDevice(hub)
                        .flatMap(device -> strings.device(settings, device))
                        .orElse(null));
    }

    private static Optional<Device> demoDevice(Hub hub) {
        return hub.name().equals(FirstStart.HUB) ? hub.registry().find(FirstStart.DEMO_DEVICE) : Optional.empty();
    }
}
