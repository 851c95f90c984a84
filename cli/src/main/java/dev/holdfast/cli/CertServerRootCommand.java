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
        name = "root",
        description =
                "The roots that clients trust. Each key type has a primary root, to which the installation's own chain leads, and a"
                        + " reserve root, which is in every ca.pem long before it is used.",
        footer = {"", "Example:", "  holdfast cert server root list"})
final class CertServerRootCommand implements Runnable {
    private static final String PATH = "certificates/server/roots";

    @Mixin
    private HelpOption help = new HelpOption();

    static CommandLine line(Map<String, String> environment) {
        return new CommandLine(new CertServerRootCommand())
                .addSubcommand(new RootList(environment))
                .addSubcommand(new Promote(environment))
                .addSubcommand(new Remove(environment));
    }

    @Override
    public void run() {
        throw help.wrongUse("Say what to do with the roots.");
    }

    @Command(
            name = "list",
            description = "Lists the roots that clients are to trust, with what each is for.",
            footer = {"", "Example:", "  holdfast cert server root list"})
    static final class RootList extends ServerCommand {
        @Mixin
        private WorldOption world = new WorldOption();

        @Mixin
        private Output output = new Output();

        RootList(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            JsonNode roots = client.get(PATH + world.query()).path("roots");
            output.printList(
                    out(),
                    roots,
                    List.of("WORLD", "CHAIN", "ROLE", "SUBJECT", "SINCE", "ENDS", "SHA-256"),
                    root -> List.of(
                            root.path("world").asString(),
                            root.path("chain").asString(),
                            root.path("role").asString(),
                            root.path("subject").asString(),
                            root.path("since").asString(),
                            root.path("expiry").asString(),
                            root.path("sha256").asString()));
        }
    }

    @Command(
            name = "promote",
            description =
                    "Makes the reserve root the primary one, or the root with this SHA-256: a new intermediate and a new leaf"
                            + " are made under it and shown at once, and a new reserve root is made. The old primary root stays"
                            + " trusted as a former one, with its key, so that there is a way back. Without --yes nothing is"
                            + " changed, and it says who would not get in any more.",
            footer = {
                "",
                "Examples:",
                "  holdfast cert server root promote --key-type rsa",
                "  holdfast cert server root promote --key-type rsa --yes"
            })
    static final class Promote extends ServerCommand {
        @Option(names = "--key-type", paramLabel = "rsa|ecdsa", required = true, description = "Which chain.")
        private KeyType keyType = KeyType.rsa;

        @Option(
                names = "--root",
                paramLabel = "SHA-256",
                converter = NameConverter.class,
                description = "A reserve or former root, as 'root list' shows it; else the reserve.")
        private @Nullable String root;

        @Option(names = "--yes", description = "Do it.")
        private boolean yes;

        @Mixin
        private WorldOption world = new WorldOption();

        @Mixin
        private Output output = new Output();

        Promote(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            ObjectNode wanted = JsonMapper.shared()
                    .createObjectNode()
                    .put("keyType", keyType.name())
                    .put("world", world.name())
                    .put("sha256", root)
                    .put("confirmed", yes);
            JsonNode change = client.post(PATH + "/promote", wanted);
            if (output.isJson()) {
                output.printJson(out(), change);
                return;
            }
            out().println("Primary root now:  " + name(change.path("from")));
            out().println((yes ? "Primary root then: " : "It would become:   ") + name(change.path("to")));
            out().println(yes ? "Who can't connect any more:" : "Who could not connect any more:");
            change.path("breaks").forEach(each -> out().println("  " + each.asString()));
            out().println(
                            yes
                                    ? "Done. Clients are shown the new chain from the next handshake on; who is connected stays."
                                    : "Nothing was changed. The same with --yes does it.");
        }

        private static String name(JsonNode root) {
            return root.path("subject").asString() + ", in bundles since "
                    + root.path("since").asString();
        }
    }

    @Command(
            name = "remove",
            description =
                    "Takes a former root out of the bundle and deletes its key. Clients with a new ca.pem trust it no more.",
            footer = {"", "Example:", "  holdfast cert server root remove SHA-256 --yes"})
    static final class Remove extends ServerCommand {
        @Parameters(
                index = "0",
                paramLabel = "SHA-256",
                converter = NameConverter.class,
                description = "As 'root list' shows it.")
        private String root = "";

        @Option(names = "--yes", required = true, description = "Do it: there is no way back to a removed root.")
        private boolean yes;

        @Mixin
        private WorldOption world = new WorldOption();

        Remove(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            if (yes) {
                client.delete(PATH + "/" + OperatorClient.encode(root) + world.query());
                out().println("The root is no longer trusted.");
            }
        }
    }
}
