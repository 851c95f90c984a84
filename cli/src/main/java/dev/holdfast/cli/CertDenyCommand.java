package dev.holdfast.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
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
        name = "deny",
        description =
                "Denies certificates and keys in a hub, whoever issued them and whatever is registered. Devices that"
                        + " came in by one are disconnected at once.",
        footer = {"", "Example:", "  holdfast cert deny add --file stolen.pem --by public-key --note 'stolen in May'"})
final class CertDenyCommand implements Runnable {
    private static final String PATH = "denied-certificates";

    @Mixin
    private HelpOption help = new HelpOption();

    static CommandLine line(Map<String, String> environment) {
        return new CommandLine(new CertDenyCommand())
                .addSubcommand(new Add(environment))
                .addSubcommand(new Listing(environment))
                .addSubcommand(new Remove(environment));
    }

    @Override
    public void run() {
        throw help.wrongUse("Say what to do with denied certificates.");
    }

    /** What an entry names, as people read it. */
    private static String mark(JsonNode entry) {
        if (entry.has("thumbprint")) {
            return "thumbprint " + entry.path("thumbprint").asString();
        }
        return entry.has("publicKey")
                ? "public key " + entry.path("publicKey").asString()
                : "serial " + entry.path("serial").asString() + " of "
                        + entry.path("issuer").asString();
    }

    @Command(
            name = "add",
            description = "Denies a certificate, or every certificate of a key, a device's or an intermediate's.",
            footer = {
                "",
                "Examples:",
                "  holdfast cert deny add --file stolen.pem --by public-key --note 'stolen in May'",
                "  holdfast cert deny add --serial 4F2A --issuer 'CN=Plant line 1,O=Plant'"
            })
    static final class Add extends ServerCommand {
        @Option(
                names = "--file",
                paramLabel = "FILE",
                description = "The certificate itself, PEM or DER; --by says what of it is denied.")
        private @Nullable Path file;

        @Option(
                names = "--by",
                paramLabel = "WHAT",
                description =
                        "With --file: thumbprint (default), serial, or public-key, which counts for all certificates"
                                + " of the key, also later ones.")
        private @Nullable String by;

        @Option(names = "--thumbprint", paramLabel = "HEX", description = "SHA-1 or SHA-256 of the certificate.")
        private @Nullable String thumbprint;

        @Option(names = "--public-key", paramLabel = "HEX", description = "SHA-256 of the SubjectPublicKeyInfo.")
        private @Nullable String publicKey;

        @Option(names = "--serial", paramLabel = "HEX", description = "The serial number; needs --issuer.")
        private @Nullable String serial;

        @Option(
                names = "--issuer",
                paramLabel = "NAME",
                description = "Who issued it, as 'openssl x509 -noout -issuer -nameopt RFC2253' prints it.")
        private @Nullable String issuer;

        @Option(names = "--note", paramLabel = "TEXT", description = "Why, for people and the log.")
        private @Nullable String note;

        @Mixin
        private HubOption hub = new HubOption();

        @Mixin
        private Output output = new Output();

        Add(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            JsonNode entry = client.post(hub.path(PATH), wanted());
            if (output.isJson()) {
                output.printJson(out(), entry);
            } else {
                out().println("Denied in hub " + hub.name() + ": " + mark(entry) + ".");
                out().println("Entry: " + entry.path("id").asString());
            }
        }

        private ObjectNode wanted() throws CommandFailure {
            ObjectNode wanted = JsonMapper.shared().createObjectNode();
            if (file != null) {
                wanted.put("certificate", CertificateFile.read(file));
            }
            if (by != null) {
                wanted.put("by", by());
            }
            putIfGiven(wanted, "thumbprint", thumbprint);
            putIfGiven(wanted, "publicKey", publicKey);
            putIfGiven(wanted, "serial", serial);
            putIfGiven(wanted, "issuer", issuer);
            putIfGiven(wanted, "note", note);
            return wanted;
        }

        /** Looked at before a server is looked for. */
        @Override
        void check() {
            if (Stream.of(file, thumbprint, publicKey, serial)
                            .filter(Objects::nonNull)
                            .count()
                    != 1) {
                throw wrongUse("Give one of --file, --thumbprint, --public-key, and --serial with --issuer.");
            }
            if ((serial == null) != (issuer == null)) {
                throw wrongUse("--serial and --issuer belong together.");
            }
            if (by != null && (file == null || by().isEmpty())) {
                throw wrongUse("--by goes with --file, and is thumbprint, serial or public-key.");
            }
        }

        /** As the server spells it; empty for something else. */
        private String by() {
            return switch (by) {
                case "thumbprint", "serial" -> by;
                case "public-key" -> "publicKey";
                case null, default -> "";
            };
        }

        private static void putIfGiven(ObjectNode wanted, String member, @Nullable String value) {
            if (value != null) {
                wanted.put(member, value);
            }
        }
    }

    @Command(
            name = "list",
            description = "Lists what a hub denies, the newest last.",
            footer = {"", "Example:", "  holdfast cert deny list"})
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
            List<JsonNode> entries = entries(client);
            output.printList(
                    out(),
                    JsonMapper.shared().createArrayNode().addAll(entries),
                    List.of("ENTRY", "DENIED BY", "SINCE", "NOTE"),
                    entry -> List.of(
                            entry.path("id").asString(),
                            mark(entry),
                            entry.path("created").asString(),
                            entry.path("note").asString()));
        }

        /** All pages together. */
        private List<JsonNode> entries(OperatorClient client) throws CommandFailure {
            List<JsonNode> entries = new ArrayList<>();
            String after = "";
            do {
                JsonNode page = client.get(hub.path(PATH) + "?after=" + OperatorClient.encode(after));
                page.path("deniedCertificates").forEach(entries::add);
                after = page.path("next").asString("");
            } while (!after.isEmpty());
            entries.sort(Comparator.comparing(entry -> entry.path("created").asString()));
            return entries;
        }
    }

    @Command(
            name = "remove",
            description =
                    "Takes an entry off the list: what it denied counts again, if nothing else speaks against it.",
            footer = {"", "Example:", "  holdfast cert deny remove 0123456789abcdef"})
    static final class Remove extends ServerCommand {
        @Parameters(paramLabel = "ENTRY", converter = NameConverter.class, description = "As 'list' shows it.")
        private String id = "";

        @Mixin
        private HubOption hub = new HubOption();

        Remove(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            client.delete(hub.path(PATH, id));
            out().println("Entry " + id + " of hub " + hub.name() + " is removed.");
        }
    }
}
