package dev.holdfast.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

@Command(
        name = "list",
        description = "Lists the devices of a hub.",
        footer = {"", "Example:", "  holdfast device list --json"})
final class DeviceListCommand implements Callable<Integer> {
    @Mixin
    private HubOption hub = new HubOption();

    @Mixin
    private final ServerOptions server;

    @Mixin
    private Output output = new Output();

    @Mixin
    private HelpOption help = new HelpOption();

    DeviceListCommand(Map<String, String> environment) {
        this.server = new ServerOptions(environment);
    }

    @Override
    public Integer call() throws CommandFailure {
        ArrayNode devices = devices();
        if (output.isJson()) {
            output.printJson(help.out(), devices);
            return 0;
        }
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode device : devices) {
            rows.add(List.of(
                    device.path("id").asString(),
                    device.path("authentication").asString(),
                    device.path("enabled").asBoolean() ? "enabled" : "disabled",
                    device.path("connected").asBoolean() ? "connected" : ""));
        }
        Output.printTable(help.out(), List.of("ID", "AUTHENTICATION", "STATUS", "CONNECTION"), rows);
        return 0;
    }

    /** All pages together. */
    private ArrayNode devices() throws CommandFailure {
        ArrayNode devices = JsonMapper.shared().createArrayNode();
        try (OperatorClient client = server.connect()) {
            String after = "";
            do {
                JsonNode page = client.get(hub.path("devices") + "?after=" + OperatorClient.encode(after));
                page.path("devices").forEach(devices::add);
                after = page.path("next").asString("");
            } while (!after.isEmpty());
        }
        return devices;
    }
}
