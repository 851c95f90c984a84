package dev.holdfast.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

@Command(
        name = "list",
        description = "Lists the devices of a hub.",
        footer = {"", "Example:", "  holdfast device list --json"})
final class DeviceListCommand extends ServerCommand {
    @Mixin
    private HubOption hub = new HubOption();

    @Mixin
    private Output output = new Output();

    DeviceListCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    void run(OperatorClient client) throws CommandFailure {
        ArrayNode devices = devices(client);
        if (output.isJson()) {
            output.printJson(out(), devices);
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode device : devices) {
            rows.add(List.of(
                    device.path("id").asString(),
                    device.path("authentication").asString(),
                    device.path("enabled").asBoolean() ? "enabled" : "disabled",
                    device.path("connected").asBoolean() ? "connected" : ""));
        }
        Output.printTable(out(), List.of("ID", "AUTHENTICATION", "STATUS", "CONNECTION"), rows);
    }

    /** All pages together. */
    private ArrayNode devices(OperatorClient client) throws CommandFailure {
        ArrayNode devices = JsonMapper.shared().createArrayNode();
        String after = "";
        do {
            JsonNode page = client.get(hub.path("devices") + "?after=" + OperatorClient.encode(after));
            page.path("devices").forEach(devices::add);
            after = page.path("next").asString("");
        } while (!after.isEmpty());
        return devices;
    }
}
