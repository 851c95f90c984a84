package dev.holdfast.cli;

import java.util.List;
import java.util.Map;
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
        name = "fault",
        description =
                "Has a server that was started with --fault-injection do some operations not as it should, for tests.",
        footer = {"", "Example:", "  holdfast fault add refuse twin-read --device pump-7 --probability 0.5 --seed 1"})
final class FaultCommand implements Runnable {
    private static final String PATH = "faults";

    @Mixin
    private HelpOption help = new HelpOption();

    static CommandLine line(Map<String, String> environment) {
        return new CommandLine(new FaultCommand())
                .addSubcommand(new Add(environment))
                .addSubcommand(new Listing(environment))
                .addSubcommand(new Remove(environment));
    }

    @Override
    public void run() {
        throw help.wrongUse("Say what to do with fault rules.");
    }

    /** A rule as people read it. */
    private static String what(JsonNode rule) {
        return rule.path("action").asString() + " " + rule.path("operation").asString();
    }

    @Command(
            name = "add",
            description = "Makes a rule. It is kept in memory alone, and is over when the server ends.",
            footer = {
                "",
                "Examples:",
                "  holdfast fault add delay telemetry --millis 2000 --for 60",
                "  holdfast fault add drop connect --device pump-7 --count 3"
            })
    static final class Add extends ServerCommand {
        @Parameters(
                index = "0",
                paramLabel = "ACTION",
                description =
                        "delay, drop (nobody is answered), refuse (as if the server had failed), expire (the device's credential"
                                + " counts as expired) or throttle.")
        private String action = "";

        @Parameters(
                index = "1",
                paramLabel = "OPERATION",
                description =
                        "registry, connect, telemetry, message-send, message-receive, method, twin-read or twin-write.")
        private String operation = "";

        @Option(names = "--device", paramLabel = "ID", description = "This device and its modules (default: all).")
        private @Nullable String device;

        @Option(
                names = "--probability",
                paramLabel = "P",
                description = "That an operation is hit, up to 1 (default: 1).")
        private @Nullable Double probability;

        @Option(
                names = "--seed",
                paramLabel = "N",
                description = "With the same one the same of the operations that come are hit (default: by chance).")
        private @Nullable Integer seed;

        @Option(names = "--count", paramLabel = "N", description = "Operations that are hit at most (default: no end).")
        private @Nullable Integer count;

        @Option(names = "--for", paramLabel = "SECONDS", description = "How long the rule holds (default: 3600).")
        private @Nullable Integer seconds;

        @Option(
                names = "--millis",
                paramLabel = "N",
                description = "How long a delay is, or a throttle tells to wait (default: 1000).")
        private @Nullable Integer millis;

        @Mixin
        private HubOption hub = new HubOption();

        @Mixin
        private Output output = new Output();

        Add(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            ObjectNode wanted = JsonMapper.shared()
                    .createObjectNode()
                    .put("action", action)
                    .put("operation", operation)
                    .put("device", device)
                    .put("probability", probability)
                    .put("seed", seed)
                    .put("count", count)
                    .put("seconds", seconds)
                    .put("timeMillis", millis);
            JsonNode rule = client.post(hub.path(PATH), wanted);
            if (output.isJson()) {
                output.printJson(out(), rule);
            } else {
                out().println("Rule " + rule.path("id").asString() + " of hub " + hub.name() + " is to " + what(rule)
                        + ", with the seed " + rule.path("seed").asString() + ", until "
                        + rule.path("until").asString() + ".");
            }
        }
    }

    @Command(
            name = "list",
            description = "Lists the rules that hold.",
            footer = {"", "Example:", "  holdfast fault list --json"})
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
            output.printList(
                    out(),
                    client.get(hub.path(PATH)).path("faults"),
                    List.of("ID", "ACTION", "OPERATION", "DEVICE", "PROBABILITY", "SEED", "FIRED", "UNTIL"),
                    rule -> List.of(
                            rule.path("id").asString(),
                            rule.path("action").asString(),
                            rule.path("operation").asString(),
                            rule.path("device").asString("all"),
                            rule.path("probability").asString(),
                            rule.path("seed").asString(),
                            rule.path("fired").asString()
                                    + (rule.path("count").isNull()
                                            ? ""
                                            : " of " + rule.path("count").asString()),
                            rule.path("until").asString()));
        }
    }

    @Command(
            name = "remove",
            description = "Ends a rule, or all of the hub.",
            footer = {"", "Example:", "  holdfast fault remove --all"})
    static final class Remove extends ServerCommand {
        @Parameters(arity = "0..1", paramLabel = "ID", description = "The rule, as the list shows it.")
        private @Nullable String id;

        @Option(names = "--all", description = "All of them.")
        private boolean all;

        @Mixin
        private HubOption hub = new HubOption();

        Remove(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            String rule = id;
            if (all == (rule != null)) {
                throw wrongUse("Say which rule, or --all.");
            }
            client.delete(rule == null ? hub.path(PATH) : hub.path(PATH, rule));
            out().println(rule == null ? "Hub " + hub.name() + " has no fault rules." : "Rule " + rule + " is over.");
        }
    }
}
