package dev.holdfast.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "access-policy",
        description = "Makes, lists, shows, renews and deletes shared access policies: keys for back ends.",
        footer = {"", "Example:", "  holdfast hub access-policy create dashboard --right ServiceConnect"})
final class AccessPolicyCommand implements Runnable {
    private static final String PATH = "access-policies";

    @Mixin
    private HelpOption help = new HelpOption();

    static CommandLine line(Map<String, String> environment) {
        return new CommandLine(new AccessPolicyCommand())
                .addSubcommand(new Create(environment))
                .addSubcommand(new Listing(environment))
                .addSubcommand(new Show(environment))
                .addSubcommand(new Renew(environment))
                .addSubcommand(new Delete(environment));
    }

    @Override
    public void run() {
        throw help.wrongUse("Say what to do with shared access policies.");
    }

    private static void print(PrintWriter out, Output output, JsonNode policy) {
        if (output.isJson()) {
            output.printJson(out, policy);
            return;
        }
        out.println("Policy:            " + policy.path("name").asString() + " (" + rights(policy) + ")");
        out.println("Connection string: " + policy.path("connectionString").asString());
        out.println("Secondary key:     " + policy.path("secondaryKey").asString());
    }

    private static String rights(JsonNode policy) {
        return Output.joined(policy.path("rights"));
    }

    @Command(
            name = "create",
            description = "Makes a policy with fresh keys and prints its connection string.",
            footer = {"", "Example:", "  holdfast hub access-policy create dashboard --right ServiceConnect"})
    static final class Create extends ServerCommand {
        @Parameters(
                paramLabel = "NAME",
                converter = NameConverter.class,
                description = "1 to 64 letters, digits, '-', '_' and '.'.")
        private String name = "";

        @Option(
                names = "--right",
                paramLabel = "RIGHT",
                required = true,
                description =
                        "RegistryRead, RegistryWrite, ServiceConnect or DeviceConnect; may be given several times.")
        private List<String> rights = List.of();

        @Mixin
        private HubOption hub = new HubOption();

        @Mixin
        private Output output = new Output();

        Create(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            ObjectNode wanted = JsonMapper.shared().createObjectNode().put("name", name);
            ArrayNode array = wanted.putArray("rights");
            rights.forEach(array::add);
            print(out(), output, client.post(hub.path(PATH), wanted));
        }
    }

    @Command(
            name = "list",
            description = "Lists the policies of a hub, without their keys.",
            footer = {"", "Example:", "  holdfast hub access-policy list"})
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
            JsonNode policies = client.get(hub.path(PATH)).path("accessPolicies");
            output.printList(
                    out(),
                    policies,
                    List.of("NAME", "RIGHTS"),
                    policy -> List.of(policy.path("name").asString(), rights(policy)));
        }
    }

    @Command(
            name = "show",
            description = "Shows a policy with its keys.",
            footer = {"", "Example:", "  holdfast hub access-policy show service"})
    static final class Show extends ServerCommand {
        @Parameters(paramLabel = "NAME", converter = NameConverter.class, description = "The policy.")
        private String name = "";

        @Mixin
        private HubOption hub = new HubOption();

        @Mixin
        private Output output = new Output();

        Show(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            print(out(), output, client.get(hub.path(PATH, name)));
        }
    }

    @Command(
            name = "renew",
            description = "Makes new keys for a policy; tokens that the old ones signed are refused from then on.",
            footer = {
                "",
                "Example, to replace both keys without an interruption: swap them, give clients the primary one, then",
                "  holdfast hub access-policy renew service --which secondary"
            })
    static final class Renew extends ServerCommand {
        @Parameters(paramLabel = "NAME", converter = NameConverter.class, description = "The policy.")
        private String name = "";

        @Mixin
        private WhichKeyOption which = new WhichKeyOption();

        @Mixin
        private HubOption hub = new HubOption();

        @Mixin
        private Output output = new Output();

        Renew(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            print(out(), output, client.post(hub.path(PATH, name, "renew"), which.wanted()));
        }
    }

    @Command(
            name = "delete",
            description = "Deletes a policy; nothing that was signed with its keys opens the hub any more.",
            footer = {"", "Example:", "  holdfast hub access-policy delete dashboard"})
    static final class Delete extends ServerCommand {
        @Parameters(paramLabel = "NAME", converter = NameConverter.class, description = "The policy.")
        private String name = "";

        @Mixin
        private HubOption hub = new HubOption();

        Delete(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            client.delete(hub.path(PATH, name));
            out().println("Policy " + name + " of hub " + hub.name() + " is deleted.");
        }
    }
}
