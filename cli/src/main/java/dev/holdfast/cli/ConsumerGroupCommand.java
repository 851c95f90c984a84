package dev.holdfast.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "consumer-group",
        description = "Makes, lists and deletes the consumer groups that a hub's telemetry is read in.",
        footer = {"", "Example:", "  holdfast hub consumer-group create dashboard"})
final class ConsumerGroupCommand implements Runnable {
    @Mixin
    private HelpOption help = new HelpOption();

    static CommandLine line(Map<String, String> environment) {
        return new CommandLine(new ConsumerGroupCommand())
                .addSubcommand(new Create(environment))
                .addSubcommand(new Listing(environment))
                .addSubcommand(new Delete(environment));
    }

    @Override
    public void run() {
        throw help.wrongUse("Say what to do with consumer groups.");
    }

    @Command(
            name = "create",
            description = "Makes a consumer group.",
            footer = {"", "Example:", "  holdfast hub consumer-group create dashboard --hub hub1"})
    static final class Create implements Callable<Integer> {
        @Parameters(paramLabel = "GROUP", description = "1 to 50 letters, digits, '.', '-' and '_'.")
        private String group = "";

        @Mixin
        private HubOption hub = new HubOption();

        @Mixin
        private final ServerOptions server;

        @Mixin
        private HelpOption help = new HelpOption();

        Create(Map<String, String> environment) {
            this.server = new ServerOptions(environment);
        }

        @Override
        public Integer call() throws CommandFailure {
            try (OperatorClient client = server.connect()) {
                JsonNode _ = client.post(
                        hub.path("consumer-groups"),
                        JsonMapper.shared().createObjectNode().put("name", group));
            }
            help.out().println("Consumer group " + group + " of hub " + hub.name() + " is ready.");
            return 0;
        }
    }

    @Command(
            name = "list",
            description = "Lists the consumer groups of a hub.",
            footer = {"", "Example:", "  holdfast hub consumer-group list"})
    static final class Listing implements Callable<Integer> {
        @Mixin
        private HubOption hub = new HubOption();

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
                JsonNode groups = client.get(hub.path("consumer-groups")).path("consumerGroups");
                if (output.isJson()) {
                    output.printJson(help.out(), groups);
                } else {
                    groups.forEach(group -> help.out().println(group.asString()));
                }
            }
            return 0;
        }
    }

    @Command(
            name = "delete",
            description = "Deletes a consumer group.",
            footer = {"", "Example:", "  holdfast hub consumer-group delete dashboard"})
    static final class Delete implements Callable<Integer> {
        @Parameters(paramLabel = "GROUP", description = "The consumer group.")
        private String group = "";

        @Mixin
        private HubOption hub = new HubOption();

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
                client.delete(hub.path("consumer-groups", group));
            }
            help.out().println("Consumer group " + group + " of hub " + hub.name() + " is deleted.");
            return 0;
        }
    }
}
