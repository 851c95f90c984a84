package dev.holdfast.cli;

import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A command that makes new keys for a device or a module and prints the new connection string. */
abstract class IdentityRenewKeysCommand extends ServerCommand {
    @Option(
            names = "--which",
            paramLabel = "KEY",
            required = true,
            description = "primary, secondary, both, or swap to let the two change places.")
    private String which = "";

    @Mixin
    private HubOption hub = new HubOption();

    @Mixin
    private Output output = new Output();

    IdentityRenewKeysCommand(Map<String, String> environment) {
        super(environment);
    }

    /** Whose keys they are. */
    abstract IdentityArgument identity();

    @Override
    final void run(OperatorClient client) throws CommandFailure {
        ObjectNode wanted = JsonMapper.shared().createObjectNode().put("which", which);
        JsonNode renewed = client.post(identity().path(hub, "renew-keys"), wanted);
        if (output.isJson()) {
            output.printJson(out(), renewed);
        } else {
            out().println(renewed.path("connectionString").asString());
        }
    }
}
