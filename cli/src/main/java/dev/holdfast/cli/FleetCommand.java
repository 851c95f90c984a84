package dev.holdfast.cli;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
        name = "fleet",
        description = "What each device spoke when it was last let in: its TLS, its software, its certificate.",
        footer = {"", "Example:", "  holdfast fleet summary"})
final class FleetCommand implements Runnable {
    private static final int PAGE = 500;

    @Mixin
    private HelpOption help = new HelpOption();

    static CommandLine line(Map<String, String> environment) {
        return new CommandLine(new FleetCommand())
                .addSubcommand(new Listing(environment))
                .addSubcommand(new Summary(environment))
                .addSubcommand(new Show(environment))
                .addSubcommand(new Forget(environment))
                .addSubcommand(new Export(environment));
    }

    @Override
    public void run() {
        throw help.wrongUse("Say what to do with what is known of devices.");
    }

    /** The path of what is known of a device, or of a module ({@code device/module}). */
    private static String path(HubOption hub, String id) {
        List<String> path = new ArrayList<>(List.of("fleet", "devices"));
        path.addAll(List.of(id.split("/", 2)));
        return hub.path(path.toArray(String[]::new));
    }

    /** Which devices a command is about. */
    static final class Filter {
        @Option(names = "--client", paramLabel = "TEXT", description = "Only whose client calls itself so, in part.")
        private @Nullable String client;

        @Option(
                names = "--offers",
                paramLabel = "WHAT",
                description = "Only that offer already: tls1.3, ecdsa, x25519mlkem768.")
        private @Nullable String offers;

        @Option(
                names = "--needs",
                paramLabel = "WHAT",
                description = "Only that can't do without: sha1, cbc, tls1.0, tls1.1.")
        private @Nullable String needs;

        @Option(
                names = "--not-seen-since",
                paramLabel = "TIME",
                converter = PointInTime.class,
                description = "Only last seen before: 2026-11-22T10:00:00Z, or how long ago: 2h, 7d.")
        private @Nullable Instant notSeenSince;

        Map<String, @Nullable Object> query() {
            Map<String, @Nullable Object> query = new LinkedHashMap<>();
            query.put("client", client);
            query.put("offers", offers);
            query.put("needs", needs);
            query.put("notSeenSince", notSeenSince);
            return query;
        }
    }

    @Command(
            name = "list",
            description = "Lists devices, a line for each.",
            footer = {
                "",
                "Examples:",
                "  holdfast fleet list --needs sha1",
                "  holdfast fleet list --not-seen-since 30d --csv"
            })
    static final class Listing extends ServerCommand {
        private static final List<String> COLUMNS = List.of(
                "device", "client", "tlsStack", "version", "suite", "group", "authentication", "address", "lastSeen");

        @Mixin
        private HubOption hub = new HubOption();

        @Mixin
        private Filter filter = new Filter();

        @Mixin
        private TableOutput output = new TableOutput();

        Listing(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void check() {
            if (output.isWrong()) {
                throw wrongUse("--json and --csv do not go together.");
            }
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            Map<String, @Nullable Object> query = filter.query();
            query.put("top", PAGE);
            List<JsonNode> devices = new ArrayList<>();
            for (JsonNode page : Pages.all(client, Pages.path(hub.path("fleet", "devices"), query), "next", "after")) {
                page.path("devices").forEach(devices::add);
            }
            if (output.isJson()) {
                out().println(JsonMapper.shared()
                        .writerWithDefaultPrettyPrinter()
                        .writeValueAsString(devices));
            } else {
                output.print(
                        out(),
                        devices,
                        COLUMNS,
                        device -> COLUMNS.stream()
                                .map(column -> cell(column, device.path(column)))
                                .toList());
            }
        }

        private String cell(String column, JsonNode value) {
            if (output.isCsv()) {
                return value.asString("");
            }
            return column.equals("client") ? product(value) : text(value);
        }

        /** Without the remarks in brackets, which are long. */
        private static String product(JsonNode client) {
            return text(client).split(" \\(", 2)[0];
        }
    }

    private static String text(JsonNode value) {
        return value.isMissingNode() || value.isNull() ? "-" : value.asString();
    }

    @Command(
            name = "summary",
            description = "Counts devices by client, TLS, and what they offer already or still need.",
            footer = {"", "Example:", "  holdfast fleet summary --hub plant-2"})
    static final class Summary extends ServerCommand {
        @Mixin
        private HubOption hub = new HubOption();

        @Mixin
        private Filter filter = new Filter();

        @Mixin
        private Output output = new Output();

        Summary(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            JsonNode summary = client.get(Pages.path(hub.path("fleet", "summary"), filter.query()));
            if (output.isJson()) {
                output.printJson(out(), summary);
                return;
            }
            out().println(summary.path("devices").asString() + " devices of hub " + hub.name()
                    + " were let in and are known.");
            for (Title title : Title.values()) {
                print(title, summary.path(title.member));
            }
        }

        private enum Title {
            CLIENTS("clients", "Clients"),
            STACKS("tlsStacks", "TLS libraries, as their hellos look"),
            VERSIONS("versions", "Versions"),
            SUITES("suites", "Cipher suites"),
            GROUPS("groups", "Key exchange groups"),
            KEYS("serverKeys", "Server certificates shown"),
            FINGERPRINTS("fingerprints", "Fingerprints of their hellos"),
            OFFERS("offers", "Offer already"),
            NEEDS("needs", "Can't do without");

            private final String member;
            private final String words;

            Title(String member, String words) {
                this.member = member;
                this.words = words;
            }
        }

