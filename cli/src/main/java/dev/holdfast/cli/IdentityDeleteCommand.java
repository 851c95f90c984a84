package dev.holdfast.cli;

import java.util.Map;
import picocli.CommandLine.Mixin;

/** A command that deletes a device or a module. */
abstract class IdentityDeleteCommand extends ServerCommand {
    @Mixin
    private HubOption hub = new HubOption();

    IdentityDeleteCommand(Map<String, String> environment) {
        super(environment);
    }

    /** What is to be deleted. */
    abstract IdentityArgument identity();

    @Override
    final void run(OperatorClient client) throws CommandFailure {
        IdentityArgument identity = identity();
        client.delete(identity.path(hub));
        out().println(identity.kind() + " " + identity + " of hub " + hub.name() + " is deleted.");
    }
}
