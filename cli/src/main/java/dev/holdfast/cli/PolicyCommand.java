package dev.holdfast.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "policy",
        description =
                "TLS policies: which TLS the devices of a hub may speak. A change holds from the next handshake on and"
                        + " disconnects nobody.",
        footer = {"", "Example:", "  holdfast policy set hub1 hub-2021-strict"})
final class PolicyCommand implements Runnable {
    private static final String PATH = "policies";
    private static final int FILE_MAX_BYTES = 64 * 1024;
    /** What a server says of a policy beside the policy itself. */
    private static final List<String> REMARKS = List.of("builtIn", "source", "hubs", "reportOnlyHubs");

    @Mixin
    private HelpOption help = new HelpOption();

    static CommandLine line(Map<String, String> environment) {
        return new CommandLine(new PolicyCommand())
                .addSubcommand(new Listing(environment))
                .addSubcommand(new Show(environment))
                .addSubcommand(new Set(environment))
                .addSubcommand(new PolicyDryRunCommand(environment))
                .addSubcommand(new Add(environment))
                .addSubcommand(new Delete(environment));
    }

    @Override
    public void run() {
        throw help.wrongUse("Say what to do with TLS policies.");
    }

    private static String versions(JsonNode policy) {
        String lowest = policy.path("lowestVersion").asString();
        String highest = policy.path("highestVersion").asString();
        return lowest.equals(highest) ? lowest : lowest + " to " + highest;
    }

    @Command(
            name = "list",
            description = "Lists the policies that come with the server and your own, with the hubs that have them.",
            footer = {"", "Example:", "  holdfast policy list"})
    static final class Listing extends ServerCommand {
        @Mixin
        private Output output = new Output();

