package dev.holdfast.cli;

import java.util.Map;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** A command that makes new keys for a device or a module and prints the new connection string. */
abstract class IdentityRenewKeysCommand extends ServerCommand {
    @Mixin
    private WhichKeyOption which = new WhichKeyOption();

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
        JsonNode renewed = client.post(identity().path(hub, "renew-keys"), which.wanted());
        if (output.isJson()) {
            output.printJson(out(), renewed);
        } else {
            out().println(renewed.path("connectionString").asString());
        }
    }
}
