package dev.holdfast.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "start",
        description =
                "Begins to show devices a chain under the reserve root, or under the root with this SHA-256. The cohort is all"
                        + " devices of the hub that have connected before and fit everything that is said; each is known by its last"
                        + " address and its hello.",
        footer = {
            "",
            "Examples:",
            "  holdfast cert drill start --hub hub1 --key-type rsa --percent 5",
            "  holdfast cert drill start --key-type ecdsa --devices d1,d2 --refused-max 0",
            "  holdfast cert drill start --key-type rsa --addresses 192.0.2.0/24 --patience 3600"
        })
final class CertDrillStartCommand extends ServerCommand {
    @Option(names = "--key-type", paramLabel = "rsa|ecdsa", required = true, description = "Which chain is rehearsed.")
    private KeyType keyType = KeyType.rsa;

    @Option(
            names = "--root",
            paramLabel = "SHA-256",
            converter = NameConverter.class,
            description = "A reserve or former root, as 'cert server root list' shows it; else the reserve.")
    private @Nullable String root;

    @Option(names = "--devices", paramLabel = "ID", split = ",", description = "Only these devices.")
    private List<String> devices = new ArrayList<>();

    @Option(
            names = "--percent",
            paramLabel = "N",
            description =
                    "So many of a hundred of those that fit the rest (default: 100). More percent keep those of fewer.")
    private int percent = 100;

    @Option(
            names = "--addresses",
            paramLabel = "ADDRESS",
            split = ",",
            description = "Only who came from these addresses or networks (192.0.2.0/24) last.")
    private List<String> addresses = new ArrayList<>();

    @Option(
            names = "--server-names",
            paramLabel = "NAME",
            split = ",",
            description = "Only who asked for these host names (SNI) last.")
    private List<String> serverNames = new ArrayList<>();

    @Option(
            names = "--fingerprints",
            paramLabel = "ID",
            split = ",",
            description = "Only whose hello has these fingerprints, or ones that begin so.")
    private List<String> fingerprints = new ArrayList<>();

    @Option(
            names = "--refused-max",
            paramLabel = "N",
            description =
                    "So many may refuse the root; with one more the drill goes back (default: one in a hundred, at least 1).")
    private @Nullable Integer refusedMax;

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            description =
                    "How long a device that was shown the chain may stay away before the drill goes back (default: 600).")
    private @Nullable Integer patience;

    @Mixin
    private HubOption hub = new HubOption();

    @Mixin
    private WorldOption world = new WorldOption();

    @Mixin
    private Output output = new Output();

    CertDrillStartCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    void run(OperatorClient client) throws CommandFailure {
        ObjectNode wanted = JsonMapper.shared()
                .createObjectNode()
                .put("hub", hub.name())
                .put("world", world.name())
                .put("keyType", keyType.name())
                .put("root", root)
                .put("percent", percent)
                .put("refusedMax", refusedMax)
                .put("patienceSeconds", patience);
        add(wanted.putArray("devices"), devices);
        add(wanted.putArray("addresses"), addresses);
        add(wanted.putArray("serverNames"), serverNames);
        add(wanted.putArray("fingerprints"), fingerprints);
        JsonNode drill = client.post(CertDrillCommand.PATH, wanted);
        if (output.isJson()) {
            output.printJson(out(), drill);
        } else {
            CertDrillCommand.print(out(), drill);
        }
    }

    private static void add(ArrayNode json, List<String> texts) {
        texts.forEach(json::add);
    }
}