        Listing(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            JsonNode answer = client.get(PATH);
            if (output.isJson()) {
                output.printJson(out(), answer.path("policies"));
                return;
            }
            String byDefault = answer.path("default").asString();
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode policy : answer.path("policies")) {
                String name = policy.path("name").asString();
                rows.add(List.of(
                        name.equals(byDefault) ? name + " (default)" : name,
                        versions(policy),
                        String.valueOf(policy.path("suites").size()),
                        policy.path("builtIn").asBoolean() ? "comes with the server" : "your own",
                        Output.joined(policy.path("hubs"))));
            }
            Output.printTable(out(), List.of("NAME", "TLS", "SUITES", "KIND", "HUBS"), rows);
        }
    }

    @Command(
            name = "show",
            description = "Shows everything that a policy accepts; in --json as 'policy add' takes it.",
            footer = {"", "Example:", "  holdfast policy show hub-2021-legacy"})
    static final class Show extends ServerCommand {
        @Parameters(paramLabel = "NAME", converter = NameConverter.class, description = "The policy.")
        private String name = "";

        @Mixin
        private Output output = new Output();

        Show(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            JsonNode policy = client.get(OperatorClient.path(PATH, name));
            if (output.isJson()) {
                output.printJson(out(), policy);
            } else {
                print(out(), policy);
            }
        }

        private static void print(PrintWriter out, JsonNode policy) {
            out.println("Policy:       " + policy.path("name").asString());
            if (policy.hasNonNull("source")) {
                out.println("Stands for:   " + policy.path("source").asString());
            }
            out.println("TLS:          " + versions(policy));
            out.println("Certificates: " + Output.joined(policy.path("certificates")));
            out.println("Groups:       " + Output.joined(policy.path("groups")));
            if (!policy.path("clientSignatures").isEmpty()) {
                out.println("Client signs: " + Output.joined(policy.path("clientSignatures")));
            }
            if (policy.hasNonNull("handshakeSeconds")) {
                out.println("Handshake:    " + policy.path("handshakeSeconds").asInt() + " s at most");
            }
            out.println(
                    "Hubs:         " + (policy.path("hubs").isEmpty() ? "none" : Output.joined(policy.path("hubs"))));
            if (!policy.path("reportOnlyHubs").isEmpty()) {
                out.println("Tried by:     " + Output.joined(policy.path("reportOnlyHubs")) + " (report-only)");
            }
            out.println("Suites, in the " + policy.path("order").asString() + "'s order:");
            JsonNode retirements = policy.path("retirements");
            for (JsonNode suite : policy.path("suites")) {
                // With a curve behind it, it retires by its own name.
                String name = suite.asString().split("@", 2)[0];
                String end = retirements.path(name).asString("");
                out.println("  " + suite.asString() + (end.isEmpty() ? "" : " (until " + end + ")"));
            }
            for (String version : List.of("1.0", "1.1", "1.2")) {
                if (retirements.has(version)) {
                    out.println("TLS " + version + " until "
                            + retirements.path(version).asString());
                }
            }
        }
    }

    @Command(
            name = "set",
            description =
                    "Gives a hub a policy, from the next handshake on. When it would lose devices, it says which and"
                            + " needs --yes.",
            footer = {
                "",
                "Examples:",
                "  holdfast policy set hub1 hub-2021-strict",
                "  holdfast policy set hub1 --default",
                "  holdfast policy set hub1 modern --report-only",
                "  holdfast policy set hub1 --report-only none"
            })
    static final class Set extends ServerCommand {
        @Parameters(index = "0", paramLabel = "HUB", converter = NameConverter.class, description = "The hub.")
        private String hub = "";

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "POLICY",
                converter = NameConverter.class,
                description = "The policy; 'holdfast policy list' shows the names.")
        private @Nullable String policy;

        @Option(
                names = "--default",
                description =
                        "Takes back what was given: the policy of the server's settings holds, or the strict one for a hub made"
                                + " with --min-tls.")
        private boolean byDefault;

        @Option(
                names = "--report-only",
                arity = "0..1",
                fallbackValue = "",
                paramLabel = "none",
                description =
                        "Only tries the policy beside the one that holds: whom it would refuse is let in and reported."
                                + " With 'none', ends that.")
        private @Nullable String reportOnly;

        @Option(
                names = "--yes",
                description = "Changes it even when devices would be lost, or when that can't be found out.")
        private boolean yes;

        Set(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void check() {
            if (reportOnly == null && byDefault == (policy != null)) {
                throw wrongUse("Name a policy, or say --default.");
            }
            boolean tries = reportOnly != null && reportOnly.isEmpty();
            boolean ends = reportOnly != null && reportOnly.equals("none");
            if (reportOnly != null && (byDefault || yes || !(tries ? policy != null : ends && policy == null))) {
                throw wrongUse("--report-only goes with a policy; '--report-only none' ends it and goes alone.");
            }
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            ObjectNode wanted = JsonMapper.shared().createObjectNode();
            String path = OperatorClient.path("hubs", hub, "policy");
            if (reportOnly != null) {
                String tried = client.put(path, wanted.put("reportOnly", policy))
                        .path("reportOnly")
                        .asString("");
                out().println(
                                tried.isEmpty()
                                        ? "Hub " + hub + " tries no policy any more."
                                        : "Hub " + hub + " tries the policy " + tried + ": 'holdfast why --hub " + hub
                                                + "' shows whom it would refuse as they connect.");
                return;
            }
            wanted.put("policy", policy);
            if (yes) {
                wanted.put("acceptLoss", true);
            }
            JsonNode now = changed(() -> client.put(path, wanted), out());
            out().println("Hub " + hub + " has the policy " + now.path("policy").asString()
                    + " from the next handshake on; who is connected stays.");
        }
    }

    @FunctionalInterface
    private interface Change {
        JsonNode make() throws CommandFailure;
    }

    /** Prints what the change does to devices; when some would be lost, before it says that nothing was changed. */
    private static JsonNode changed(Change change, PrintWriter out) throws CommandFailure {
        try {
            JsonNode changed = change.make();
            if (changed.path("dryRun").isObject()) {
                PolicyDryRunCommand.print(out, changed.path("dryRun"), List.of());
            }
            if (changed.has("notRehearsed")) {
                out.println(changed.path("notRehearsed").asString());
            }
            return changed;
        } catch (CommandFailure failure) {
            JsonNode found = failure.answer().path("dryRun");
            if (failure.isCode("DevicesWouldBeLost")) {
                PolicyDryRunCommand.print(
                        out, found, found.path("devices").valueStream().toList());
                out.println();
            }
            throw failure;
        }
    }

    @Command(
            name = "add",
            description = "Adds a policy of your own, or changes it for all hubs that have it. When a change would lose"
                    + " devices, it says which and needs --yes.",
            footer = {
                "",
                "Example, beginning with one that exists (give it another name):",
                "  holdfast policy show hub-2025 --json | sed 's/\"hub-2025\"/\"plant\"/' > plant.json",
                "  holdfast policy add plant.json"
            })
    static final class Add extends ServerCommand {
        @Parameters(paramLabel = "FILE", description = "The policy in JSON.")
        private Path file = Path.of("");

        @Option(
                names = "--yes",
                description = "Changes it even when devices would be lost, or when that can't be found out.")
        private boolean yes;

        /** What is asked for. */
        private final ObjectNode wanted = JsonMapper.shared().createObjectNode();

        Add(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void check() throws CommandFailure {
            wanted.setAll(read(file));
            REMARKS.forEach(wanted::remove);
            String name = name();
            if (name.isEmpty() || name.equals(".") || name.equals("..")) {
                throw new CommandFailure("the policy in " + file + " has no usable name.");
            }
        }

        private String name() {
            return wanted.path("name").asString("");
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            String path = OperatorClient.path(PATH, name()) + (yes ? "?acceptLoss=true" : "");
            JsonNode hubs = changed(() -> client.put(path, wanted), out()).path("hubs");
            out().println("Policy " + name() + " is there; "
                    + (hubs.isEmpty()
                            ? "'holdfast policy set HUB " + name() + "' gives it to a hub."
                            : "it holds for " + Output.joined(hubs) + " from the next handshake on."));
        }

        private static ObjectNode read(Path file) throws CommandFailure {
            byte[] content = GivenFile.read(file, "the policy", FILE_MAX_BYTES);
            try {
                if (JsonMapper.shared().readTree(content) instanceof ObjectNode policy) {
                    return policy;
                }
            } catch (JacksonException e) {
                throw new CommandFailure(
                        file + " is not JSON; something is wrong in line "
                                + (e.getLocation() == null ? 1 : e.getLocation().getLineNr()) + ".",
                        e);
            }
            throw new CommandFailure(file + " holds no JSON object.");
        }
    }

    @Command(
            name = "delete",
            description = "Deletes a policy of your own that no hub has.",
            footer = {"", "Example:", "  holdfast policy delete plant"})
    static final class Delete extends ServerCommand {
        @Parameters(paramLabel = "NAME", converter = NameConverter.class, description = "The policy.")
        private String name = "";

        Delete(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            client.delete(OperatorClient.path(PATH, name));
            out().println("Policy " + name + " is deleted.");
        }
    }
}
