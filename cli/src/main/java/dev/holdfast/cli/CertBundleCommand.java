package dev.holdfast.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

@Command(
        name = "bundle",
        description = "Prints the roots that clients are to trust: those in use, their reserves, and former ones.",
        footer = {"", "Examples:", "  holdfast cert bundle > ca.pem", "  holdfast cert bundle --hub hub1 --format json"
        })
final class CertBundleCommand extends ServerCommand {
    /** How it is printed. */
    enum Format {
        pem,
        json
    }

    @Option(
            names = "--hub",
            paramLabel = "NAME",
            converter = NameConverter.class,
            description = "For clients of this hub.")
    private @Nullable String hub;

    @Option(
            names = "--format",
            paramLabel = "pem|json",
            defaultValue = "pem",
            description = "PEM for clients, JSON with roles and validity for programs that hand it on (default: pem).")
    private Format format = Format.pem;

    @Mixin
    private WorldOption world = new WorldOption();

    CertBundleCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    void run(OperatorClient client) throws CommandFailure {
        String query = world.query();
        if (hub != null) {
            query += (query.isEmpty() ? "?" : "&") + "hub=" + OperatorClient.encode(hub);
        }
        JsonNode bundle = client.get("certificates/bundle" + query);
        if (format == Format.json) {
            new Output().printJson(out(), bundle);
        } else {
            bundle.path("roots")
                    .forEach(root -> out().print(root.path("certificate").asString()));
        }
    }
}
