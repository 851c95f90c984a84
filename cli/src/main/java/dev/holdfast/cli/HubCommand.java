package dev.holdfast.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
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
        description = "Makes, lists, changes and deletes hubs while the server runs.",
        footer = {"", "Example:", "  holdfast hub create plant-2 --retention-days 7"})
final class HubCommand implements Runnable {
    @Mixin
    private HelpOption help = new HelpOption();

    static CommandLine line(Map<String, String> environment) {

        return new CommandLine(new HubCommand())
                .addSubcommand(new Create(environment))
                .addSubcommand(new Listing(environment))
                .addSubcommand(new HubSetCommand(environment))
                .addSubcommand(new Delete(environment, terminal()))
                .addSubcommand(ConsumerGroupCommand.line(environment))
                .addSubcommand(AccessPolicyCommand.line(environment));
    }

    @Override
    public void run() {
        throw help.wrongUse("Say what to do with hubs.");
    }

    /** Asks who sits at the terminal; the end of the input is an empty answer. Empty when nobody does. */
    private static Optional<UnaryOperator<String>> terminal() {
        return Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .map(console -> question -> Objects.requireNonNullElse(console.readLine("%s", question), ""));
    }

    @Command(
            name = "create",
            description = "Makes a hub and prints its connection strings.",
            footer = {"", "Example:", "  holdfast hub create plant-2 --partitions 8 --retention-days 7"})
    static final class Create extends ServerCommand {
        @Parameters(
                paramLabel = "NAME",
                converter = NameConverter.class,
                description = "3 to 50 letters, digits and hyphens.")
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

        @Option(
                names = "--min-tls",
                paramLabel = "VERSION",
                description = "1.2: TLS 1.2 with the recommended suites of 2021, which stays as it is.")
        private @Nullable String minTls;

        @Option(
                names = "--ecc",
                negatable = true,
                defaultValue = "true",
                fallbackValue = "true",
                description = "With --min-tls, whether ECDSA suites are accepted beside RSA (default: yes).")
        private boolean ecc = true;

        @Option(
                names = "--policy",
                paramLabel = "NAME",
                description = "A TLS policy (default: that of the server's settings).")
        private @Nullable String policy;

        @Option(
                names = "--events",
                paramLabel = "EVENTS",
                split = ",",
                description =
                        "What readers of its telemetry find beside it: some of TwinChangeEvents, DeviceLifecycleEvents and"
                                + " DeviceConnectionStateEvents, separated by commas (default: none).")
        private List<String> events = List.of();

        @Mixin
        private Output output = new Output();

        Create(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            ObjectNode wanted = JsonMapper.shared().createObjectNode();
            wanted.put("name", name);
            if (partitions != null) {
                wanted.put("partitions", partitions);
            }
            if (retentionDays != null) {
                wanted.put("retentionDays", retentionDays);
            }
            if (minTls != null) {
                wanted.put("minTlsVersion", minTls);
            }
            if (!ecc) {
                wanted.put("eccCertificates", false);
            }
            if (policy != null) {
                wanted.put("policy", policy);
            }
            if (!events.isEmpty()) {
                HubSetCommand.add(wanted, events);
            }
            JsonNode hub = client.post("hubs", wanted);
            if (output.isJson()) {
                output.printJson(out(), hub);
            } else {
                print(out(), hub);
            }
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
    static final class Listing extends ServerCommand {
        @Mixin
        private Output output = new Output();

        Listing(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            JsonNode hubs = client.get("hubs").path("hubs");
            output.printList(
                    out(),
                    hubs,
                    List.of("NAME", "HOST NAME", "PARTITIONS", "DAYS KEPT", "TLS POLICY", "TRIES (REPORT-ONLY)"),
                    hub -> List.of(
                            hub.path("name").asString(),
                            hub.path("hostName").asString(),
                            hub.path("partitions").asString(),
                            hub.path("retentionDays").asString(),
                            hub.path("policy").asString(),
                            hub.path("reportOnly").asString("")));
        }
    }

    @Command(
            name = "delete",
            description =
                    "Deletes a hub with its devices, its authorities and its telemetry, and ends its connections.",
            footer = {
                "",
                "On a terminal it asks for the hub's name once more; in a script it needs --yes.",
                "",
                "Example:",
                "  holdfast hub delete plant-2 --yes"
            })
    static final class Delete extends ServerCommand {
        @Parameters(paramLabel = "NAME", converter = NameConverter.class, description = "The hub.")
        private String name = "";

        @Option(names = "--yes", description = "Deletes without asking.")
        private boolean yes;

        private final Optional<UnaryOperator<String>> terminal;

        /** @param terminal asks a person; empty where nobody would answer */
        Delete(Map<String, String> environment, Optional<UnaryOperator<String>> terminal) {
            super(environment);
            this.terminal = terminal;
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            if (!yes) {
                confirm();
            }
            client.delete(OperatorClient.path("hubs", name));
            out().println("Hub " + name + " is deleted.");
        }

        private void confirm() throws CommandFailure {
            UnaryOperator<String> ask = terminal.orElseThrow(() -> wrongUse("This deletes hub '" + name
                    + "' with its devices, its authorities and its telemetry, and nothing brings them back: say that you"
                    + " mean it with --yes."));
            String answer = ask.apply("This deletes hub '" + name
                    + "' with its devices, its authorities and its telemetry, and nothing brings them back.\n"
                    + "Type its name to go on: ");
            if (!answer.strip().equals(name)) {
                throw new CommandFailure("hub '" + name + "' is not deleted, since its name was not typed.");
            }
        }
    }
}
