package dev.holdfast.cli;

import dev.holdfast.base.Limits;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "crl",
        description =
                "Revocation lists (CRLs) of registered certificate authorities. Devices whose certificates are on one, or"
                        + " came over one that is, are disconnected at once and stay out.",
        footer = {"", "Example:", "  holdfast cert crl add plant --file plant.crl"})
final class CertRevocationListCommand implements Runnable {
    private static final String PATH = "revocation-lists";

    @Mixin
    private HelpOption help = new HelpOption();

    static CommandLine line(Map<String, String> environment) {
        return new CommandLine(new CertRevocationListCommand())
                .addSubcommand(new Add(environment))
                .addSubcommand(new Fetch(environment))
                .addSubcommand(new Listing(environment))
                .addSubcommand(new Show(environment))
                .addSubcommand(new Remove(environment));
    }

    @Override
    public void run() {
        throw help.wrongUse("Say what to do with revocation lists.");
    }

    private static void print(PrintWriter out, JsonNode list) {
        out.println("Authority:   " + list.path("authority").asString());
        out.println("State:       " + list.path("state").asString());
        printIfThere(out, "Entries:     ", list.path("entries"));
        printIfThere(out, "Number:      ", list.path("number"));
        printIfThere(out, "This update: ", list.path("thisUpdate"));
        printIfThere(out, "Next update: ", list.path("nextUpdate"));
        printIfThere(out, "Came from:   ", list.path("origin"));
        printIfThere(out, "Received:    ", list.path("received"));
        printIfThere(out, "Fetched at:  ", list.path("url"));
        JsonNode failure = list.path("failure");
        if (failure.isObject()) {
            out.println("Last fetch failed at " + failure.path("at").asString() + ": "
                    + failure.path("what").asString());
        }
    }

    private static void printIfThere(PrintWriter out, String name, JsonNode value) {
        if (!value.isMissingNode() && !value.isNull()) {
            out.println(name + value.asString());
        }
    }

    /** A command about the list of one authority. */
    abstract static class OfAuthority extends ServerCommand {
        @Parameters(
                paramLabel = "AUTHORITY",
                converter = NameConverter.class,
                description = "The registered authority whose key signs the list.")
        private String authority = "";

        @Mixin
        private HubOption hub = new HubOption();

        OfAuthority(Map<String, String> environment) {
            super(environment);
        }

        String authority() {
            return authority;
        }

        String hubName() {
            return String.valueOf(hub.name());
        }

        String path(String... more) {
            List<String> segments = new ArrayList<>(List.of(PATH, authority));
            segments.addAll(List.of(more));
            return hub.path(segments.toArray(new String[0]));
        }
    }

    @Command(
            name = "add",
            description = "Takes a list, in the place of an older one of the same authority.",
            footer = {"", "Example:", "  holdfast cert crl add plant --file plant.crl"})
    static final class Add extends OfAuthority {
        private static final int FILE_MAX_BYTES =
                2 * Limits.defaults().revocation().listMaxBytes();

        @Option(names = "--file", paramLabel = "FILE", required = true, description = "One complete list, PEM or DER.")
        private Path file = Path.of("");

        @Mixin
        private Output output = new Output();

        private byte[] content = new byte[0];

        Add(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void check() throws CommandFailure {
            content = GivenFile.read(file, "the revocation list", FILE_MAX_BYTES);
            if (content.length == 0) {
                throw new CommandFailure(file + " is empty.");
            }
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            JsonNode list = client.put(path(), content);
            if (output.isJson()) {
                output.printJson(out(), list);
                return;
            }
            out().println("The list of " + authority() + " counts in hub " + hubName() + "; connections ended: "
                    + list.path("connectionsEnded").asInt() + ".");
            print(out(), list);
        }
    }

    @Command(
            name = "fetch",
            description = "Fetches a list now from where 'cert authority revocation' says, and tells what came of it.",
            footer = {"", "Example:", "  holdfast cert crl fetch plant"})
    static final class Fetch extends OfAuthority {
        @Mixin
        private Output output = new Output();

        Fetch(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            JsonNode list = client.post(path("fetch"), JsonMapper.shared().createObjectNode());
            if (output.isJson()) {
                output.printJson(out(), list);
            } else {
                out().println("The list of " + authority() + " was fetched; connections ended: "
                        + list.path("connectionsEnded").asInt() + ".");
                print(out(), list);
            }
        }
    }

    @Command(
            name = "list",
            description = "Lists the authorities that have a list, or should have one.",
            footer = {"", "Example:", "  holdfast cert crl list"})
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
            JsonNode lists = client.get(hub.path(PATH)).path("revocationLists");
            output.printList(
                    out(),
                    lists,
                    List.of("AUTHORITY", "STATE", "ENTRIES", "NEXT UPDATE", "FETCHED AT"),
                    list -> List.of(
                            list.path("authority").asString(),
                            list.path("state").asString(),
                            list.path("entries").asString(""),
                            list.path("nextUpdate").asString(""),
                            list.path("url").asString("")));
        }
    }

    @Command(
            name = "show",
            description =
                    "Shows the list of an authority: how old it is, where it came from, and why it could not be fetched.",
            footer = {"", "Example:", "  holdfast cert crl show plant"})
    static final class Show extends OfAuthority {
        @Mixin
        private Output output = new Output();

        Show(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            JsonNode list = client.get(path());
            if (output.isJson()) {
                output.printJson(out(), list);
            } else {
                print(out(), list);
            }
        }
    }

    @Command(
            name = "remove",
            description =
                    "Removes the list of an authority: what it revoked counts again, if nothing else speaks against it.",
            footer = {"", "Example:", "  holdfast cert crl remove plant"})
    static final class Remove extends OfAuthority {
        Remove(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            client.delete(path());
            out().println("The list of " + authority() + " is removed from hub " + hubName() + ".");
        }
    }
}
