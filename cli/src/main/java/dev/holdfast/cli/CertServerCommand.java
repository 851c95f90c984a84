package dev.holdfast.cli;

import dev.holdfast.base.Limits;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "server",
        description =
                "The certificates that clients are shown, one chain for RSA and one for ECDSA. A change holds from the next"
                        + " handshake on and disconnects nobody.",
        footer = {"", "Example:", "  holdfast cert server show"})
final class CertServerCommand implements Runnable {
    private static final String PATH = "certificates/server";
    /** RFC 7512. */
    private static final String URI_SCHEME = "pkcs11:";

    @Mixin
    private HelpOption help = new HelpOption();

    static CommandLine line(Map<String, String> environment) {
        return new CommandLine(new CertServerCommand())
                .addSubcommand(new Show(environment))
                .addSubcommand(new Renew(environment))
                .addSubcommand(new Replace(environment))
                .addSubcommand(CertServerRootCommand.line(environment));
    }

    @Override
    public void run() {
        throw help.wrongUse("Say what to do with the server's certificates.");
    }

    private static void printChains(PrintWriter out, JsonNode chains) {
        String gap = "";
        boolean several =
                chains.valueStream().map(CertServerCommand::world).distinct().count() > 1;
        for (JsonNode chain : chains) {
            out.print(gap);
            printChain(out, chain, several);
            gap = System.lineSeparator();
        }
    }

    private static String world(JsonNode chain) {
        return chain.path("world").asString(WorldOption.DEFAULT);
    }

    /** @param several whether chains of other worlds stand beside it */
    private static void printChain(PrintWriter out, JsonNode chain, boolean several) {
        String world = world(chain);
        out.println("Chain:      " + chain.path("keyType").asString()
                + (several || !world.equals(WorldOption.DEFAULT) ? " of world " + world : "")
                + (chain.path("origin").asString().equals("own")
                        ? ", the installation's own"
                        : ", given by the operator"));
        if (chain.hasNonNull("token")) {
            out.println("Key:        " + chain.path("token").asString());
        }
        for (JsonNode each : chain.path("certificates")) {
            String level = each.path("level").asString();
            out.println(level + ":");
            out.println("  Subject:  " + each.path("subject").asString());
            out.println("  Issuer:   " + each.path("issuer").asString());
            if (!each.path("names").isEmpty()) {
                out.println("  Names:    " + Output.joined(each.path("names")));
            }
            out.println("  Key:      " + each.path("keyType").asString());
            out.println("  Valid:    " + each.path("validFrom").asString() + " to "
                    + each.path("expiry").asString());
            out.println("  SHA-1:    " + each.path("thumbprint").asString());
            out.println("  SHA-256:  " + each.path("sha256").asString());
        }
        if (!chain.path("rootKnown").asBoolean()) {
            out.println("root: not known here and not in "
                    + (world.equals(WorldOption.DEFAULT) ? "ca.pem" : "ca-" + world + ".pem"));
        }
    }

    @Command(
            name = "show",
            description = "Shows both chains of each trust world up to their roots.",
            footer = {"", "Example:", "  holdfast cert server show"})
    static final class Show extends ServerCommand {
        @Mixin
        private WorldOption world = new WorldOption();

        @Mixin
        private Output output = new Output();

        Show(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            JsonNode chains = client.get(PATH + world.query()).path("chains");
            if (output.isJson()) {
                output.printJson(out(), chains);
            } else {
                printChains(out(), chains);
            }
        }
    }

    @Command(
            name = "renew",
            description =
                    "Makes new certificates from the installation's own intermediates and shows them at once. A chain that"
                            + " was given with 'replace' is deleted, with its key: this is the way back to the installation's own.",
            footer = {
                "",
                "Examples:",
                "  holdfast cert server renew",
                "  holdfast cert server renew --key-type rsa",
                "  holdfast cert server renew --intermediate"
            })
    static final class Renew extends ServerCommand {
        @Option(names = "--key-type", paramLabel = "rsa|ecdsa", description = "Only this chain; else both.")
        private @Nullable KeyType keyType;

        @Option(names = "--intermediate", description = "New intermediates, too, from the same roots.")
        private boolean intermediate;

        @Mixin
        private WorldOption world = new WorldOption();

        @Mixin
        private Output output = new Output();

        Renew(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            ObjectNode wanted =
                    JsonMapper.shared().createObjectNode().put("keyType", keyType == null ? null : keyType.name());
            wanted.put("world", world.name()).put("intermediates", intermediate);
            JsonNode chains = client.post(PATH + "/renew", wanted).path("chains");
            if (output.isJson()) {
                output.printJson(out(), chains);
                return;
            }
            out().println("Clients are shown new certificates from the next handshake on; who is connected stays.");
            printChains(out(), chains);
        }
    }

    @Command(
            name = "replace",
            description =
                    "Shows clients a chain of your own instead of the installation's. The leaf's key says which of the two it"
                            + " replaces: RSA, or EC on P-256. A chain that clients could not use is refused, and the old one stays.",
            footer = {
                "",
                "Examples:",
                "  holdfast cert server replace --chain fullchain.pem --key privkey.pem",
                "  holdfast cert server replace --chain fullchain.pem --key 'pkcs11:token=hub;object=server'",
                "'holdfast cert server renew' goes back to the installation's own."
            })
    static final class Replace extends ServerCommand {
        private static final int FILE_MAX_BYTES = Limits.defaults().http().bodyMaxBytes() / 4;

        @Option(
                names = "--chain",
                paramLabel = "FILE",
                required = true,
                description =
                        "PEM: the server's certificate first, then the intermediates, then the root if you like. With the"
                                + " root it gets into ca.pem.")
        private Path chain = Path.of("");

        @Option(
                names = "--key",
                paramLabel = "FILE|URI",
                required = true,
                description =
                        "PEM: the private key of the server's certificate, without a password (PKCS#8, PKCS#1 or SEC 1). Or where"
                                + " the key is in a PKCS#11 token: pkcs11:token=LABEL;object=LABEL.")
        private String key = "";

        @Mixin
        private WorldOption world = new WorldOption();

        @Mixin
        private Output output = new Output();

        /** What is asked for. */
        private final ObjectNode wanted = JsonMapper.shared().createObjectNode();

        Replace(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void check() throws CommandFailure {
            wanted.put("chain", read(chain)).put("world", world.name()).put("key", key());
        }

        private String key() throws CommandFailure {
            if (key.startsWith(URI_SCHEME)) {
                return key;
            }
            try {
                return read(Path.of(key));
            } catch (InvalidPathException e) {
                throw new CommandFailure("--key is no path of this machine.", e);
            }
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            JsonNode now = client.put(PATH, wanted);
            if (output.isJson()) {
                output.printJson(out(), now);
                return;
            }
            out().println("Clients are shown this chain from the next handshake on; who is connected stays.");
            printChain(out(), now, false);
            now.path("notes").forEach(note -> out().println(note.asString()));
        }

        private static String read(Path file) throws CommandFailure {
            return new String(GivenFile.read(file, "the chain or key", FILE_MAX_BYTES), StandardCharsets.ISO_8859_1);
        }
    }
}
