package dev.holdfast.cli;

import java.util.Map;
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
    static final class Create extends ServerCommand {
        @Parameters(
                paramLabel = "GROUP",
                converter = NameConverter.class,
                description = "1 to 50 letters, digits, '.', '-' and '_'.")
        private String group = "";

        @Mixin
        private HubOption hub = new HubOption();

        Create(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            JsonNode _ = client.post(
                    hub.path("consumer-groups"),
                    JsonMapper.shared().createObjectNode().put("name", group));
            out().println("Consumer group " + group + " of hub " + hub.name() + " is ready.");
        }
    }

    @Command(
            name = "list",
            description = "Lists the consumer groups of a hub.",
            footer = {"", "Example:", "  holdfast hub consumer-group list"})
    static final class Listing extends ServerCommand {
        @Mixin
        private HubOption hub = new HubOption();

        @Mixin
        private Output output = new Output();

        Listing(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            JsonNode groups = client.get(hub.path("consumer-groups")).path("consumerGroups");
            if (output.isJson()) {
                output.printJson(out(), groups);
            } else {
                groups.forEach(group -> out().println(group.asString()));
            }
        }
    }

    @Command(
            name = "delete",
            description = "Deletes a consumer group.",
            footer = {"", "Example:", "  holdfast hub consumer-group delete dashboard"})
    static final class Delete extends ServerCommand {
        @Parameters(paramLabel = "GROUP", converter = NameConverter.class, description = "The consumer group.")
        private String group = "";

        @Mixin
        private HubOption hub = new HubOption();

        Delete(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            client.delete(hub.path("consumer-groups", group));
            out().println("Consumer group " + group + " of hub " + hub.name() + " is deleted.");
        }
    }
}