        private void print(Title title, JsonNode counts) {
            out().println();
            out().println(title.words + ":");
            int width = counts.propertyStream()
                    .mapToInt(entry -> entry.getKey().length())
                    .max()
                    .orElse(0);
            counts.propertyStream()
                    .forEach(entry -> out().println("  " + entry.getKey()
                            + " ".repeat(width - entry.getKey().length() + 2)
                            + entry.getValue().asString()));
        }
    }

    @Command(
            name = "show",
            description = "Shows everything that is known of a device's connections.",
            footer = {"", "Example:", "  holdfast fleet show thermometer-7"})
    static final class Show extends ServerCommand {
        @Parameters(paramLabel = "ID", converter = NameConverter.class, description = "The device, or DEVICE/MODULE.")
        private String id = "";

        @Mixin
        private HubOption hub = new HubOption();

        @Mixin
        private Output output = new Output();

        Show(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            JsonNode device = client.get(path(hub, id));
            if (output.isJson()) {
                output.printJson(out(), device);
            } else {
                print(out(), device);
            }
        }

        private static void print(PrintWriter out, JsonNode device) {
            line(out, "Device", text(device.path("device")) + " of hub " + text(device.path("hub")));
            line(out, "Seen", text(device.path("firstSeen")) + " to " + text(device.path("lastSeen")));
            line(
                    out,
                    "Handshakes",
                    text(device.path("fullHandshakes")) + " full, " + text(device.path("resumedHandshakes"))
                            + " resumed");
            line(out, "From", text(device.path("address")) + " to the listener " + text(device.path("listener")));
            line(out, "Asked for", text(device.path("serverName")));
            line(
                    out,
                    "Spoke",
                    text(device.path("version")) + ", " + text(device.path("suite")) + ", "
                            + text(device.path("group")));
            line(out, "Policy", text(device.path("policy")));
            line(out, "Was shown", text(device.path("serverKey")) + " certificate");
            line(out, "Client", text(device.path("client")));
            line(out, "TLS library", text(device.path("tlsStack")) + ", as its hello looks");
            line(out, "Came in by", text(device.path("authentication")));
            JsonNode certificate = device.path("certificate");
            if (certificate.isObject()) {
                line(
                        out,
                        "Certificate",
                        text(certificate.path("keyType")) + ", " + text(certificate.path("signature")) + ", until "
                                + text(certificate.path("notAfter")) + ", by " + text(certificate.path("issuer")));
            }
            line(out, "Offers", Output.joined(device.path("offers")));
            line(out, "Needs", Output.joined(device.path("needs")));
            line(out, "Fingerprint", text(device.path("fingerprint")));
            device.path("hello")
                    .propertyStream()
                    .filter(entry -> entry.getValue().isArray())
                    .forEach(entry -> line(out, "  " + entry.getKey(), Output.joined(entry.getValue())));
        }

        private static void line(PrintWriter out, String name, String value) {
            out.println(String.format(Locale.ROOT, "%-13s %s", name + ":", value.isEmpty() ? "none" : value));
        }
    }

    @Command(
            name = "forget",
            description =
                    "Forgets what is known of the connections of a device and its modules, or of one module, the reports"
                            + " included. It is known again when it connects again.",
            footer = {"", "Example:", "  holdfast fleet forget thermometer-7"})
    static final class Forget extends ServerCommand {
        @Parameters(paramLabel = "ID", converter = NameConverter.class, description = "The device, or DEVICE/MODULE.")
        private String id = "";

        @Mixin
        private HubOption hub = new HubOption();

        Forget(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            client.delete(path(hub, id));
            out().println("What was known of the connections of " + id + " is forgotten.");
        }
    }

    @Command(
            name = "export",
            description =
                    "Prints everything that is kept of the connections of a device and its modules, or of all of a hub: one JSON object"
                            + " a line, first the devices, then the reports of refused connections.",
            footer = {"", "Example:", "  holdfast fleet export thermometer-7 > thermometer-7.jsonl"})
    static final class Export extends ServerCommand {
        @Parameters(
                arity = "0..1",
                paramLabel = "ID",
                converter = NameConverter.class,
                description = "The device, or DEVICE/MODULE (default: all).")
        private @Nullable String id;

        @Mixin
        private HubOption hub = new HubOption();

        Export(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            Map<String, @Nullable Object> known = new LinkedHashMap<>();
            known.put("device", id);
            known.put("hello", true);
            known.put("top", PAGE);
            int printed = each(client, Pages.path(hub.path("fleet", "devices"), known), "device");
            Map<String, @Nullable Object> query = new LinkedHashMap<>();
            query.put("hub", hub.name());
            query.put("device", id);
            query.put("top", PAGE);
            printed += each(client, Pages.path("reports", query), "report");
            if (id != null && printed == 0) {
                // Says that nothing is known of it; who was only ever refused is known by reports alone.
                JsonNode _ = client.get(path(hub, id));
            }
        }

        /** Says how many it printed. */
        private int each(OperatorClient client, String path, String kind) throws CommandFailure {
            boolean devices = kind.equals("device");
            int printed = 0;
            for (JsonNode page : Pages.all(client, path, devices ? "next" : "before", devices ? "after" : "before")) {
                page.path(kind + "s").forEach(each -> print(kind, each));
                printed += page.path(kind + "s").size();
            }
            return printed;
        }

        private void print(String kind, JsonNode each) {
            ObjectNode line = JsonMapper.shared().createObjectNode().put("kind", kind);
            line.setAll((ObjectNode) each);
            out().println(JsonMapper.shared().writeValueAsString(line));
        }
    }
}
