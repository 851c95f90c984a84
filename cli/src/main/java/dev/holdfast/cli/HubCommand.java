package dev.holdfast.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "hub",
        description = "Makes, lists and deletes hubs while the server runs.",
        footer = {"", "Example:", "  holdfast hub create plant-2 --retention-days 7"})
final class HubCommand implements Runnable {
    @Mixin
    private HelpOption help = new HelpOption();

    static CommandLine line(Map<String, String> environment) {
        return new CommandLine(new HubCommand())
                .addSubcommand(new Create(environment))
                .addSubcommand(new Listing(environment))
                .addSubcommand(new Delete(environment))
                .addSubcommand(ConsumerGroupCommand.line(environment))
                .addSubcommand(AccessPolicyCommand.line(environment));
    }

    @Override
    public void run() {
        throw help.wrongUse("Say what to do with hubs.");
    }

    @Command(
            name = "create",
            description = "Makes a hub and prints its connection strings.",
            footer = {"", "Example:", "  holdfast hub create plant-2 --partitions 8 --retention-days 7"})
    static final class Create implements Callable<Integer> {
        @Parameters(paramLabel = "NAME", description = "3 to 50 letters, digits and hyphens.")
        private String name = "";

        @Option(
                names = "--partitions",
                paramLabel = "N",
                description = "Partitions of its telemetry, 1 to 32, never changed later (default: 4).")
        private @Nullable Integer partitions;

        @Option(
                names = "--retention-days",
                paramLabel = "N",
                description = "How long telemetry is kept, 1 to 7 days (default: 1).")
        private @Nullable Integer retentionDays;

        @Mixin
        private final ServerOptions server;

        @Mixin
        private Output output = new Output();

        @Mixin
        private HelpOption help = new HelpOption();

        Create(Map<String, String> environment) {
            this.server = new ServerOptions(environment);
        }

        @Override
        public Integer call() throws CommandFailure {
            ObjectNode wanted = JsonMapper.shared().createObjectNode();
            wanted.put("name", name);
            if (partitions != null) {
                wanted.put("partitions", partitions);
            }
            if (retentionDays != null) {
                wanted.put("retentionDays", retentionDays);
            }
            try (OperatorClient client = server.connect()) {
                JsonNode hub = client.post("hubs", wanted);
                if (output.isJson()) {
                    output.printJson(help.out(), hub);
                } else {
                    print(help.out(), hub);
                }
            }
            return 0;
        }

        private static void print(PrintWriter out, JsonNode hub) {
            out.println("Hub " + hub.path("name").asString() + " is ready at "
                    + hub.path("hostName").asString() + ".");
            out.println("Service:    " + hub.path("serviceConnectionString").asString());
            out.println("Event Hubs: " + hub.path("eventHubConnectionString").asString());
            String hostName = hub.path("hostName").asString();
            if (hostName.endsWith(".localhost")) {
                out.println("Where that name does not resolve, add '127.0.0.1 " + hostName + "' to /etc/hosts, or give"
                        + " device clients GatewayHostName=localhost.");
            }
        }
    }

    @Command(
            name = "list",
            description = "Lists the hubs.",
            footer = {"", "Example:", "  holdfast hub list --json"})
    static final class Listing implements Callable<Integer> {
        @Mixin
        private final ServerOptions server;

        @Mixin
        private Output output = new Output();

        @Mixin
        private HelpOption help = new HelpOption();

        Listing(Map<String, String> environment) {
            this.server = new ServerOptions(environment);
        }

        @Override
        public Integer call() throws CommandFailure {
            try (OperatorClient client = server.connect()) {
                JsonNode hubs = client.get("hubs").path("hubs");
                if (output.isJson()) {
                    output.printJson(help.out(), hubs);
                } else {
                    print(help.out(), hubs);
                }
            }
            return 0;
        }

        private static void print(PrintWriter out, JsonNode hubs) {
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode hub : hubs) {
                rows.add(List.of(
                        hub.path("name").asString(),
                        hub.path("hostName").asString(),
                        hub.path("partitions").asString(),
                        hub.path("retentionDays").asString()));
            }
            Output.printTable(out, List.of("NAME", "HOST NAME", "PARTITIONS", "DAYS KEPT"), rows);
        }
    }

    @Command(
            name = "delete",
            description = "Deletes a hub with its devices and its telemetry, and ends its connections.",
            footer = {"", "Example:", "  holdfast hub delete plant-2"})
    static final class Delete implements Callable<Integer> {
        @Parameters(paramLabel = "NAME", description = "The hub.")
        private String name = "";

        @Mixin
        private final ServerOptions server;

        @Mixin
        private HelpOption help = new HelpOption();

        Delete(Map<String, String> environment) {
            this.server = new ServerOptions(environment);
        }

        @Override
        public Integer call() throws CommandFailure {
            try (OperatorClient client = server.connect()) {
                client.delete(OperatorClient.path("hubs", name));
            }
            help.out().println("Hub " + name + " is deleted.");
            return 0;
        }
    }
}
