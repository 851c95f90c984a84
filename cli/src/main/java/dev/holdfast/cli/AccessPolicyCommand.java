package dev.holdfast.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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

    private static void print(HelpOption help, Output output, JsonNode policy) {
        if (output.isJson()) {
            output.printJson(help.out(), policy);
            return;
        }
        PrintWriter out = help.out();
        out.println("Policy:            " + policy.path("name").asString() + " (" + rights(policy) + ")");
        out.println("Connection string: " + policy.path("connectionString").asString());
        out.println("Secondary key:     " + policy.path("secondaryKey").asString());
    }

    private static String rights(JsonNode policy) {
        return policy.path("rights").valueStream().map(JsonNode::asString).collect(Collectors.joining(", "));
    }

    @Command(
            name = "create",
            description = "Makes a policy with fresh keys and prints its connection string.",
            footer = {"", "Example:", "  holdfast hub access-policy create dashboard --right ServiceConnect"})
    static final class Create implements Callable<Integer> {
        @Parameters(paramLabel = "NAME", description = "1 to 64 letters, digits, '-', '_' and '.'.")
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
            ObjectNode wanted = JsonMapper.shared().createObjectNode().put("name", name);
            ArrayNode array = wanted.putArray("rights");
            rights.forEach(array::add);
            try (OperatorClient client = server.connect()) {
                print(help, output, client.post(hub.path(PATH), wanted));
            }
            return 0;
        }
    }

    @Command(
            name = "list",
            description = "Lists the policies of a hub, without their keys.",
            footer = {"", "Example:", "  holdfast hub access-policy list"})
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
                JsonNode policies = client.get(hub.path(PATH)).path("accessPolicies");
                if (output.isJson()) {
                    output.printJson(help.out(), policies);
                    return 0;
                }
                List<List<String>> rows = new ArrayList<>();
                policies.forEach(policy -> rows.add(List.of(policy.path("name").asString(), rights(policy))));
                Output.printTable(help.out(), List.of("NAME", "RIGHTS"), rows);
            }
            return 0;
        }
    }

    @Command(
            name = "show",
            description = "Shows a policy with its keys.",
            footer = {"", "Example:", "  holdfast hub access-policy show service"})
    static final class Show implements Callable<Integer> {
        @Parameters(paramLabel = "NAME", description = "The policy.")
        private String name = "";

        @Mixin
        private HubOption hub = new HubOption();

        @Mixin
        private final ServerOptions server;

        @Mixin
        private Output output = new Output();

        @Mixin
        private HelpOption help = new HelpOption();

        Show(Map<String, String> environment) {
            this.server = new ServerOptions(environment);
        }

        @Override
        public Integer call() throws CommandFailure {
            try (OperatorClient client = server.connect()) {
                print(help, output, client.get(hub.path(PATH, name)));
            }
            return 0;
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
    static final class Renew implements Callable<Integer> {
        @Parameters(paramLabel = "NAME", description = "The policy.")
        private String name = "";

        @Option(
                names = "--which",
                paramLabel = "KEY",
                required = true,
                description = "primary, secondary, both, or swap to let the two change places.")
        private String which = "";

        @Mixin
        private HubOption hub = new HubOption();

        @Mixin
        private final ServerOptions server;

        @Mixin
        private Output output = new Output();

        @Mixin
        private HelpOption help = new HelpOption();

        Renew(Map<String, String> environment) {
            this.server = new ServerOptions(environment);
        }

        @Override
        public Integer call() throws CommandFailure {
            ObjectNode wanted = JsonMapper.shared().createObjectNode().put("which", which);
            try (OperatorClient client = server.connect()) {
                print(help, output, client.post(hub.path(PATH, name, "renew"), wanted));
            }
            return 0;
        }
    }

    @Command(
            name = "delete",
            description = "Deletes a policy; nothing that was signed with its keys opens the hub any more.",
            footer = {"", "Example:", "  holdfast hub access-policy delete dashboard"})
    static final class Delete implements Callable<Integer> {
        @Parameters(paramLabel = "NAME", description = "The policy.")
        private String name = "";

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
                client.delete(hub.path(PATH, name));
            }
            help.out().println("Policy " + name + " of hub " + hub.name() + " is deleted.");
            return 0;
        }
    }
}
