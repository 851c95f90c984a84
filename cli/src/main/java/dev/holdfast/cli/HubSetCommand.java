package dev.holdfast.cli;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "set",
        description = "Changes what a hub tells readers of its telemetry itself.",
        footer = {
            "",
            "Examples:",
            "  holdfast hub set plant-2 --events TwinChangeEvents,DeviceConnectionStateEvents",
            "  holdfast hub set plant-2 --events none"
        })
final class HubSetCommand extends ServerCommand {
    private static final String NONE = "none";

    @Parameters(paramLabel = "NAME", converter = NameConverter.class, description = "The hub.")
    private String name = "";

    @Option(
            names = "--events",
            paramLabel = "EVENTS",
            split = ",",
            required = true,
            description = {
                "Some of TwinChangeEvents, DeviceLifecycleEvents and DeviceConnectionStateEvents, separated by commas; or none.",
                "Readers of telemetry find them among the messages of devices, told apart by iothub-message-source."
            })
    private List<String> events = List.of();

    HubSetCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    void run(OperatorClient client) throws CommandFailure {
        ObjectNode body = JsonMapper.shared().createObjectNode();
        add(body, events);
        JsonNode _ = client.put(OperatorClient.path("hubs", name, "events"), body);
        out().println(
                        body.path("events").isEmpty()
                                ? "Hub " + name + " tells readers nothing but the telemetry of devices."
                                : "Hub " + name + " tells readers of " + String.join(", ", events) + ", too.");
    }

    /** Adds the events that were asked for as the operator API takes them. */
    static void add(ObjectNode body, List<String> events) {
        ArrayNode list = body.putArray("events");
        if (!events.equals(List.of(NONE))) {
            events.forEach(each -> list.add(each.strip()));
        }
    }
}
