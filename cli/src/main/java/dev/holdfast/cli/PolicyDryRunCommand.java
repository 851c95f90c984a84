package dev.holdfast.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "dry-run",
        description =
                "Says which devices a policy would refuse, and why, from what each offered when it was last let in. Changes"
                        + " nothing.",
        footer = {"", "Example:", "  holdfast policy dry-run hub1 --policy modern"})
final class PolicyDryRunCommand extends ServerCommand {
    private static final int PAGE = 500;
    private static final List<String> COLUMNS =
            List.of("hub", "device", "outcome", "reason", "failsNow", "lastSeen", "address", "client");

    @Parameters(paramLabel = "HUB", converter = NameConverter.class, description = "The hub.")
    private String hub = "";

    @Option(
            names = "--policy",
            required = true,
            paramLabel = "NAME",
            description = "The policy that it would have; 'holdfast policy list' shows the names.")
    private String policy = "";

    @Mixin
    private TableOutput output = new TableOutput();

    PolicyDryRunCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    void check() {
        if (output.isWrong()) {
            throw wrongUse("--json and --csv do not go together.");
        }
    }

    @Override
    void run(OperatorClient client) throws CommandFailure {
        String path =
                Pages.path(OperatorClient.path("hubs", hub, "fleet", "dry-run"), Map.of("policy", policy, "top", PAGE));
        List<JsonNode> pages = Pages.all(client, path, "next", "after");
        List<JsonNode> devices = new ArrayList<>();
        pages.forEach(page -> page.path("devices").forEach(devices::add));
        if (output.isJson()) {
            ObjectNode whole = (ObjectNode) pages.getFirst();
            ArrayNode all = whole.putArray("devices");
            devices.forEach(all::add);
            whole.remove("next");
            out().println(JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(whole));
        } else if (output.isCsv()) {
            output.print(out(), devices, COLUMNS, PolicyDryRunCommand::row);
        } else {
            print(out(), pages.getFirst(), devices);
        }
    }

    /**
     * What a dry run found, for people.
     *
     * @param devices those to be named
     */
    static void print(PrintWriter out, JsonNode found, List<JsonNode> devices) {
        // A policy may judge the first word of devices of other hubs: those that name no host.
        out.println("Of " + Output.count(found.path("judged"), "known device") + " of all hubs "
                + found.path("failing").asString() + " would be refused, "
                + found.path("lost").asString() + " of them let in now, and "
                + found.path("notKnown").asString() + " could not be judged. Registered and never seen: "
                + found.path("neverSeen").asString() + ".");
        found.path("losses").forEach(loss -> {
            out.println();
            out.println(loss.path("reason").asString() + ", "
                    + Output.count(loss.path("devices"), "device") + ": "
                    + loss.path("explanation").asString());
        });
        if (!devices.isEmpty()) {
            out.println();
            new TableOutput().print(out, devices, COLUMNS, PolicyDryRunCommand::row);
        }
    }

    private static List<String> row(JsonNode device) {
        return COLUMNS.stream().map(column -> device.path(column).asString("")).toList();
    }
}
