package dev.holdfast.cli;

import java.util.Map;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** A command that changes how a device or a module proves who it is. */
abstract class IdentitySetCommand extends ServerCommand {
    @Mixin
    private ChangedCredential credential = new ChangedCredential();

    @Mixin
    private HubOption hub = new HubOption();

    @Mixin
    private Output output = new Output();

    IdentitySetCommand(Map<String, String> environment) {
        super(environment);
    }

    /** What is to be changed. */
    abstract IdentityArgument identity();

    @Override
    final void check() {
        credential.check(help());
    }

    @Override
    final void run(OperatorClient client) throws CommandFailure {
        IdentityArgument identity = identity();
        JsonNode changed = client.patch(identity.path(hub), credential.wanted());
        output.printRegistered(
                out(), identity.kind() + " " + identity + " of hub " + hub.name() + " is changed.", changed);
    }
}
