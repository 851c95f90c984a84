package dev.holdfast.cli;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "set",
        description = "Changes what a hub tells readers of its telemetry itself, and how much may pass it.",
        footer = {
            "",
            "Examples:",
            "  holdfast hub set plant-2 --events TwinChangeEvents,DeviceConnectionStateEvents",
            "  holdfast hub set plant-2 --events none",
            "  holdfast hub set plant-2 --throttle registry=100/minute,twin-read=10/second:50"
        })
final class HubSetCommand extends ServerCommand {
    private static final String NONE = "none";
    private static final String DEFAULT = "default";

    @Parameters(paramLabel = "NAME", converter = NameConverter.class, description = "The hub.")
    private String name = "";

    @Option(
            names = "--events",
            paramLabel = "EVENTS",
            split = ",",
            description = {
                "Some of TwinChangeEvents, DeviceLifecycleEvents and DeviceConnectionStateEvents, separated by commas; or none.",
                "Readers of telemetry find them among the messages of devices, told apart by iothub-message-source."
            })
    private @Nullable List<String> events;

    @Option(
            names = "--throttle",
            paramLabel = "OPERATION=RATE",
            split = ",",
            description = {
                "How much of an operation may pass: registry, connect, telemetry, message-send, message-receive, method, twin-read or"
                        + " twin-write. A rate is a number with /second or /minute, and with how many may come at once behind a colon"
                        + " where that is not as many; off; or default for what the server's settings say."
            })
    private List<String> throttles = List.of();

    HubSetCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    void run(OperatorClient client) throws CommandFailure {
        if (events == null && throttles.isEmpty()) {
            throw wrongUse("Say what to change, with --events or --throttle.");
        }
        ObjectNode rates = rates();
        if (events != null) {
            setEvents(client, events);
        }
        if (!rates.isEmpty()) {
            JsonNode _ = client.patch(OperatorClient.path("hubs", name, "throttles"), rates);
            JsonNode now = client.get(OperatorClient.path("hubs", name, "throttles"));
            rates.propertyNames()
                    .forEach(operation -> out().println("Hub " + name + ", " + operation + ": "
                            + now.path(operation).path("rate").asString() + "."));
        }
    }

    private ObjectNode rates() {
        ObjectNode body = JsonMapper.shared().createObjectNode();
        for (String throttle : throttles) {
            int equals = throttle.indexOf('=');
            if (equals < 1) {
                throw wrongUse("'" + throttle + "' is no throttle; write OPERATION=RATE, such as registry=100/minute.");
            }
            String rate = throttle.substring(equals + 1).strip();
            body.put(throttle.substring(0, equals).strip(), rate.equals(DEFAULT) ? null : rate);
        }
        return body;
    }

    private void setEvents(OperatorClient client, List<String> wanted) throws CommandFailure {
        ObjectNode body = JsonMapper.shared().createObjectNode();
        add(body, wanted);
        JsonNode _ = client.put(OperatorClient.path("hubs", name, "events"), body);
        out().println(
                        body.path("events").isEmpty()
                                ? "Hub " + name + " tells readers nothing but the telemetry of devices."
                                : "Hub " + name + " tells readers of " + String.join(", ", wanted) + ", too.");
    }

    /** Adds the events that were asked for as the operator API takes them. */
    static void add(ObjectNode body, List<String> events) {
        ArrayNode list = body.putArray("events");
        if (!events.equals(List.of(NONE))) {
            events.forEach(each -> list.add(each.strip()));
        }
    }
}
